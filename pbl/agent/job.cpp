#include "pbl/agent/job.hpp"

namespace farboot::agent
{

bool wait_visibly(JobContext& job, const Status& base, const Error& why, int seconds)
{
    Status waiting = base;
    waiting.phase = Phase::waiting;
    waiting.reason = why.reason;
    waiting.sentence = sentence_for(why, {.record = base.record, .server = job.api.server()});
    for (int left = seconds; left > 0; --left) {
        waiting.seconds = left;
        job.report(waiting);
        if (!job.system.sleep(job.stop, std::chrono::seconds(1)))
            return false;
    }
    return true;
}

} // namespace farboot::agent
