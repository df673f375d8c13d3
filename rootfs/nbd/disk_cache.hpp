#pragma once

#include "rootfs/nbd/chunk_cache.hpp"
#include "rootfs/nbd/disk_index.hpp"
#include "rootfs/nbd/disk_view.hpp"

#include <atomic>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace farboot::rootfs
{

/// Plain chunks on a local disk, for the next boot: docs/disk-cache.md has the two files. Nothing of it is believed:
/// a chunk is checked against its digest each time it is read, so a torn write, a flipped bit or a foreign file costs a
/// fetch and no more, and nothing needs to be synced. Safe for many threads; one process at a time.
class DiskCache
{
public:
    struct Options {
        std::filesystem::path folder; ///< exists
        std::uint64_t limit = 0;      ///< bytes of both files together, at least disk_segment_bytes × 2
        std::filesystem::path view;   ///< the folder of another reader, to be read besides; empty: none
        /// One sentence for the person at the PC, when the disk can no longer be used.
        std::function<void(std::string_view)> notice;
    };

    /// Takes over what is there, as far as it fits. Starts a thread: after a fork, if there is one. Reasons: io,
    /// cache-busy (another process has it), cache-small.
    [[nodiscard]] static Result<std::unique_ptr<DiskCache>> open(Options options);
    ~DiskCache(); ///< what still waits to be written is dropped
    DiskCache(const DiskCache&) = delete;
    DiskCache& operator=(const DiskCache&) = delete;

    /// Reads and checks a chunk of this length, here or in the view; null if it is not there. Counts as use here.
    [[nodiscard]] Chunk find(const Digest& digest, std::uint32_t length);
    /// May be wrong about what find() would find damaged.
    [[nodiscard]] bool contains(const Digest& digest) const;
    /// One who pins chunks: they stay as long as he does, whatever else comes. 0 if there are too many.
    [[nodiscard]] Keepers add_keeper();
    /// What nobody else has pinned may go.
    void remove_keeper(Keepers keeper);

    /// Writes the chunk some time, unless it is there or, if nobody pins it, in the view, more waits than the disk can
    /// take, or it is longer than max_chunk_bytes.
    void put(const Digest& digest, Chunk chunk, Keepers keeper = 0);
    /// False if it is not there. May be wrong about what find() would find damaged.
    [[nodiscard]] bool pin(const Digest& digest, Keepers keeper);
    /// Whether it is there and right: it is read, unless it was right before, and nothing that had been so was found
    /// wrong since. What is wrong is forgotten.
    [[nodiscard]] bool check(const Digest& digest, Keepers keeper);
    /// Grows when the keeper may have lost a chunk, unless he found that himself, and when there is room again.
    [[nodiscard]] std::uint64_t news(Keepers keeper) const;
    /// Waits until news() is no longer what was `seen`.
    void await_news(Keepers keeper, std::uint64_t seen, const std::stop_token& stop);

    struct Status {
        std::uint64_t limit = 0; ///< bytes
        std::uint64_t bytes = 0; ///< of the chunks that are there
        std::size_t chunks = 0;
        std::uint64_t hits = 0;      ///< since the start
        std::uint64_t damaged = 0;   ///< chunks that were wrong, since the start
        std::uint64_t skipped = 0;   ///< chunks for which the disk was too slow, since the start
        std::size_t view_chunks = 0; ///< that another reader is known to have
        std::uint64_t view_hits = 0; ///< chunks that another reader had, since the start
        bool writable = true;        ///< false once writing has failed
    };
    [[nodiscard]] Status status() const;
    /// Waits until what was put is written: for tests and for an orderly end.
    void flush();

private:
    DiskCache(Options options, DiskFile data, DiskIndex index, std::unique_ptr<DiskView> view);
    void write_all(const std::stop_token& stop);
    struct Waiting {
        Digest digest;
        Chunk chunk;
        Keepers keeper = 0;
    };
    [[nodiscard]] Result<void> write(const Waiting& waiting);
    [[nodiscard]] Result<std::vector<DiskIndex::Kept>> empty_oldest();
    [[nodiscard]] Result<void> make_room();
    /// Of what make_room() has kept. `lost`: something pinned did not fit.
    [[nodiscard]] Result<void> write_again(const std::vector<Waiting>& saved, bool& lost);
    [[nodiscard]] Chunk read(const DiskPlace& place, const Digest& digest);
    /// The same; forgets what is wrong, and tells all of its keepers but `finder`.
    [[nodiscard]] Chunk read_or_forget(const DiskPlace& place, const Digest& digest, Keepers finder);
    void tell(Keepers keepers); ///< under the mutex
    void distrust();            ///< the same

    Options options_;
    DiskFile data_;
    std::unique_ptr<DiskView> view_; ///< null if there is none
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    DiskIndex index_;               ///< under the mutex
    std::deque<Waiting> waiting_;   ///< under the mutex
    std::size_t waiting_bytes_ = 0; ///< under the mutex
    bool writing_ = false;          ///< under the mutex
    bool full_ = false;             ///< why it is not writable; under the mutex
    DiskKeepers keepers_;           ///< under the mutex
    std::atomic<bool> writable_{true};
    std::atomic<std::uint64_t> hits_{0};
    std::atomic<std::uint64_t> damaged_{0};
    std::atomic<std::uint64_t> skipped_{0};
    std::atomic<std::uint64_t> view_hits_{0};
    std::jthread writer_; // last: it uses the others
};

} // namespace farboot::rootfs
