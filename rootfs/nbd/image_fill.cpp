#include "rootfs/nbd/image_fill.hpp"

#include "rootfs/base/pause.hpp"
#include "rootfs/nbd/chunk_receiver.hpp"
#include "rootfs/nbd/source_error.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <tuple>
#include <utility>

namespace farboot::rootfs
{

namespace
{
constexpr std::uint64_t largest_request = 1024 * 1024;
constexpr std::chrono::milliseconds first_pause{1'000};
constexpr std::chrono::milliseconds longest_pause{60'000};
/// So many chunks of a page are worth a request each.
constexpr std::size_t few = 16;
/// After so much work at what is on the disk, a pause that is twice as long.
constexpr std::chrono::milliseconds busy{20};
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

ImageFill::ImageFill(std::shared_ptr<JobImage> image, Keepers keeper)
    : image_(std::move(image)), keeper_(keeper), thread_([this](const std::stop_token& stop) { run(stop); })
{
    image_->keeper = keeper;
}

ImageFill::~ImageFill()
{
    thread_.request_stop();
    thread_.join();
    image_->keeper = 0;
    image_->disk->remove_keeper(keeper_);
}

ImageFill::Status ImageFill::status() const
{
    State state = state_;
    if (state == State::complete && image_->disk->news(keeper_) != heard_) // the thread is about to hear of it
        state = State::filling;
    return {state, chunks_, present_, put_off_, unknown_};
}

void ImageFill::run(const std::stop_token& stop)
{
    try {
        fill({stop, std::nullopt, {}});
        state_ = State::stopped;
    } catch (const std::exception&) { // no memory: the image is read as it is wanted
        state_ = State::stopped;
    }
}

void ImageFill::fill(const Patience& patience)
{
    const auto root = image_->map.root(patience);
    if (!root)
        return;
    pages_.resize((*root)->page_count());
    pin_what_is_there(**root, patience);
    auto& disk = *image_->disk;
    auto pause = first_pause;
    auto seen = disk.news(keeper_);
    for (bool doubted = true;;) {
        const auto before = present_.load();
        go_round(**root, doubted, patience);
        disk.flush();
        if (patience.stop.stop_requested())
            return;
        const auto state = state_now(**root, patience);
        auto heard = disk.news(keeper_);
        doubted = heard != seen;
        if (!doubted && state != State::filling) {
            heard_ = heard;
            state_ = state;
            disk.await_news(keeper_, seen, patience.stop);
            state_ = State::filling;
            heard = disk.news(keeper_);
            doubted = true;
            pause = first_pause; // whoever has found something lost may find more
        }
        seen = heard;
        if (present_ > before)
            pause = first_pause;
        if (!sleep_about(pause, patience.stop))
            return;
        pause = std::min(pause * 2, longest_pause);
    }
}

void ImageFill::pin_what_is_there(const ManifestRoot& root, const Patience& patience)
{
    auto& disk = *image_->disk;
    (void)disk.pin(root.ref().manifest, keeper_);
    for (std::uint32_t number = 0; number < root.page_count() && !patience.stop.stop_requested(); ++number) {
        (void)disk.pin(root.page_digest(number), keeper_);
        if (const auto page = image_->map.page_now(number, false, patience))
            for (const auto& ref : (*page)->chunks)
                (void)disk.pin(ref.digest, keeper_);
    }
}

ImageFill::State ImageFill::state_now(const ManifestRoot& root, const Patience& patience)
{
    const auto& [digest, root_bytes] = std::tie(root.ref().manifest, root.ref().root_bytes);
    if (std::ranges::all_of(pages_, &PageState::is_whole)) {
        if (!has(digest)) {
            image_->map.keep_root(patience);
            image_->disk->flush();
        }
        if (has(digest))
            return State::complete;
    }
    return image_->disk->status().writable && root_bytes <= max_chunk_bytes ? State::filling : State::no_room;
}

void ImageFill::go_round(const ManifestRoot& root, bool doubted, const Patience& patience)
{
    bool ask = true;
    for (std::uint32_t number = 0; number < root.page_count() && !patience.stop.stop_requested(); ++number) {
        auto& state = pages_[number];
        if (!doubted && state.is_whole())
            continue;
        const auto page = image_->map.page_now(number, ask, patience);
        if (!page) {
            state.kept = false;
            note_unknown(state, root.entries_of(number));
            // Where somebody else waits for it, too, it is not known whether anybody answers.
            ask = ask && (page.error().reason == "cancelled" || !is_gone(page.error()));
            continue;
        }
        note_unknown(state, 0);
        if (!std::exchange(state.learnt, true)) {
            state.missing = static_cast<std::uint64_t>(
                std::ranges::count_if((*page)->chunks, [](const auto& ref) { return !ref.is_zero(); }));
            chunks_ += state.missing;
        }
        state.kept = keep(**page, root.page_digest(number), patience);
        ask = fill_page(**page, state, ask, patience);
    }
}

bool ImageFill::keep(const ManifestPage& page, const Digest& digest, const Patience& patience)
{
    while (!has(digest)) {
        if (!image_->disk->status().writable || patience.stop.stop_requested())
            return false;
        const auto entries = manifest_entries(page.chunks);
        const auto bytes = as_bytes(entries);
        image_->disk->put(digest, std::make_shared<const ChunkBytes>(bytes.begin(), bytes.end()), keeper_);
        image_->disk->flush(); // where too much waits to be written, put() has left it out
    }
    return true;
}

bool ImageFill::fill_page(const ManifestPage& page, PageState& state, bool ask, const Patience& patience)
{
    std::size_t from = 0; // what is missing before it is put off
    std::ptrdiff_t step =
        1; // at most; the more, the more is refused one behind the other: a pack that is gone costs few requests
    for (;;) {
        const auto missing = missing_of(page, 0, patience);
        const auto next = std::ranges::lower_bound(missing, from);
        const auto passed_over = static_cast<std::uint64_t>(next - missing.begin());
        note(state, missing.size(), ask ? passed_over : std::min<std::uint64_t>(state.put_off, missing.size()));
        if (!ask || !image_->disk->status().writable)
            return false;
        if (next == missing.end())
            return true;
        const auto outcome = fetch(page, from, patience);
        image_->disk->flush(); // a slow disk sets the pace
        if (outcome == Outcome::away) {
            ask = false; // what it brought before it went is counted
            continue;
        }
        if (outcome == Outcome::brought || has(page.chunks[*next].digest)) {
            step = 1;
            continue;
        }
        // How many is left to chance, so that a good one between them is asked for itself in one of the next rounds.
        // Few are asked for one by one: by chance a good one could be passed over for minutes.
        const auto most = missing.size() > few ? step : 1;
        const auto passed = std::uniform_int_distribution<std::ptrdiff_t>(1, most)(random_);
        from = *(next + std::min(passed, missing.end() - next) - 1) + 1;
        step *= 2;
    }
}

void ImageFill::note(PageState& state, std::uint64_t missing, std::uint64_t put_off)
{
    present_ += state.missing - missing;
    put_off_ += put_off - state.put_off; // it may have become less: modulo 2^64 that is right, too
    state.missing = missing;
    state.put_off = put_off;
}

void ImageFill::note_unknown(PageState& state, std::uint64_t unknown)
{
    unknown_ += unknown - state.unknown;
    state.unknown = unknown;
}

std::vector<std::size_t> ImageFill::missing_of(const ManifestPage& page, std::size_t from, const Patience& patience)
{
    using Clock = std::chrono::steady_clock;
    std::vector<std::size_t> missing;
    auto begun = Clock::now();
    for (std::size_t index = from; index < page.chunks.size() && !patience.stop.stop_requested(); ++index) {
        if (const auto& ref = page.chunks[index]; !ref.is_zero() && !has(ref.digest))
            missing.push_back(index);
        if (const auto taken = Clock::now() - begun; taken >= busy) {
            (void)sleep_about(2 * std::chrono::floor<std::chrono::milliseconds>(taken), patience.stop);
            begun = Clock::now();
        }
    }
    return missing;
}

ImageFill::Outcome ImageFill::fetch(const ManifestPage& page, std::size_t from, const Patience& patience)
{
    std::shared_ptr<const Locator> went_by; // at this source
    std::set<std::size_t> refusing;         // by what they said last
    const auto ask = [&](const Source& source, Freshness freshness, const Patience& patience_now) -> Result<void> {
        if (freshness == Freshness::new_locator)
            image_->map.renew_locator(source, went_by);
        went_by.reset();
        const auto places = image_->map.places(source, page, patience_now);
        if (!places)
            return std::unexpected(places.error());
        went_by = (*places)->locator;
        return stream(source, page, from, **places, freshness == Freshness::past_caches, patience_now);
    };
    const auto attempt = [&](const Source& source, Freshness freshness, const Patience& patience_now) {
        auto result = ask(source, freshness, patience_now);
        if (!result && !is_gone(result.error()))
            refusing.insert(source.index);
        else
            refusing.erase(source.index);
        return result;
    };
    if (image_->sources.each_once(attempt, image_->counters, patience))
        return Outcome::brought;
    return refusing.empty() ? Outcome::away : Outcome::refused;
}

Result<void> ImageFill::stream(const Source& source, const ManifestPage& page, std::size_t from, const Places& places,
                               bool bypass_caches, const Patience& patience)
{
    const auto missing = missing_of(page, from, patience); // the attempt before may have brought some
    if (missing.empty())
        return {};
    const auto group = first_group(places.places, missing, largest_request);
    std::vector<ChunkReceiver::Expected> expected;
    for (const auto index : group.chunks) {
        const auto& place = places.places[index];
        expected.push_back({page.chunks[index], place.offset - group.range.offset, place.stored_length});
    }
    ChunkReceiver receiver(expected, [&](std::size_t index, const Chunk& chunk) {
        image_->disk->put(expected[index].ref.digest, chunk, keeper_);
    });
    const auto pack = places.locator->packs()[group.pack].digest;
    const auto result = image_->hot.stream(
        source, {pack_path(pack), group.range, bypass_caches}, Cause::fill,
        [&](Bytes piece) { return receiver.take(piece); }, patience);
    return receiver.state() ? result : receiver.state();
}

} // namespace farboot::rootfs
