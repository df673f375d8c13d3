#include "rootfs/nbd/reader_engine.hpp"

namespace farboot::rootfs
{

namespace
{
constexpr std::size_t demand_workers = 8;
constexpr std::size_t read_ahead_workers = 2;
constexpr std::size_t most_waiting_read_ahead = 16;
constexpr std::size_t hot_streams = 4; // of the images of a process, at a time
} // namespace

ReaderEngine::ReaderEngine(Options options)
    : give_up_(options.give_up),
      sources_(std::move(options.sources), std::move(options.source_options)),
      cache_(options.cache_bytes),
      demand_client_(options.trust, 2 * demand_workers), // a hedge must not wait behind what it is for
      read_ahead_client_(options.trust, read_ahead_workers),
      hot_client_(options.trust, hot_streams),
      demand_jobs_(demand_workers),
      read_ahead_jobs_(read_ahead_workers)
{
}

ReaderEngine::~ReaderEngine()
{
    stop_.request_stop();
}

std::shared_ptr<JobImage> ReaderEngine::add_image(const ImageRef& ref)
{
    return std::make_shared<JobImage>(ref, sources_, cache_, demand_client_, read_ahead_client_, hot_client_);
}

void ReaderEngine::submit(ChunkJob job)
{
    (job.cause() == Cause::demand ? demand_jobs_ : read_ahead_jobs_).push(std::move(job));
}

bool ReaderEngine::can_read_ahead() const
{
    // While nobody can be reached, what is wanted comes first.
    return !sources_.waiting() && read_ahead_jobs_.waiting() < most_waiting_read_ahead;
}

Patience ReaderEngine::patience(std::function<bool()> still_wanted) const
{
    Patience patience{stop_.get_token(), std::nullopt, std::move(still_wanted)};
    if (give_up_)
        patience.deadline = std::chrono::steady_clock::now() + *give_up_;
    return patience;
}

} // namespace farboot::rootfs
