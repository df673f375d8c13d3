#pragma once

#include "pbl/agent/menu.hpp"
#include "pbl/agent/network.hpp"
#include "pbl/agent/site.hpp"
#include "pbl/agent/trust.hpp"

#include <chrono>
#include <string>

namespace farboot::agent
{

/// The archive with /farboot/* that a booted system is handed (docs/records.md). `now` is the time by the PC's clock,
/// which the statement has set.
[[nodiscard]] std::string handover_archive(const VerifiedRecord& record, const Trust& trust, const Site& site,
                                           const Menu& menu, const Network& network,
                                           std::chrono::system_clock::time_point now);

} // namespace farboot::agent
