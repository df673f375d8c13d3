#pragma once

#include "server/catalog/job.hpp"
#include "server/catalog/pc_commands.hpp"

#include <optional>
#include <string_view>

/// What becomes of a job when one of its PCs is heard of. All run in the write transaction of what the PC says.
namespace farboot::catalog
{

/// What a PC that is there says.
struct Heard {
    bool hello = false; ///< it has just come up
    bool used = false;  ///< somebody is logged in, or could be
};

/// What the job that calls for the PC wants of it now: the command is the PC's from then on. Only an enrolled PC gets
/// one.
[[nodiscard]] std::optional<PcCommand> next_of_job(Connection& connection, const PcSession& session, const Heard& heard,
                                                   std::chrono::sys_seconds now);

/// The PC goes off or down. `ending`: "power-off" or "reboot".
void pc_leaves_job(Connection& connection, std::int64_t pc, std::string_view ending, std::chrono::sys_seconds now);

/// The system that a job has started has finished. At most 200 characters of the sentence are kept. The command is
/// what the job wants of the PC now.
[[nodiscard]] std::optional<PcCommand> finish_job_part(Connection& connection, const PcSession& session, bool failed,
                                                       std::string_view sentence, std::chrono::sys_seconds now);

/// What the job that has started the PC's system has to tell it; of an enrolled PC only, and as long as its part goes
/// on.
struct JobBriefing {
    std::int64_t job = 0;
    JobParameters parameters; ///< secrets among them
};
[[nodiscard]] std::optional<JobBriefing> job_briefing(Connection& connection, const PcSession& session);

} // namespace farboot::catalog
