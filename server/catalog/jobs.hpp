#pragma once

#include "server/catalog/job.hpp"
#include "server/catalog/pc.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Jobs in the database. What changes something runs in a write transaction. The catalog's revision stays: no menu
/// depends on a job.
namespace farboot::catalog
{

inline constexpr int kept_jobs = 1000; ///< that have ended

/// Plans it; the clock begins it (job_clock.hpp). Reasons: record-unknown (not published), pc-unknown, not-enrolled
/// (one of its PCs takes no commands), location-unknown.
[[nodiscard]] Result<Job> create_job(Connection& connection, JobWish wish, std::string_view by,
                                     std::chrono::sys_seconds now);
[[nodiscard]] std::optional<Job> find_job(Connection& connection, std::int64_t id);
/// Newest first, with ids less than `before`.
[[nodiscard]] std::vector<Job> list_jobs(Connection& connection, std::int64_t before, int limit);
/// Ends it: PCs that have got their command go on, and what they say counts no longer. Reasons: not-found, job-over.
[[nodiscard]] Result<Job> cancel_job(Connection& connection, std::int64_t id, std::chrono::sys_seconds now);

/// Its PCs by their states.
[[nodiscard]] std::map<std::string, std::int64_t> job_counts(Connection& connection, std::int64_t id);
/// By the PCs' numbers, those greater than `after`.
[[nodiscard]] std::vector<JobPc> list_job_pcs(Connection& connection, std::int64_t id, std::int64_t after, int limit);

/// Forgets the oldest of those that have ended.
void trim_jobs(Connection& connection);

} // namespace farboot::catalog
