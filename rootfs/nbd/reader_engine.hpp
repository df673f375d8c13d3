#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/nbd/chunk_cache.hpp"
#include "rootfs/nbd/job_queue.hpp"
#include "rootfs/nbd/range_job.hpp"
#include "rootfs/nbd/source_set.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// What the readers of all images of a process share: sources, connections, the cache in memory, and the threads that
/// fetch.
class ReaderEngine
{
public:
    struct Options {
        std::vector<std::string> sources; ///< base URLs, parse_sources()
        std::string tokens;               ///< where tokens for restricted images are given out; may be empty
        std::filesystem::path session;    ///< file with this PC's session, which is shown there; empty: none
        TlsTrust trust;
        std::size_t cache_bytes = 64 << 20; ///< hard limit for plain chunks, at least 1 MiB
        /// A read fails when no source could help for so long. Nothing: it waits for ever.
        std::optional<std::chrono::milliseconds> give_up;
        SourceSet::Options source_options;
        /// A local disk for chunks, if there is one. One that cannot be used is told of by its notice, and done
        /// without.
        std::optional<DiskCache::Options> disk;
    };

    /// Starts threads: after a fork, if there is one.
    explicit ReaderEngine(Options options);
    /// All readers must be gone.
    ~ReaderEngine();
    ReaderEngine(const ReaderEngine&) = delete;
    ReaderEngine& operator=(const ReaderEngine&) = delete;

    [[nodiscard]] std::shared_ptr<JobImage> add_image(const ImageRef& ref);
    /// What somebody waits for.
    void submit(ChunkJob job) { demand_jobs_.push(std::move(job)); }
    /// What somebody may want next.
    void submit(RangeJob job) { read_ahead_jobs_.push(std::move(job)); }
    /// The same, before what was submitted so far.
    void submit_first(RangeJob job) { read_ahead_jobs_.push_front(std::move(job)); }
    /// So many bytes may be submitted to be read ahead: what is in front of them on the line would hold up more.
    [[nodiscard]] std::uint64_t room_ahead() const;
    /// How large a range to be read ahead should be.
    [[nodiscard]] std::uint64_t ahead_size() const { return ahead_size_.bytes(); }
    /// Ends with the engine, or when `give_up` is over from now on.
    [[nodiscard]] Patience patience(std::function<bool()> still_wanted = {}) const;

    [[nodiscard]] const SourceSet& sources() const { return sources_; }
    [[nodiscard]] ChunkCache& cache() { return cache_; }
    [[nodiscard]] const ChunkCache& cache() const { return cache_; }
    /// Null where there is none.
    [[nodiscard]] const DiskCache* disk() const { return disk_.get(); }

private:
    void run(ChunkJob job);
    void run(RangeJob job);

    std::optional<std::chrono::milliseconds> give_up_;
    std::stop_source stop_;
    SourceSet sources_;
    AccessTokens tokens_;
    ChunkCache cache_;
    std::unique_ptr<DiskCache> disk_;
    RequestSize ahead_size_;
    HttpClient demand_client_;
    HttpClient read_ahead_client_;
    HttpClient hot_client_;
    JobQueue<ChunkJob> demand_jobs_;
    JobQueue<RangeJob> read_ahead_jobs_;
};

} // namespace farboot::rootfs
