#include "pbl/agent/handover.hpp"

#include "pbl/agent/cpio.hpp"

#include <nlohmann/json.hpp>

namespace farboot::agent
{

std::string handover_archive(const VerifiedRecord& record, const Trust& trust, const Site& site, const Menu& menu,
                             const Network& network, std::chrono::system_clock::time_point now)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    return cpio_archive("farboot", {
                                       {"record.dsse", record.envelope},
                                       {"policy.dsse", trust.policy_envelope()},
                                       {"ca.pem", site.ca},
                                       {"server.json", nlohmann::json{{"version", 1}, {"server", site.server}}.dump()},
                                       {"sources.json", menu.sources_json()},
                                       {"network.json", network.json},
                                       {"handover.env", network.environment() + fmt::format("TIME={}\n", seconds)},
                                   });
}

} // namespace farboot::agent
