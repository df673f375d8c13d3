#include "rootfs/system/relay_client.hpp"

#include "rootfs/nbd/control_client.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

using nlohmann::json;

Result<std::string> ask_relay(const std::filesystem::path& socket, const std::string& method, const std::string& path,
                              const std::string& body)
{
    const auto away = [&] { return fail("relay-away", "farboot-system does not answer on {}.", socket.string()); };
    const auto line =
        ask_reader(socket, json{{"version", 1}, {"method", method}, {"path", path}, {"body", body}}.dump());
    const auto answer = line ? json::parse(*line, nullptr, false) : json();
    if (!answer.is_object())
        return away();
    const auto text = [&](const char* name) {
        const auto member = answer.value(name, json());
        return member.is_string() ? member.get<std::string>() : std::string();
    };
    if (answer.value("ok", json()) == true)
        return text("body");
    return text("reason").empty() ? away() : std::unexpected(Error{text("reason"), text("sentence")});
}

} // namespace farboot::rootfs
