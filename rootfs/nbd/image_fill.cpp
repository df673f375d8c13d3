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
        if (const auto& digest = (*root)->page_digest(number); !image_->disk->pin(digest)) {
            const auto entries = manifest_entries((*page)->chunks);
            const auto bytes = as_bytes(entries);
            image_->disk->put(digest, std::make_shared<const ChunkBytes>(bytes.begin(), bytes.end()), true);
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
        std::vector<std::size_t> missing;
        for (std::size_t index = 0; index < page->chunks.size(); ++index)
            if (const auto& ref = page->chunks[index]; !ref.is_zero() && !image_->disk->pin(ref.digest))
                missing.push_back(index);
        present_ = before + data - missing.size();
        if (missing.empty() || !image_->disk->status().writable)
            return true;
        if (const auto fetched = fetch(*page, missing, patience); fetched) {
            image_->disk->flush(); // a slow disk sets the pace
            pause = first_pause;
            continue;
        }
        if (!sleep_about(pause, patience.stop))
            return false;
        pause = std::min(pause * 2, longest_pause);
    }
}

Result<void> ImageFill::fetch(const ManifestPage& page, const std::vector<std::size_t>& missing,
                              const Patience& patience)
{
    const auto source = image_->sources.best();
    const auto places = image_->map.places(source, page, patience);
    if (!places)
        return std::unexpected(places.error());
    const auto group = first_group((*places)->places, missing, largest_request);
    std::vector<ChunkReceiver::Expected> expected;
    for (const auto index : group.chunks) {
        const auto& place = (*places)->places[index];
        expected.push_back({page.chunks[index], place.offset - group.range.offset, place.stored_length});
    }
    ChunkReceiver receiver(expected, [&](std::size_t index, const Chunk& chunk) {
        image_->disk->put(expected[index].ref.digest, chunk, true);
    });
    const auto pack = (*places)->locator->packs()[group.pack].digest;
    const auto result = image_->hot.stream(
        source, {pack_path(pack), group.range}, Cause::fill, [&](Bytes piece) { return receiver.take(piece); },
        patience);
    if (const auto& error = receiver.state() ? result : receiver.state(); !error) {
        if (SourceSet::may_be_stale(error.error()))
            image_->map.renew_locator(source, (*places)->locator);
        return error;
    }
    return {};
}

} // namespace farboot::rootfs
