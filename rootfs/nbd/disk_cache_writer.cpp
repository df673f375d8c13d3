#include "rootfs/nbd/disk_cache.hpp"

/// What comes onto the disk, and what goes for it.
namespace farboot::rootfs
{

namespace
{
/// What may wait to be written: a disk that is slower than the network must not fill the memory.
constexpr std::size_t most_waiting_bytes = 16 * 1024 * 1024;
} // namespace

void DiskCache::put(const Digest& digest, Chunk chunk, Keepers keeper)
{
    const std::scoped_lock lock(mutex_);
    if (!writable_ || chunk->empty() || chunk->size() > max_chunk_bytes)
        return;
    if (index_.pin(digest, keeper & keepers_.all()))
        return;
    if (waiting_bytes_ + chunk->size() > most_waiting_bytes) {
        ++skipped_;
        return;
    }
    waiting_bytes_ += chunk->size();
    waiting_.push_back({digest, std::move(chunk), keeper});
    changed_.notify_all();
}

void DiskCache::write_all(const std::stop_token& stop)
{
    for (;;) {
        std::unique_lock lock(mutex_);
        writing_ = false;
        changed_.notify_all();
        if (!changed_.wait(lock, stop, [&] { return !waiting_.empty(); }) || stop.stop_requested())
            return;
        const auto next = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= next.chunk->size();
        writing_ = true;
        lock.unlock();
        const auto done = write(next);
        if (done)
            continue;
        lock.lock();
        const auto is_full = done.error().reason == "cache-full";
        if (!writable_ || (is_full && index_.has_room())) // a keeper has gone meanwhile
            continue;
        // A full or broken disk: what is there is still good to read.
        writable_ = false;
        full_ = is_full;
        waiting_.clear();
        waiting_bytes_ = 0;
        lock.unlock();
        if (options_.notice)
            options_.notice(fmt::format("nothing more is kept on the local disk: {}", done.error().sentence));
    }
}

Result<void> DiskCache::write(const Waiting& waiting)
{
    const auto& [digest, chunk, keeper] = waiting;
    const auto length = static_cast<std::uint32_t>(chunk->size());
    if (keeper == 0 && view_ && view_->contains(digest)) // here, and not in put(): it may look at the disk
        return {};
    std::optional<DiskPlace> place;
    for (;;) {
        std::unique_lock lock(mutex_);
        if (index_.pin(digest, keeper & keepers_.all()))
            return {};
        if (!index_.has_room())
            return fail("cache-full", "pinned images take all of it");
        place = index_.next(length);
        if (place)
            break;
        lock.unlock();
        if (auto done = make_room(); !done)
            return done;
    }
    if (auto done = data_.write(data_at(*place), *chunk); !done)
        return done;
    const std::scoped_lock lock(mutex_);
    return index_.add(digest, *place, keeper & keepers_.all());
}

Result<std::vector<DiskIndex::Kept>> DiskCache::empty_oldest()
{
    const std::scoped_lock lock(mutex_);
    auto kept = index_.empty_oldest();
    if (!kept)
        distrust();
    return kept;
}

Result<void> DiskCache::make_room()
{
    const auto kept = empty_oldest();
    if (!kept)
        return std::unexpected(kept.error());
    std::vector<Waiting> saved;
    // All are read before the first is written: they lie in the segment that is filled now.
    bool lost = false;
    for (const auto& [digest, place, keepers] : *kept)
        if (auto chunk = read(place, digest))
            saved.push_back({digest, std::move(chunk), keepers});
        else
            lost = lost || keepers != 0;
    auto done = write_again(saved, lost);
    const std::scoped_lock lock(mutex_);
    if (!done || lost)
        distrust();
    return done;
}

Result<void> DiskCache::write_again(const std::vector<Waiting>& saved, bool& lost)
{
    for (const auto& [digest, chunk, keepers] : saved) {
        std::unique_lock lock(mutex_);
        const auto place = index_.next(static_cast<std::uint32_t>(chunk->size()));
        lock.unlock();
        if (!place) { // it is fetched again when it is wanted
            lost = lost || keepers != 0;
            continue;
        }
        if (auto done = data_.write(data_at(*place), *chunk); !done)
            return done;
        lock.lock();
        if (auto done = index_.add(digest, *place, keepers & keepers_.all()); !done)
            return done;
    }
    return {};
}

void DiskCache::flush()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.empty() && !writing_; });
}

} // namespace farboot::rootfs
