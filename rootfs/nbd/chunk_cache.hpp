#pragma once

#include "rootfs/image/chunk.hpp"
#include "rootfs/nbd/chunk_bytes.hpp"
#include "rootfs/nbd/counters.hpp"
#include "rootfs/nbd/patience.hpp"

#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace farboot::rootfs
{

/// A chunk on its way. All members belong to the cache's lock.
struct Flight {
    enum class State {
        queued,  ///< read-ahead has not asked for it yet: a demand read may take it over
        running, ///< somebody is fetching it
        landed,  ///< `chunk` is there
        failed,  ///< `error` says why
    };
    State state = State::running;
    Cause cause = Cause::demand;
    std::chrono::steady_clock::time_point progress; ///< when the transfer it is part of last brought something
    Chunk chunk;
    Error error;
    std::condition_variable_any over; ///< its own: waking everybody for each chunk cost a third of the processor's time
};
using FlightPointer = std::shared_ptr<Flight>;

/// Plain chunks in memory up to a hard limit, those used last kept, and those on their way, so that each is fetched
/// once. Images that share chunks share them here. Safe for many threads.
class ChunkCache
{
public:
    /// In bytes of plain chunks.
    explicit ChunkCache(std::size_t limit) : limit_(limit) {}

    /// One of the two is set.
    struct Found {
        Chunk chunk;
        FlightPointer flight;
        bool mine = false; ///< the flight is new: the caller must see that it lands or fails
    };
    /// `cause` decides what may be taken over from read-ahead.
    [[nodiscard]] Found look_up(const ChunkRef& ref, Cause cause);
    /// What is there or on its way; begins nothing, and makes nothing look used.
    [[nodiscard]] Found find(const Digest& digest) const;

    /// A client reads this chunk: true if it is the first since the chunk was fetched.
    [[nodiscard]] bool first_use(const Digest& digest);

    /// True once nobody needs to fetch it any more.
    [[nodiscard]] bool is_over(const FlightPointer& flight) const;
    /// Read-ahead has not asked for it yet, and no demand read has taken it over.
    [[nodiscard]] bool is_queued(const FlightPointer& flight) const;
    /// Read-ahead is about to ask for these.
    void start(const std::vector<FlightPointer>& flights);
    /// The transfers of these flights have brought something.
    void note_progress(const std::vector<FlightPointer>& flights);
    void land(const Digest& digest, const FlightPointer& flight, const Chunk& chunk);
    /// Whoever waits gets the error. Does nothing to a flight that has landed.
    void fail_flight(const Digest& digest, const FlightPointer& flight, const Error& error);

    /// Waits until the flight is over. Reasons: the flight's; stuck (a transfer that nobody waited for when it began
    /// has brought nothing for half a second, or not enough in two: take it over with replace()); cancelled (patience
    /// ended).
    [[nodiscard]] Result<Chunk> wait(const FlightPointer& flight, const Patience& patience);
    /// A new flight instead of one that is stuck; what the old one brings is still taken.
    [[nodiscard]] Found replace(const ChunkRef& ref, const FlightPointer& stuck);

    [[nodiscard]] std::size_t bytes() const;
    [[nodiscard]] std::size_t limit() const { return limit_; }

private:
    struct Entry {
        Chunk chunk; ///< or
        FlightPointer flight;
        std::list<Digest>::iterator place{}; ///< of a chunk
        bool used = false;                   ///< see first_use()
    };

    [[nodiscard]] Found take_off(const ChunkRef& ref, Cause cause);
    void keep(const Digest& digest, const Chunk& chunk);

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::unordered_map<Digest, Entry, DigestHash> entries_;
    std::list<Digest> order_; ///< chunks, used last first
    std::size_t bytes_ = 0;
};

} // namespace farboot::rootfs
