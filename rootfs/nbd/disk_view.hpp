#pragma once

#include "rootfs/nbd/chunk_cache.hpp"
#include "rootfs/nbd/disk_file.hpp"
#include "rootfs/nbd/disk_rows.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace farboot::rootfs
{

/// What another reader keeps on the local disk, only read, while that one goes on writing: the readers of virtual
/// machines need not fetch what the root's reader has. As with DiskCache, nothing is believed: a place that was written
/// over meanwhile gives a chunk that is wrong, and so is not there. Safe for many threads.
class DiskView
{
public:
    using Clock = std::chrono::steady_clock;

    /// `folder` is the other's DiskCache::Options::folder. What is new there is looked for when something is missing,
    /// and no more often than told. Reasons: io (no such file, not for this user).
    [[nodiscard]] static Result<std::unique_ptr<DiskView>> open(const std::filesystem::path& folder,
                                                                Clock::duration look_every = std::chrono::seconds(5));

    /// Reads and checks a chunk of this length; null if it is not there.
    [[nodiscard]] Chunk find(const Digest& digest, std::uint32_t length);
    /// May be wrong about what find() would find damaged.
    [[nodiscard]] bool contains(const Digest& digest);
    [[nodiscard]] std::size_t chunks() const;

private:
    DiskView(DiskFile data, DiskFile index, Clock::duration look_every)
        : data_(std::move(data)), index_(std::move(index)), look_every_(look_every)
    {
    }
    /// The place, after a look at what is new if it is not known. Under the mutex.
    [[nodiscard]] std::optional<DiskPlace> place_of(const Digest& digest);
    [[nodiscard]] Result<void> look();

    DiskFile data_;
    DiskFile index_;
    const Clock::duration look_every_; ///< a look costs a read for each segment; 16 GiB have 1,024
    mutable std::mutex mutex_;
    std::vector<std::uint64_t> sequences_; ///< as they were seen last
    std::unordered_map<Digest, DiskPlace, DigestHash> places_;
    Clock::time_point looked_;
};

} // namespace farboot::rootfs
