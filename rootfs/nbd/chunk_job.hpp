#pragma once

#include "rootfs/nbd/chunk_cache.hpp"
#include "rootfs/nbd/chunk_group.hpp"
#include "rootfs/nbd/disk_cache.hpp"
#include "rootfs/nbd/image_map.hpp"
#include "rootfs/nbd/request_size.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace farboot::rootfs
{

/// An image as jobs see it. The engine's parts outlive it.
struct JobImage {
    /// `local` is null where there is no local disk.
    JobImage(const ImageRef& ref, SourceSet& all_sources, ChunkCache& chunks, DiskCache* local, AccessTokens& tokens,
             RequestSize& read_ahead_size, HttpClient& demand_client, HttpClient& read_ahead_client,
             HttpClient& hot_client)
        : demand(demand_client, counters, {ref.audience, &tokens}),
          read_ahead(read_ahead_client, counters, {ref.audience, &tokens}, Protocol::http1),
          hot(hot_client, counters, {ref.audience, &tokens}, Protocol::http1),
          sources(all_sources),
          cache(chunks),
          disk(local),
          ahead_size(read_ahead_size),
          map(ref, sources, cache, disk, demand, counters)
    {
    }
    /// A chunk has come from the network: into memory, and on the disk.
    void land(const Digest& digest, const FlightPointer& flight, const Chunk& chunk) const
    {
        cache.land(digest, flight, chunk);
        if (disk != nullptr)
            disk->put(digest, chunk, keeper);
    }
    [[nodiscard]] bool is_on_disk(const Digest& digest) const { return disk != nullptr && disk->contains(digest); }

    Counters counters;
    StoreClient demand;
    StoreClient read_ahead; ///< over connections of its own, so that demand never waits behind it
    StoreClient hot;        ///< the same
    SourceSet& sources;
    ChunkCache& cache;
    DiskCache* disk;
    RequestSize& ahead_size;
    std::atomic<Keepers> keeper = 0; ///< what comes onto the disk stays there for him
    ImageMap map;
};

/// Chunks of one page to be fetched, checked and put into the cache. By the time a job is gone, each of its flights has
/// landed, failed or gone into a job that was submitted.
class ChunkJob
{
public:
    struct Item {
        std::size_t chunk = 0; ///< index in the page, growing from item to item
        FlightPointer flight;
        bool wanted = true; ///< false: only comes along if it lies next to what is wanted; such come last
    };
    using Submit = std::function<void(ChunkJob)>;

    ChunkJob(std::shared_ptr<JobImage> image, std::shared_ptr<const ManifestPage> page, std::vector<Item> items,
             Cause cause, Patience patience);
    /// What it has left is dropped: whoever waits for it asks for it himself.
    ~ChunkJob();
    ChunkJob(ChunkJob&&) = default;
    ChunkJob& operator=(ChunkJob&&) = delete;

    /// Does one request's worth; what needs another request is submitted, for somebody else to do at the same time.
    void run(const Submit& submit);
    /// Nobody will run it.
    void drop(const Error& error);

    [[nodiscard]] Cause cause() const { return cause_; }

private:
    friend class ChunkFetch; ///< this job at work

    [[nodiscard]] static Error not_worth_a_request();

    std::shared_ptr<JobImage> image_;
    std::shared_ptr<const ManifestPage> page_;
    std::vector<Item> items_;
    Cause cause_;
    Patience patience_;
};

/// The reason of flights that were given up because they would have cost a request of their own.
inline constexpr auto dropped_reason = "dropped";

} // namespace farboot::rootfs
