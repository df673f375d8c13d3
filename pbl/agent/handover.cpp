#include "pbl/agent/handover.hpp"

#include "rootfs/kexec/cpio.hpp"

#include <nlohmann/json.hpp>

namespace farboot::agent
{

std::string handover_archive(const Handover& handover)
{
    using nlohmann::json;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(handover.now.time_since_epoch()).count();
    std::vector<rootfs::CpioFile> files{
        {"record.dsse", handover.record.envelope},
        {"policy.dsse", handover.trust.policy_envelope()},
        {"ca.pem", handover.site.ca},
        {"server.json", json{{"version", 1}, {"server", handover.site.server}}.dump()},
        {"sources.json", handover.menu.sources_json()},
        {"network.json", handover.network.json},
        {"handover.env", handover.network.environment() + fmt::format("TIME={}\n", seconds)},
    };
    if (!handover.boot_token.empty())
        files.push_back({"boot-token", handover.boot_token});
    for (const auto& file : handover.pushed)
        files.push_back({file.name, file.content});
    return rootfs::cpio_archive("farboot", files);
}

} // namespace farboot::agent
