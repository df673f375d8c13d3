#include "rootfs/nbd/chunk_job.hpp"

#include "rootfs/nbd/chunk_receiver.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t largest_request = 1024 * 1024;

const Error& dropped()
{
    static const Error error{dropped_reason, "The chunk was not worth a request of its own."};
    return error;
}

} // namespace

ChunkJob::ChunkJob(std::shared_ptr<JobImage> image, std::shared_ptr<const ManifestPage> page, std::vector<Item> items,
                   Cause cause, Patience patience)
    : image_(std::move(image)),
      page_(std::move(page)),
      items_(std::move(items)),
      cause_(cause),
      patience_(std::move(patience))
{
}

void ChunkJob::run(const Submit& submit)
{
    auto& cache = image_->cache;
    if (cause_ == Cause::read_ahead)
        std::erase_if(items_, [&](const Item& item) { return !cache.start(item.flight); });
    const auto tried = [&](const Source& source, Freshness freshness) { return attempt(source, freshness, submit); };
    auto result = cause_ == Cause::demand ? image_->sources.until_good(tried, image_->counters, patience_)
                                          : image_->sources.once(tried);
    // Whoever came to wait for what read-ahead failed to bring asks for it himself.
    drop(result || cause_ == Cause::read_ahead ? dropped() : result.error());
}

void ChunkJob::drop(const Error& error)
{
    for (const auto& item : items_)
        image_->cache.fail_flight(page_->chunks[item.chunk].digest, item.flight, error);
    items_.clear();
}

Result<void> ChunkJob::attempt(const Source& source, Freshness freshness, const Submit& submit)
{
    std::erase_if(items_, [&](const Item& item) { return image_->cache.is_over(item.flight); });
    if (std::ranges::none_of(items_, &Item::wanted))
        return {};
    if (freshness == Freshness::new_locator)
        image_->map.renew_locator(source, seen_);
    seen_.reset();
    const auto places = image_->map.places(source, *page_, patience_);
    if (!places)
        return std::unexpected(places.error());
    seen_ = (*places)->locator;

    std::vector<std::size_t> chunks;
    std::ranges::transform(items_, std::back_inserter(chunks), &Item::chunk);
    const auto group = first_group((*places)->places, chunks, largest_request);
    split(group.chunks.size(), submit);
    return fetch(source, **places, group, freshness == Freshness::past_caches);
}

void ChunkJob::split(std::size_t count, const Submit& submit)
{
    std::vector<Item> others(items_.begin() + static_cast<std::ptrdiff_t>(count), items_.end());
    items_.resize(count);
    if (others.empty())
        return;
    ChunkJob other(image_, page_, std::move(others), cause_, patience_);
    if (std::ranges::any_of(other.items_, &Item::wanted))
        submit(std::move(other));
    else
        other.drop(dropped());
}

Result<void> ChunkJob::fetch(const Source& source, const Places& places, const ChunkGroup& group, bool bypass_caches)
{
    std::vector<ChunkReceiver::Expected> expected;
    std::vector<FlightPointer> flights;
    for (const auto& item : items_) {
        const auto& place = places.places[item.chunk];
        expected.push_back({page_->chunks[item.chunk], place.offset - group.range.offset, place.stored_length});
        flights.push_back(item.flight);
    }
    ChunkReceiver receiver(std::move(expected), [&](std::size_t index, const Chunk& chunk) {
        image_->land(page_->chunks[items_[index].chunk].digest, flights[index], chunk);
    });
    const auto sink = [&](Bytes piece) {
        if (cause_ == Cause::read_ahead)
            image_->cache.note_progress(flights);
        return receiver.take(piece);
    };
    auto& store = cause_ == Cause::demand ? image_->demand : image_->read_ahead;
    auto result =
        store.stream(source, {pack_path(places.locator->packs()[group.pack].digest), group.range, bypass_caches},
                     cause_, sink, patience_.stop);
    return receiver.state() ? result : receiver.state();
}

} // namespace farboot::rootfs
