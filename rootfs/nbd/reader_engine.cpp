#include "rootfs/nbd/reader_engine.hpp"

#include "rootfs/nbd/hot_lanes.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
constexpr std::size_t demand_workers = 8;
/// One read of a chunk may come in seven parts, and a hedge must not wait behind what it is for.
constexpr std::size_t demand_connections = 4 * demand_workers;
/// By HTTP/2, too: where packets are lost one connection brings little, and no read waits behind what another one takes
/// along (docs/benchmarks-tried.md).
constexpr std::size_t one_at_a_time = 1;
/// At their largest, their requests are four times what is on its way on a line of 1 Gbit/s over 100 ms.
constexpr std::size_t read_ahead_workers = 12;
constexpr std::size_t most_waiting_read_ahead = 2 * read_ahead_workers;
/// Of the images of a process, at a time; one of them may come over several connections.
constexpr std::size_t hot_streams = 4;

std::unique_ptr<DiskCache> open_disk(std::optional<DiskCache::Options> options)
{
    if (!options)
        return nullptr;
    const auto notice = options->notice;
    auto disk = DiskCache::open(std::move(*options));
    if (disk)
        return std::move(*disk);
    if (notice)
        notice(fmt::format("no local disk is used: {}", disk.error().sentence));
    return nullptr;
}
} // namespace

ReaderEngine::ReaderEngine(Options options)
    : give_up_(options.give_up),
      sources_(std::move(options.sources), std::move(options.source_options)),
      tokens_(std::move(options.tokens), options.trust, std::move(options.session)),
      cache_(options.cache_bytes),
      disk_(open_disk(std::move(options.disk))),
      demand_client_(options.trust, demand_connections, Hurry::each_byte, one_at_a_time),
      read_ahead_client_(options.trust, read_ahead_workers, Hurry::bulk),
      hot_client_(options.trust, hot_streams + HotLanes::most, Hurry::bulk),
      demand_jobs_(demand_workers, [this](ChunkJob job) { run(std::move(job)); }),
      read_ahead_jobs_(read_ahead_workers, [this](RangeJob job) { run(std::move(job)); })
{
}

ReaderEngine::~ReaderEngine()
{
    stop_.request_stop();
    for (auto& job : demand_jobs_.stop())
        job.drop({"cancelled", "The reader is being stopped."});
}

void ReaderEngine::run(ChunkJob job)
{
    try {
        job.run([this](ChunkJob rest) { demand_jobs_.push_front(std::move(rest)); });
    } catch (const std::exception& error) {
        job.drop({"internal", fmt::format("Fetching a part of the image failed: {}.", error.what())});
    }
}

void ReaderEngine::run(RangeJob job)
{
    job.run([this](RangeJob rest) { read_ahead_jobs_.push_front(std::move(rest)); });
}

std::shared_ptr<JobImage> ReaderEngine::add_image(const ImageRef& ref)
{
    // What is not for everybody does not stay on a disk that anybody may take out.
    auto* disk = ref.audience.empty() ? disk_.get() : nullptr;
    return std::make_shared<JobImage>(ref, sources_, cache_, disk, tokens_, ahead_size_, demand_client_,
                                      read_ahead_client_, hot_client_);
}

std::uint64_t ReaderEngine::room_ahead() const
{
    // While nobody can be reached, what is wanted comes first.
    const auto waiting = sources_.waiting() ? most_waiting_read_ahead : read_ahead_jobs_.waiting();
    return (most_waiting_read_ahead - std::min(waiting, most_waiting_read_ahead)) * ahead_size_.bytes();
}

Patience ReaderEngine::patience(std::function<bool()> still_wanted) const
{
    Patience patience{stop_.get_token(), std::nullopt, std::move(still_wanted)};
    if (give_up_)
        patience.deadline = std::chrono::steady_clock::now() + *give_up_;
    return patience;
}

} // namespace farboot::rootfs
