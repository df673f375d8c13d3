#include "rootfs/cli/pc_watch.hpp"

#include "rootfs/base/pause.hpp"
#include "rootfs/cli/console.hpp"

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_line = 1 << 20;

/// It may be better in a while.
bool passes(const Error& error)
{
    for (const char* reason : {"unreachable", "stalled", "truncated", "too-long", "http-502", "http-503", "http-504"})
        if (error.reason == reason)
            return true;
    return false;
}

} // namespace

void EventParser::begin()
{
    rest_.clear();
    kind_.clear();
    data_.clear();
}

void EventParser::line(std::string_view text, const Take& take)
{
    if (text.empty()) {
        if (!data_.empty())
            take(kind_.empty() ? "message" : kind_, data_);
        kind_.clear();
        data_.clear();
        return;
    }
    const auto colon = text.find(':');
    const auto name = text.substr(0, colon);
    auto value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (name == "event")
        kind_ = value;
    else if (name == "id")
        last_id_ = value;
    else if (name == "data")
        data_ += (data_.empty() ? "" : "\n") + std::string(value);
}

bool EventParser::add(std::string_view bytes, const Take& take)
{
    rest_ += bytes;
    std::size_t begin = 0;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
        auto text = std::string_view(rest_).substr(begin, end - begin);
        if (text.ends_with('\r'))
            text.remove_suffix(1);
        line(text, take);
        begin = end + 1;
    }
    rest_.erase(0, begin);
    return rest_.size() <= max_line && data_.size() <= max_line;
}

Result<void> watch(ServerClient& server, const EventParser::Take& take, const std::stop_token& stop)
{
    EventParser events;
    while (true) {
        events.begin();
        bool good = true;
        const auto sink = [&](Bytes bytes) {
            good = events.add({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, take);
            return good;
        };
        const auto ended = server.stream("/api/v1/events", {{"Last-Event-ID", events.last_id()}}, sink, stop);
        if (stop.stop_requested())
            return {};
        if (!good)
            return fail("bad-answer", "{}: the answer has no events. Is this a Farboot server?", server.url());
        if (!ended && !passes(ended.error()))
            return ended;
        if (!ended)
            note(fmt::format("{} Trying again.", ended.error().sentence));
        if (!sleep_about(std::chrono::seconds(ended ? 1 : 3), stop))
            return {};
    }
}

} // namespace farboot::rootfs
