#pragma once

#include "pbl/agent/job.hpp"
#include "pbl/agent/menu.hpp"
#include "pbl/agent/site.hpp"

#include <filesystem>

namespace farboot::agent
{

/// Fetches and checks the record of the graphical layer, and leaves what its reader needs in `folder`: record.dsse,
/// policy.dsse, sources.json, ca.pem. Reasons: those of docs/records.md, http-…, cancelled.
[[nodiscard]] Result<void> prepare_gui(JobContext& job, const Site& site, const Menu& menu,
                                       const std::filesystem::path& folder);

} // namespace farboot::agent
