#pragma once

#include "rootfs/nbd/chunk_job.hpp"

#include <map>
#include <mutex>

namespace farboot::rootfs
{

/// A chunk job at work. Attempts may run at the same time, each at another source: every chunk lands as soon as one of
/// them has brought it.
class ChunkFetch
{
public:
    /// Takes the job's items.
    ChunkFetch(ChunkJob& job, const ChunkJob::Submit& submit) : job_(job), submit_(submit) {}

    /// Asks one source for one request's worth; what needs another request is submitted.
    [[nodiscard]] Result<void> attempt(const Source& source, Freshness freshness, const Patience& patience);

private:
    using Items = std::vector<ChunkJob::Item>;

    [[nodiscard]] static std::vector<FlightPointer> flights_of(const Items& items);
    /// Read-ahead forgets what somebody else fetches, too. False if nobody wants any of them any more.
    [[nodiscard]] bool forget_what_is_over();
    /// What the first request at this source brings; the others go into a job of their own.
    [[nodiscard]] Items take_first(const ChunkGroup& group);
    /// How a group is best asked for: over a long way, what somebody waits for in parts.
    [[nodiscard]] std::vector<std::uint64_t> parts_of(const Source& source, const Places& places,
                                                      const ChunkGroup& group, const Items& items) const;
    [[nodiscard]] Result<void> stream(const Source& source, const Places& places, const ChunkGroup& group,
                                      const Items& items, bool bypass_caches, const Patience& patience);

    ChunkJob& job_;
    const ChunkJob::Submit& submit_;
    std::mutex mutex_;                                              ///< for the job's items and the next
    std::map<std::size_t, std::shared_ptr<const Locator>> went_by_; ///< the last attempt at each source
};

} // namespace farboot::rootfs
