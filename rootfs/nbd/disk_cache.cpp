#include "rootfs/nbd/disk_cache.hpp"

namespace farboot::rootfs
{

namespace
{
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
    if (!place || place->length != length) {
        auto beside = view_ ? view_->find(digest, length) : nullptr;
        view_hits_ += beside ? 1 : 0;
        return beside;
    }
    auto chunk = read_or_forget(*place, digest, 0);
    if (!chunk)
        return nullptr;
    const std::scoped_lock lock(mutex_);
    index_.note_use(digest);
    ++hits_;
    return chunk;
}

Chunk DiskCache::read_or_forget(const DiskPlace& place, const Digest& digest, Keepers finder)
{
    auto chunk = read(place, digest);
    const std::scoped_lock lock(mutex_);
    if (index_.find(digest) != place) // written elsewhere meanwhile
        return chunk;
    if (chunk) {
        index_.note_checked(digest);
        return chunk;
    }
    ++damaged_;
    if (index_.is_checked(digest))
        distrust();
    tell(index_.forget(digest) & ~finder);
    return nullptr;
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

Keepers DiskCache::add_keeper()
{
    const std::scoped_lock lock(mutex_);
    return keepers_.add();
}

void DiskCache::remove_keeper(Keepers keeper)
{
    const std::scoped_lock lock(mutex_);
    keepers_.remove(keeper);
    index_.unpin(keeper);
    if (!full_ || !index_.has_room())
        return;
    full_ = false;
    writable_ = true;
    tell(keepers_.all());
}

bool DiskCache::pin(const Digest& digest, Keepers keeper)
{
    const std::scoped_lock lock(mutex_);
    return index_.pin(digest, keeper & keepers_.all());
}

bool DiskCache::check(const Digest& digest, Keepers keeper)
{
    std::unique_lock lock(mutex_);
    const auto place = index_.find(digest);
    if (!place || index_.is_checked(digest))
        return place.has_value();
    lock.unlock();
    return read_or_forget(*place, digest, keeper) != nullptr;
}

std::uint64_t DiskCache::news(Keepers keeper) const
{
    const std::scoped_lock lock(mutex_);
    return keepers_.news(keeper);
}

void DiskCache::await_news(Keepers keeper, std::uint64_t seen, const std::stop_token& stop)
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return keepers_.news(keeper) != seen; });
}

void DiskCache::tell(Keepers keepers)
{
    keepers_.tell(keepers);
    changed_.notify_all();
}

/// What was right is not any more: who knows what else.
void DiskCache::distrust()
{
    index_.doubt_all();
    tell(keepers_.all());
}

DiskCache::Status DiskCache::status() const
{
    const auto beside = view_ ? view_->chunks() : 0;
    const std::scoped_lock lock(mutex_);
    return {options_.limit, index_.bytes(), index_.chunks(), hits_, damaged_, skipped_, beside, view_hits_, writable_};
}

} // namespace farboot::rootfs
