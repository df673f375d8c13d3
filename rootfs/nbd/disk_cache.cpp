#include "rootfs/nbd/disk_cache.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
/// What may wait to be written: a disk that is slower than the network must not fill the memory.
constexpr std::size_t most_waiting_bytes = 16 * 1024 * 1024;

std::unique_ptr<DiskView> open_view(const DiskCache::Options& options)
{
    auto view = DiskView::open(options.view);
    if (view)
        return std::move(*view);
    if (options.notice)
        options.notice(
            fmt::format("what another reader keeps on the local disk is not used: {}", view.error().sentence));
    return nullptr;
}
} // namespace

Result<std::unique_ptr<DiskCache>> DiskCache::open(Options options)
{
    const auto segments = options.limit / (disk_segment_bytes + disk_segment_index_bytes);
    if (segments < 2)
        return fail("cache-small", "A local cache of {} bytes is too small: it needs {}.", options.limit,
                    2 * (disk_segment_bytes + disk_segment_index_bytes));
    auto view = options.view.empty() ? nullptr : open_view(options);
    auto data = DiskFile::open(options.folder / "chunks", segments * disk_segment_bytes);
    if (!data)
        return std::unexpected(std::move(data.error()));
    if (auto locked = data->lock(); !locked)
        return std::unexpected(std::move(locked.error()));
    auto file = DiskFile::open(options.folder / "index", segments * disk_segment_index_bytes);
    if (!file)
        return std::unexpected(std::move(file.error()));
    auto index = DiskIndex::open(std::move(*file), static_cast<std::uint32_t>(segments));
    if (!index)
        return std::unexpected(std::move(index.error()));
    return std::unique_ptr<DiskCache>(
        new DiskCache(std::move(options), std::move(*data), std::move(*index), std::move(view)));
}

DiskCache::DiskCache(Options options, DiskFile data, DiskIndex index, std::unique_ptr<DiskView> view)
    : options_(std::move(options)),
      data_(std::move(data)),
      view_(std::move(view)),
      index_(std::move(index)),
      writer_([this](const std::stop_token& stop) { write_all(stop); })
{
}

DiskCache::~DiskCache()
{
    writer_.request_stop();
}

Chunk DiskCache::read(const DiskPlace& place, const Digest& digest)
{
    auto plain = std::make_shared<ChunkBytes>(place.length);
    if (!data_.read(data_at(place), *plain) || sha256(*plain) != digest)
        return nullptr;
    return plain;
}

Chunk DiskCache::find(const Digest& digest, std::uint32_t length)
{
    std::optional<DiskPlace> place;
    {
        const std::scoped_lock lock(mutex_);
        place = index_.find(digest);
    }
    if (!place || place->length != length)
        return find_in_view(digest, length);
    auto chunk = read(*place, digest);
    const std::scoped_lock lock(mutex_);
    if (chunk) {
        index_.note_use(digest);
        ++hits_;
    } else if (index_.find(digest) == place) { // and not written elsewhere meanwhile
        index_.forget(digest);
        ++damaged_;
    }
    return chunk;
}

Chunk DiskCache::find_in_view(const Digest& digest, std::uint32_t length)
{
    auto chunk = view_ ? view_->find(digest, length) : nullptr;
    if (chunk)
        ++view_hits_;
    return chunk;
}

bool DiskCache::contains(const Digest& digest) const
{
    {
        const std::scoped_lock lock(mutex_);
        if (index_.find(digest))
            return true;
    }
    return view_ && view_->contains(digest);
}

bool DiskCache::pin(const Digest& digest)
{
    const std::scoped_lock lock(mutex_);
    return index_.pin(digest);
}

void DiskCache::put(const Digest& digest, Chunk chunk, bool pinned)
{
    const std::scoped_lock lock(mutex_);
    if (!writable_ || chunk->empty() || chunk->size() > max_chunk_bytes)
        return;
    if (pinned ? index_.pin(digest) : index_.find(digest).has_value())
        return;
    if (waiting_bytes_ + chunk->size() > most_waiting_bytes) {
        ++skipped_;
        return;
    }
    waiting_bytes_ += chunk->size();
    waiting_.push_back({digest, std::move(chunk), pinned});
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
        if (done || !writable_.exchange(false))
            continue;
        // A full or broken disk: what is there is still good to read.
        lock.lock();
        waiting_.clear();
        waiting_bytes_ = 0;
        lock.unlock();
        if (options_.notice)
            options_.notice(fmt::format("nothing more is kept on the local disk: {}", done.error().sentence));
    }
}

Result<void> DiskCache::write(const Waiting& waiting)
{
    const auto& [digest, chunk, pinned] = waiting;
    const auto length = static_cast<std::uint32_t>(chunk->size());
    if (!pinned && view_ && view_->contains(digest)) // here, and not in put(): it may look at the disk
        return {};
    std::optional<DiskPlace> place;
    for (;;) {
        std::unique_lock lock(mutex_);
        if (index_.find(digest)) {
            if (pinned)
                index_.pin(digest);
            return {};
        }
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
    return index_.add(digest, *place, pinned);
}

Result<void> DiskCache::make_room()
{
    std::vector<Waiting> saved;
    std::vector<DiskIndex::Kept> kept;
    {
        const std::scoped_lock lock(mutex_);
        auto emptied = index_.empty_oldest();
        if (!emptied)
            return std::unexpected(std::move(emptied.error()));
        kept = std::move(*emptied);
    }
    // All are read before the first is written: they lie in the segment that is filled now.
    for (const auto& [digest, place, pinned] : kept)
        if (auto chunk = read(place, digest))
            saved.push_back({digest, std::move(chunk), pinned});
    for (const auto& [digest, chunk, pinned] : saved) {
        std::unique_lock lock(mutex_);
        const auto place = index_.next(static_cast<std::uint32_t>(chunk->size()));
        lock.unlock();
        if (!place) // it is fetched again when it is wanted
            continue;
        if (auto done = data_.write(data_at(*place), *chunk); !done)
            return done;
        lock.lock();
        if (auto done = index_.add(digest, *place, pinned); !done)
            return done;
    }
    return {};
}

DiskCache::Status DiskCache::status() const
{
    const auto beside = view_ ? view_->chunks() : 0;
    const std::scoped_lock lock(mutex_);
    return {options_.limit, index_.bytes(), index_.chunks(), hits_, damaged_, skipped_, beside, view_hits_, writable_};
}

void DiskCache::flush()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.empty() && !writing_; });
}

} // namespace farboot::rootfs
