#include "rootfs/system/vm_traces.hpp"

#include "rootfs/base/number.hpp"
#include "rootfs/base/pause.hpp"
#include "rootfs/nbd/control_client.hpp"
#include "rootfs/record/record.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace farboot::rootfs
{

using nlohmann::json;

namespace
{

/// A reader that hangs must not hold up the end of this system.
constexpr auto patience = std::chrono::seconds(5);
constexpr auto longest_pause = std::chrono::seconds(30);
/// A server that is away costs no more memory than so many of Trace::most_text_bytes.
constexpr std::size_t most_kept = 8;

/// Null: there is no reader, or it refuses.
json ask(const std::filesystem::path& reader, json question)
{
    question["version"] = 1;
    const auto line = ask_reader(reader, question.dump(), patience);
    auto answer = line ? json::parse(*line, nullptr, false) : json();
    return answer.is_object() && answer.value("ok", json()) == true ? answer : json();
}

/// Where the server takes the trace of the export "vm/tiny@3". Nothing: that is no virtual machine's.
std::optional<std::string> what_of(std::string_view name)
{
    const auto at = std::min(name.rfind('@'), name.size());
    const auto record = RecordName::parse(name.substr(0, at));
    const auto number = to_number<std::uint64_t>(name.substr(std::min(at + 1, name.size())));
    if (!record || record->type != "vm" || !number)
        return std::nullopt;
    return fmt::format("trace/{}/{}", record->text(), *number);
}

std::string text_in(const json& object, const char* name)
{
    const auto member = object.value(name, json());
    return member.is_string() ? member.get<std::string>() : "";
}

} // namespace

bool VmTraces::look(Clock::time_point now)
{
    if (const auto status = ask(settings_.reader, {{"command", "status"}}); status.is_object())
        note(status, now);
    return send_kept();
}

void VmTraces::watch(const std::stop_token& stop)
{
    const auto pause =
        std::min<std::chrono::milliseconds>(longest_pause, std::chrono::milliseconds(settings_.quiet) / 2);
    while (sleep_about(pause, stop) && look(Clock::now()))
        ;
}

void VmTraces::note(const json& status, Clock::time_point now)
{
    // A machine whose reads wait for the network reads nothing new either.
    const bool waits = status.value("waiting", json()) == true;
    const auto time =
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count());
    std::map<std::string, Start> starts;
    for (const auto& item : status.value("exports", json::array())) {
        if (!item.is_object())
            continue;
        const auto name = text_in(item, "name");
        const auto what = what_of(name);
        const auto added = item.value("added_ms", json());
        const auto traced = item.value("traced", json());
        if (!what || !added.is_number_unsigned() || !traced.is_number_unsigned())
            continue;
        Start start{added.get<std::uint64_t>(), traced.get<std::uint64_t>(), now, false};
        const auto age = std::chrono::milliseconds(time - std::min(time, start.added));
        const auto known = starts_.find(name);
        if (known == starts_.end() || known->second.added != start.added) {
            start.over = age > settings_.longest; // this service was started anew, long after the machine
        } else {
            start.over = known->second.over;
            if (start.traced == known->second.traced && !waits)
                start.changed = known->second.changed;
        }
        const bool marked = now - start.changed >= settings_.quiet || age >= settings_.longest;
        if (!start.over && start.traced > 0 && !waits && marked)
            start.over = fetch(name, *what);
        starts.insert_or_assign(name, start);
    }
    starts_ = std::move(starts);
}

bool VmTraces::fetch(const std::string& name, const std::string& what)
{
    const auto answer = ask(settings_.reader, {{"command", "trace"}, {"export", name}});
    auto trace = answer.is_object() ? text_in(answer, "trace") : "";
    if (trace.empty())
        return false;
    std::erase_if(kept_, [&](const Kept& kept) { return kept.what == what; });
    if (kept_.size() == most_kept)
        kept_.pop_front();
    kept_.push_back({what, std::move(trace)});
    return true;
}

bool VmTraces::send_kept()
{
    if (!kept_.empty() && !taken_()) {
        if (!std::exchange(told_, true))
            say_("traces of virtual machines wait until the server takes them, which it does once this PC is enrolled");
        return true;
    }
    for (; !kept_.empty(); kept_.pop_front()) {
        const auto& [what, trace] = kept_.front();
        const auto sent = send_(what, trace);
        if (sent) {
            say_(fmt::format("the server has the {} of a start", what));
            continue;
        }
        const auto& reason = sent.error().reason;
        if (reason == "http-401" || reason == "http-403") {
            say_(fmt::format("traces of virtual machines are not sent: {}", sent.error().sentence));
            return false;
        }
        if (!reason.starts_with("http-4") || reason == "http-429")
            return true; // next time
        say_(sent.error().sentence);
    }
    return true;
}

} // namespace farboot::rootfs
