#include "server/cli/log_format.hpp"
#include "rootfs/base/number.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::server::cli
{

using nlohmann::ordered_json;

namespace
{

bool is_name(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

/// The text begins with a name and "=".
bool begins_member(std::string_view text)
{
    const auto equals = text.find('=');
    return equals != std::string_view::npos && is_name(text.substr(0, equals));
}

/// Where the value ends that `text` begins with. Within quotes there may be others: the last one of a value stands
/// before the next member, or at the end.
std::size_t end_of_value(std::string_view text)
{
    if (!text.starts_with('"'))
        return std::min(text.find(' '), text.size());
    for (auto at = text.find('"', 1); at != std::string_view::npos; at = text.find('"', at + 1))
        if (at + 1 == text.size() || (text[at + 1] == ' ' && begins_member(text.substr(at + 2))))
            return at + 1;
    return text.size();
}

void put(ordered_json& object, std::string_view name, std::string_view value)
{
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
        value = value.substr(1, value.size() - 2);
    if (name == "status" || name == "bytes" || name == "ms") {
        if (const auto number = rootfs::to_number<std::int64_t>(value)) {
            object[std::string(name)] = *number;
            return;
        }
    }
    object[std::string(name)] = value;
}

} // namespace

std::string json_line(std::string_view time, std::string_view level, std::string_view text)
{
    ordered_json object{{"time", time}, {"level", level}};
    while (begins_member(text)) {
        const auto name = text.substr(0, text.find('='));
        text.remove_prefix(name.size() + 1);
        const auto length = end_of_value(text);
        put(object, name, text.substr(0, length));
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    if (!text.empty())
        object["text"] = text;
    return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void JsonFormatter::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into)
{
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(message.time);
    const auto time = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(ms)),
                                  ms.time_since_epoch().count() % 1000);
    const auto level = spdlog::level::to_string_view(message.level);
    const auto line = json_line(time, {level.data(), level.size()}, {message.payload.data(), message.payload.size()});
    into.append(line.data(), line.data() + line.size());
    into.push_back('\n');
}

std::unique_ptr<spdlog::formatter> JsonFormatter::clone() const
{
    return std::make_unique<JsonFormatter>();
}

} // namespace farboot::server::cli
