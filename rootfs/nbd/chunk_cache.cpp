#include "rootfs/nbd/chunk_cache.hpp"

#include <algorithm>
#include <utility>

namespace farboot::rootfs
{

namespace
{
using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds stuck_after{500};
/// What comes, but comes at a trickle, is not waited for either.
constexpr std::chrono::milliseconds longest_wait_for_others{2'000};
constexpr std::chrono::milliseconds look_up_from_waiting{1'000};
} // namespace

ChunkCache::Found ChunkCache::look_up(const ChunkRef& ref, Cause cause)
{
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(ref.digest);
    if (found == entries_.end())
        return take_off(ref, cause);
    auto& entry = found->second;
    if (entry.chunk) {
        order_.splice(order_.begin(), order_, entry.place);
        return {entry.chunk, nullptr, false};
    }
    if (cause == Cause::demand && entry.flight->state == Flight::State::queued) {
        entry.flight->state = Flight::State::running;
        entry.flight->cause = cause;
        return {nullptr, entry.flight, true};
    }
    return {nullptr, entry.flight, false};
}

ChunkCache::Found ChunkCache::find(const Digest& digest) const
{
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(digest);
    return found == entries_.end() ? Found{} : Found{found->second.chunk, found->second.flight, false};
}

ChunkCache::Found ChunkCache::take_off(const ChunkRef& ref, Cause cause)
{
    auto flight = std::make_shared<Flight>();
    flight->state = cause == Cause::read_ahead ? Flight::State::queued : Flight::State::running;
    flight->cause = cause;
    flight->progress = Clock::now();
    auto& entry = entries_[ref.digest]; // there already where another flight is stuck: used by whoever asks anew
    entry = Entry{.chunk = nullptr, .flight = flight, .place = {}, .used = entry.used};
    return {nullptr, flight, true};
}

bool ChunkCache::first_use(const Digest& digest)
{
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(digest);
    return found != entries_.end() && !std::exchange(found->second.used, true);
}

bool ChunkCache::is_over(const FlightPointer& flight) const
{
    const std::scoped_lock lock(mutex_);
    return flight->state == Flight::State::landed || flight->state == Flight::State::failed;
}

bool ChunkCache::is_queued(const FlightPointer& flight) const
{
    const std::scoped_lock lock(mutex_);
    return flight->state == Flight::State::queued;
}

void ChunkCache::start(const std::vector<FlightPointer>& flights)
{
    const std::scoped_lock lock(mutex_);
    for (const auto& flight : flights) {
        if (flight->state != Flight::State::queued)
            continue;
        flight->state = Flight::State::running;
        flight->progress = Clock::now();
    }
}

void ChunkCache::note_progress(const std::vector<FlightPointer>& flights)
{
    const std::scoped_lock lock(mutex_);
    for (const auto& flight : flights)
        flight->progress = Clock::now();
}

void ChunkCache::land(const Digest& digest, const FlightPointer& flight, const Chunk& chunk)
{
    const std::scoped_lock lock(mutex_);
    if (flight->state == Flight::State::landed)
        return;
    flight->state = Flight::State::landed;
    flight->chunk = chunk;
    const auto found = entries_.find(digest);
    flight->over.notify_all();
    if (found != entries_.end() && found->second.chunk)
        return; // a flight that replaced this one was faster
    if (found != entries_.end() && found->second.flight != flight) {
        const auto& other = found->second.flight;
        other->state = Flight::State::landed;
        other->chunk = chunk;
        other->over.notify_all();
    }
    keep(digest, chunk);
}

void ChunkCache::keep(const Digest& digest, const Chunk& chunk)
{
    order_.push_front(digest);
    auto& entry = entries_[digest];
    entry.chunk = chunk;
    entry.flight.reset();
    entry.place = order_.begin();
    bytes_ += chunk->size();
    while (bytes_ > limit_) {
        const auto oldest = entries_.find(order_.back());
        bytes_ -= oldest->second.chunk->size();
        entries_.erase(oldest);
        order_.pop_back();
    }
}

void ChunkCache::fail_flight(const Digest& digest, const FlightPointer& flight, const Error& error)
{
    const std::scoped_lock lock(mutex_);
    if (flight->state == Flight::State::landed)
        return;
    flight->state = Flight::State::failed;
    flight->error = error;
    if (const auto found = entries_.find(digest); found != entries_.end() && found->second.flight == flight)
        entries_.erase(found);
    flight->over.notify_all();
}

Result<Chunk> ChunkCache::wait(const FlightPointer& flight, const Patience& patience)
{
    std::unique_lock lock(mutex_);
    const auto over = [&] { return flight->state == Flight::State::landed || flight->state == Flight::State::failed; };
    auto ask = Clock::now() + look_up_from_waiting;
    const auto longest = Clock::now() + longest_wait_for_others;
    for (;;) {
        const auto impatient = flight->cause != Cause::demand;
        const auto stuck = std::min(longest, flight->progress + stuck_after);
        if (flight->over.wait_until(lock, patience.stop, impatient ? std::min(ask, stuck) : ask, over))
            break;
        const auto now = Clock::now();
        if (impatient && now >= std::min(longest, flight->progress + stuck_after))
            return fail("stuck", "Nothing has come for {} ms, or not enough.", stuck_after.count());
        if (now < ask && !patience.stop.stop_requested())
            continue;
        lock.unlock();
        if (!patience.lasts())
            return fail("cancelled", "Nobody waits any longer.");
        ask = now + look_up_from_waiting;
        lock.lock();
    }
    if (flight->state == Flight::State::failed)
        return std::unexpected(flight->error);
    return flight->chunk;
}

ChunkCache::Found ChunkCache::replace(const ChunkRef& ref, const FlightPointer& stuck)
{
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(ref.digest);
    if (found != entries_.end() && found->second.chunk)
        return {found->second.chunk, nullptr, false};
    if (found != entries_.end() && found->second.flight != stuck)
        return {nullptr, found->second.flight, false};
    return take_off(ref, Cause::demand);
}

std::size_t ChunkCache::bytes() const
{
    const std::scoped_lock lock(mutex_);
    return bytes_;
}

} // namespace farboot::rootfs
