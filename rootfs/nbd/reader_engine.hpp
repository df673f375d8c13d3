#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/nbd/chunk_cache.hpp"
#include "rootfs/nbd/job_queue.hpp"
#include "rootfs/nbd/source_set.hpp"

#include <chrono>
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
        TlsTrust trust;
        std::size_t cache_bytes = 64 << 20; ///< hard limit for plain chunks, at least 1 MiB
        /// A read fails when no source could help for so long. Nothing: it waits for ever.
        std::optional<std::chrono::milliseconds> give_up;
        SourceSet::Options source_options;
    };

    /// Starts threads: after a fork, if there is one.
    explicit ReaderEngine(Options options);
    /// All readers must be gone.
    ~ReaderEngine();
    ReaderEngine(const ReaderEngine&) = delete;
    ReaderEngine& operator=(const ReaderEngine&) = delete;

    [[nodiscard]] std::shared_ptr<JobImage> add_image(const ImageRef& ref);
    /// Takes the job to the threads of its cause.
    void submit(ChunkJob job);
    /// False while so much is being read ahead that more would only fill memory.
    [[nodiscard]] bool can_read_ahead() const;
    /// Ends with the engine, or when `give_up` is over from now on.
    [[nodiscard]] Patience patience(std::function<bool()> still_wanted = {}) const;

    [[nodiscard]] const SourceSet& sources() const { return sources_; }
    [[nodiscard]] ChunkCache& cache() { return cache_; }
    [[nodiscard]] const ChunkCache& cache() const { return cache_; }

private:
    std::optional<std::chrono::milliseconds> give_up_;
    std::stop_source stop_;
    SourceSet sources_;
    ChunkCache cache_;
    HttpClient demand_client_;
    HttpClient read_ahead_client_;
    HttpClient hot_client_;
    JobQueue demand_jobs_;
    JobQueue read_ahead_jobs_;
};

} // namespace farboot::rootfs
