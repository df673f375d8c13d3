#include "rootfs/nbd/chunk_fetch.hpp"

#include "rootfs/nbd/chunk_receiver.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
constexpr std::uint64_t largest_request = 1024 * 1024;
/// Read-ahead has been cut to size (RequestSize); only the last chunk reaches farther.
constexpr std::uint64_t largest_ahead = RequestSize::most + max_chunk_bytes;
/// What somebody waits for comes in so many parts at most, what comes along in one more.
constexpr std::uint64_t most_parts = 6;
/// Where many wait at the same time, their requests are parts enough.
constexpr std::size_t most_beside = 4;
/// A shorter way is not worth it.
constexpr std::chrono::milliseconds long_way{15};
} // namespace

Result<void> ChunkFetch::attempt(const Source& source, Freshness freshness, const Patience& patience)
{
    auto& map = job_.image_->map;
    {
        const std::scoped_lock lock(mutex_);
        if (!forget_what_is_over())
            return {};
        if (freshness == Freshness::new_locator)
            map.renew_locator(source, went_by_[source.index]);
        went_by_.erase(source.index);
    }
    const auto found = map.places(source, *job_.page_, patience);
    if (!found)
        return std::unexpected(found.error());
    const auto& places = **found;

    std::unique_lock lock(mutex_);
    went_by_[source.index] = places.locator;
    if (!forget_what_is_over())
        return {};
    std::vector<std::size_t> chunks;
    std::ranges::transform(job_.items_, std::back_inserter(chunks), &ChunkJob::Item::chunk);
    const auto ahead = job_.cause_ == Cause::read_ahead;
    const auto group = first_group(places.places, chunks, ahead ? largest_ahead : largest_request);
    const auto items = take_first(group);
    if (ahead)
        job_.image_->cache.start(flights_of(items));
    lock.unlock();
    return stream(source, places, group, items, freshness == Freshness::past_caches, patience);
}

bool ChunkFetch::forget_what_is_over()
{
    const auto& cache = job_.image_->cache;
    const auto ahead = job_.cause_ == Cause::read_ahead;
    std::erase_if(job_.items_,
                  [&](const auto& item) { return ahead ? !cache.is_queued(item.flight) : cache.is_over(item.flight); });
    return std::ranges::any_of(job_.items_, &ChunkJob::Item::wanted);
}

std::vector<FlightPointer> ChunkFetch::flights_of(const Items& items)
{
    std::vector<FlightPointer> flights;
    std::ranges::transform(items, std::back_inserter(flights), &ChunkJob::Item::flight);
    return flights;
}

ChunkFetch::Items ChunkFetch::take_first(const ChunkGroup& group)
{
    auto& items = job_.items_;
    Items others(items.begin() + static_cast<std::ptrdiff_t>(group.chunks.size()), items.end());
    items.resize(group.chunks.size());
    if (!others.empty()) {
        ChunkJob other(job_.image_, job_.page_, std::move(others), job_.cause_, job_.patience_);
        if (std::ranges::any_of(other.items_, &ChunkJob::Item::wanted))
            submit_(std::move(other));
        else
            other.drop(ChunkJob::not_worth_a_request());
    }
    return items;
}

std::vector<std::uint64_t> ChunkFetch::parts_of(const Source& source, const Places& places, const ChunkGroup& group,
                                                const Items& items) const
{
    const auto latency = source.meter->least_latency();
    if (job_.cause_ != Cause::demand || !latency || *latency < long_way || job_.image_->demand.busy() > most_beside)
        return {};
    std::uint64_t wanted = 0; // bytes up to the end of what somebody waits for
    for (const auto& item : items)
        if (item.wanted)
            wanted = places.places[item.chunk].offset + places.places[item.chunk].stored_length - group.range.offset;
    auto parts = StoreClient::parts_of(wanted, most_parts);
    if (const auto along = group.range.length - wanted; along > StoreClient::first_flight)
        parts.push_back(along);
    else
        parts.back() += along;
    return parts.size() > 1 ? parts : std::vector<std::uint64_t>{};
}

Result<void> ChunkFetch::stream(const Source& source, const Places& places, const ChunkGroup& group, const Items& items,
                                bool bypass_caches, const Patience& patience)
{
    auto& image = *job_.image_;
    std::vector<ChunkReceiver::Expected> expected;
    const auto flights = flights_of(items);
    for (const auto& item : items) {
        const auto& place = places.places[item.chunk];
        expected.push_back({job_.page_->chunks[item.chunk], place.offset - group.range.offset, place.stored_length});
    }
    ChunkReceiver receiver(std::move(expected), [&](std::size_t index, const Chunk& chunk) {
        image.counters.landed_bytes += chunk->size();
        image.land(job_.page_->chunks[items[index].chunk].digest, flights[index], chunk);
    });
    const auto ahead = job_.cause_ == Cause::read_ahead;
    RequestSize::Watch watch(group.range.length);
    const auto sink = [&](Bytes piece) {
        if (ahead) {
            image.cache.note_progress(flights);
            watch.note(piece.size(), RequestSize::Clock::now());
        }
        return receiver.take(piece);
    };
    auto& store = ahead ? image.read_ahead : image.demand;
    const StoreClient::Order order{pack_path(places.locator->packs()[group.pack].digest), group.range, bypass_caches,
                                   false, parts_of(source, places, group, items)};
    auto result = store.stream(source, order, job_.cause_, sink, patience);
    if (ahead && result)
        image.ahead_size.note(watch, source.meter->least_latency().value_or(RequestSize::Clock::duration{}));
    return receiver.state() ? result : receiver.state();
}

} // namespace farboot::rootfs
