#include "pbl/agent/gui_job.hpp"

#include "pbl/agent/checks.hpp"
#include "pbl/agent/files.hpp"

namespace farboot::agent
{

Result<void> prepare_gui(JobContext& job, const Site& site, const Menu& menu, const std::filesystem::path& folder)
{
    // The text menu is in use meanwhile, so the state stays `menu`, without a name of something being started.
    const auto record = fetch_record(job, Status{.phase = Phase::menu}, *menu.gui);
    if (!record)
        return std::unexpected(record.error());
    if (auto parsed = rootfs::GuiRecord::parse(record->payload); !parsed)
        return std::unexpected(parsed.error());

    constexpr auto readable = std::filesystem::perms(0644); // the reader is not root
    for (const auto& [name, content] : {std::pair<const char*, std::string>{"record.dsse", record->envelope},
                                        {"policy.dsse", job.trust.policy_envelope()},
                                        {"sources.json", menu.sources_json()},
                                        {"ca.pem", site.ca}})
        if (auto written = write_file(folder / name, content, readable); !written)
            return written;
    job.log.stage("gui-record");
    return {};
}

} // namespace farboot::agent
