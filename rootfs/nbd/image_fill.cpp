#include "rootfs/nbd/image_fill.hpp"

#include "rootfs/base/pause.hpp"
#include "rootfs/nbd/chunk_receiver.hpp"

#include <algorithm>
#include <chrono>

namespace farboot::rootfs
{

namespace
{
constexpr std::uint64_t largest_request = 1024 * 1024;
constexpr std::chrono::milliseconds first_pause{1'000};
constexpr std::chrono::milliseconds longest_pause{60'000};
} // namespace

std::string_view to_text(ImageFill::State state)
{
    switch (state) {
    case ImageFill::State::filling:
        return "filling";
    case ImageFill::State::complete:
        return "complete";
    case ImageFill::State::no_room:
        return "no-room";
    case ImageFill::State::stopped:
        break;
    }
    return "stopped";
}

ImageFill::ImageFill(std::shared_ptr<JobImage> image)
    : image_(std::move(image)), thread_([this](const std::stop_token& stop) { run(stop); })
{
}

ImageFill::~ImageFill()
{
    thread_.request_stop();
}

void ImageFill::run(const std::stop_token& stop)
{
    try {
        state_ = fill({stop, std::nullopt, {}});
    } catch (const std::exception&) { // no memory: the image is read as it is wanted
        state_ = State::stopped;
    }
}

ImageFill::State ImageFill::fill(const Patience& patience)
{
    const auto root = image_->map.root(patience);
    if (!root)
        return State::stopped;
    for (std::uint32_t number = 0; number < (*root)->page_count(); ++number) {
        const auto page = image_->map.page(number, patience);
        if (!page)
            return State::stopped;
        // It is wanted without a server, too.
        const auto& digest = (*root)->page_digest(number);
        while (!image_->disk->pin(digest) && image_->disk->status().writable && !patience.stop.stop_requested()) {
            const auto entries = manifest_entries((*page)->chunks);
            const auto bytes = as_bytes(entries);
            image_->disk->put(digest, std::make_shared<const ChunkBytes>(bytes.begin(), bytes.end()), true);
            image_->disk->flush(); // where too much waits to be written, put() has left it out
        }
        if (!fill_page(*page, patience))
            return State::stopped;
        if (!image_->disk->status().writable)
            return State::no_room;
    }
    image_->disk->flush();
    return present_ == chunks_ && image_->disk->pin((*root)->ref().manifest) ? State::complete : State::no_room;
}

bool ImageFill::fill_page(const std::shared_ptr<const ManifestPage>& page, const Patience& patience)
{
    auto pause = first_pause;
    const auto data =
        static_cast<std::uint64_t>(std::ranges::count_if(page->chunks, [](const auto& ref) { return !ref.is_zero(); }));
    chunks_ += data;
    const auto before = present_.load();
    for (;;) {
        const auto missing = missing_of(*page).size();
        present_ = before + data - missing;
        if (missing == 0 || !image_->disk->status().writable)
            return true;
        if (fetch(*page, patience)) {
            image_->disk->flush(); // a slow disk sets the pace
            pause = first_pause;
            continue;
        }
        if (!sleep_about(pause, patience.stop))
            return false;
        pause = std::min(pause * 2, longest_pause);
    }
}

std::vector<std::size_t> ImageFill::missing_of(const ManifestPage& page)
{
    std::vector<std::size_t> missing;
    for (std::size_t index = 0; index < page.chunks.size(); ++index)
        if (const auto& ref = page.chunks[index]; !ref.is_zero() && !image_->disk->pin(ref.digest))
            missing.push_back(index);
    return missing;
}

Result<void> ImageFill::fetch(const ManifestPage& page, const Patience& patience)
{
    std::shared_ptr<const Locator> went_by; // at this source
    const auto attempt = [&](const Source& source, Freshness freshness, const Patience& patience_now) -> Result<void> {
        if (freshness == Freshness::new_locator)
            image_->map.renew_locator(source, went_by);
        went_by.reset();
        const auto places = image_->map.places(source, page, patience_now);
        if (!places)
            return std::unexpected(places.error());
        went_by = (*places)->locator;
        return stream(source, page, **places, freshness == Freshness::past_caches, patience_now);
    };
    return image_->sources.each_once(attempt, image_->counters, patience);
}

Result<void> ImageFill::stream(const Source& source, const ManifestPage& page, const Places& places, bool bypass_caches,
                               const Patience& patience)
{
    const auto missing = missing_of(page); // the attempt before may have brought some
    if (missing.empty())
        return {};
    const auto group = first_group(places.places, missing, largest_request);
    std::vector<ChunkReceiver::Expected> expected;
    for (const auto index : group.chunks) {
        const auto& place = places.places[index];
        expected.push_back({page.chunks[index], place.offset - group.range.offset, place.stored_length});
    }
    ChunkReceiver receiver(expected, [&](std::size_t index, const Chunk& chunk) {
        image_->disk->put(expected[index].ref.digest, chunk, true);
    });
    const auto pack = places.locator->packs()[group.pack].digest;
    const auto result = image_->hot.stream(
        source, {pack_path(pack), group.range, bypass_caches}, Cause::fill,
        [&](Bytes piece) { return receiver.take(piece); }, patience);
    return receiver.state() ? result : receiver.state();
}

} // namespace farboot::rootfs
