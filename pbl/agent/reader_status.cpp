#include "pbl/agent/reader_status.hpp"

#include "rootfs/nbd/control_client.hpp"

#include <nlohmann/json.hpp>

namespace farboot::agent
{

std::uint64_t fetched_bytes(const std::filesystem::path& control_socket)
{
    const auto answer = rootfs::ask_reader(control_socket, R"({"version": 1, "command": "status"})");
    if (!answer)
        return 0;
    const auto status = nlohmann::json::parse(*answer, nullptr, false);
    const auto exports = status.is_object() ? status.value("exports", nlohmann::json()) : nlohmann::json();
    std::uint64_t bytes = 0;
    for (const auto& item : exports) {
        if (!item.is_object())
            continue;
        if (const auto fetched = item.find("fetched_bytes"); fetched != item.end() && fetched->is_number_unsigned())
            bytes += fetched->get<std::uint64_t>();
    }
    return bytes;
}

} // namespace farboot::agent
