#include "pbl/agent/download.hpp"

namespace farboot::agent
{

namespace
{

constexpr auto report_every = std::chrono::milliseconds(200);

}

Progress::Progress(JobContext& job, Status base, std::uint64_t total)
    : job_(job), status_(std::move(base)), reported_(job.system.now())
{
    status_.phase = Phase::fetching;
    status_.transfer = Transfer{.bytes = 0, .total = total, .rate = 0};
}

void Progress::add(std::uint64_t bytes)
{
    status_.transfer->bytes += bytes;
    if (const auto now = job_.system.now(); now - reported_ >= report_every) {
        measure(now);
        report();
    }
}

void Progress::take_back(std::uint64_t bytes)
{
    status_.transfer->bytes -= bytes;
    reported_bytes_ = status_.transfer->bytes;
}

void Progress::report()
{
    job_.report(status_);
}

/// A moving average over some seconds: a number that jumps cannot be read.
void Progress::measure(std::chrono::steady_clock::time_point now)
{
    const double seconds = std::chrono::duration<double>(now - reported_).count();
    const double current = static_cast<double>(status_.transfer->bytes - reported_bytes_) / seconds;
    const auto before = static_cast<double>(status_.transfer->rate);
    status_.transfer->rate = static_cast<std::uint64_t>(before == 0 ? current : before + 0.2 * (current - before));
    reported_ = now;
    reported_bytes_ = status_.transfer->bytes;
}

} // namespace farboot::agent
