#pragma once

#include "pbl/agent/job.hpp"
#include "rootfs/record/record.hpp"

#include <string>
#include <vector>

namespace farboot::agent
{

/// Tells the faces how a transfer goes, at most five times a second.
class Progress
{
public:
    Progress(JobContext& job, Status base, std::uint64_t total);

    void add(std::uint64_t bytes);
    /// Bytes that turned out to be worthless.
    void take_back(std::uint64_t bytes);
    void report();
    [[nodiscard]] const Status& status() const { return status_; }

private:
    void measure(std::chrono::steady_clock::time_point now);

    JobContext& job_;
    Status status_;
    std::chrono::steady_clock::time_point reported_;
    std::uint64_t reported_bytes_ = 0;
};

/// Fetches whole files of the store from one of several sources, each checked while it comes.
class Downloader
{
public:
    /// `sources` are base URLs of stores, in order of preference.
    Downloader(JobContext& job, std::vector<std::string> sources, Progress& progress);

    /// Appends a file to `fd`, which is at its end, and there is nothing more in it than the file if the result is
    /// good.
    ///
    /// A lost transfer goes on where it was, at the next source, and when all have failed after a visible countdown,
    /// without limit. A source whose bytes are wrong is asked once more past all caches, then given up for this file.
    /// Reasons: digest-mismatch, http-404 … when all sources are given up; memory-short; cancelled.
    [[nodiscard]] Result<void> append(const rootfs::FileRef& file, int fd);

private:
    JobContext& job_;
    std::vector<std::string> sources_;
    Progress& progress_;
};

} // namespace farboot::agent
