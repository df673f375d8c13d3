#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

/// What the server says of jobs (docs/jobs.md), as text for people. What is missing or of another type is left out.
namespace farboot::rootfs
{

/// "    12  running  boot boot/backup  3 done, 1 failed, 6 waiting  Nightly backup"
[[nodiscard]] std::string job_line(const nlohmann::json& job);
/// "3 done, 1 failed, 6 waiting", in the order of a job's course.
[[nodiscard]] std::string job_counts_text(const nlohmann::json& job);
/// A line for a PC's part in it.
[[nodiscard]] std::string job_pc_line(const nlohmann::json& part);
/// Its PCs that are not done, though it has ended.
[[nodiscard]] std::uint64_t job_failures(const nlohmann::json& job);

} // namespace farboot::rootfs
