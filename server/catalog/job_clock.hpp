#pragma once

#include "server/catalog/jobs.hpp"

#include <cstdint>
#include <functional>
#include <vector>

/// What time does to jobs: their beginning, each PC's turn, what has taken too long, and their end.
namespace farboot::catalog
{

/// A called PC that has not answered: a magic packet may wake it.
inline constexpr std::chrono::seconds wake_every{20};

/// Is the PC at this location, or below it?
using IsAt = std::function<bool(const Pc&, std::int64_t location)>;
/// A number from 0 to `max`, by chance.
using Chance = std::function<std::int64_t(std::int64_t max)>;

/// True: there is something to do for advance_jobs(), now or later. Asks for little.
[[nodiscard]] bool jobs_open(Connection& connection);

/// Does what is due, in a write transaction; any server of the catalog may do it. Gives the PCs that are to be woken
/// now.
[[nodiscard]] std::vector<Pc> advance_jobs(Connection& connection, const IsAt& is_at, const Chance& chance,
                                           std::chrono::sys_seconds now);

/// The clock was put forward: what PCs are given time for begins anew.
void give_jobs_time(Connection& connection, std::chrono::sys_seconds now);

/// PCs that a job has called and that are silent: another PC in the same room can wake them. At most 500.
[[nodiscard]] std::vector<Pc> awaited_pcs(Connection& connection);

} // namespace farboot::catalog
