#include "rootfs/nbd/hot_stream.hpp"

#include "rootfs/base/pause.hpp"
#include "rootfs/nbd/hot_sources.hpp"
#include "rootfs/nbd/hot_window.hpp"
#include "rootfs/nbd/source_error.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace farboot::rootfs
{

namespace
{

/// Of an image of 1 GB; 50 KB each.
constexpr std::uint32_t most_pages_at_once = 16;
/// Connections that are open by the time that it is known what to ask for.
constexpr std::size_t read_ahead_at_once = 4;
constexpr std::chrono::milliseconds first_pause{1'000};
constexpr std::chrono::milliseconds longest_pause{30'000};
/// Of the cache's memory: what may lie there unread.
constexpr std::uint64_t unread_share = 2;
/// To what may be guessed besides (worthwhile_neighbours()), a byte that a list brings counts as such a part of one: it
/// is more likely to be read.
constexpr std::uint64_t as_good_as = 2;
/// Fewer bytes are not worth a request while more may come soon.
constexpr std::uint64_t least_part = 4 * 1024 * 1024;
/// A list that is not read in its order is asked for in parts that take so long: by the next, reads have fetched some
/// of its chunks for themselves.
constexpr std::chrono::duration<double> part_time{1};
constexpr std::uint64_t shortest_part = 512 * 1024;
/// So much in a row that is there already is worth another request, as a rule what the line carries in a round trip.
constexpr std::uint64_t largest_gap = 1024 * 1024;
constexpr std::uint64_t least_gap = 128 * 1024;

} // namespace

std::string_view to_text(HotStream::State state)
{
    switch (state) {
    case HotStream::State::asking:
        return "asking";
    case HotStream::State::none:
        return "none";
    case HotStream::State::streaming:
        return "streaming";
    case HotStream::State::done:
        return "done";
    case HotStream::State::strayed:
        return "strayed";
    case HotStream::State::failed:
        break;
    }
    return "failed";
}

/// Rows of the list that one request brings.
struct HotStream::Segment {
    std::size_t first = 0;
    std::size_t last = 0;    ///< behind the last one
    std::size_t through = 0; ///< where the next one begins: nobody needs what lies between
    FileRange range;         ///< of the pack
    std::uint64_t plain_bytes = 0;
};

HotStream::HotStream(std::shared_ptr<JobImage> image)
    : image_(std::move(image)),
      thread_([this](const std::stop_token& stop) { run(stop); }),
      pages_([this](const std::stop_token& stop) { look_up_pages(stop); })
{
}

HotStream::~HotStream()
{
    thread_.request_stop();
    pages_.request_stop();
}

void HotStream::look_up_pages(const std::stop_token& stop) const
try {
    const Patience patience{stop, std::nullopt, {}};
    const auto root = image_->map.root(patience);
    if (!root)
        return;
    const auto count = (*root)->page_count();
    const auto last = count > most_pages_at_once ? count - 1 : 0;
    for (auto number = count; number-- > last && !stop.stop_requested();)
        if (const auto page = image_->map.page(number, patience))
            (void)image_->map.places(image_->sources.best(), **page, patience);
} catch (const std::exception&) { // no memory: each is looked up when it is wanted
}

void HotStream::note_use(const std::vector<Digest>& chunks, HotUse::Seconds client_time)
{
    const auto meter = image_->sources.best().meter;
    const auto round_trip = meter->least_latency().value_or(SourceMeter::Duration{});
    use_.note_time(client_time, {round_trip, static_cast<double>(meter->rate().value_or(0))});
    use_.note_use(chunks);
}

HotStream::Status HotStream::status() const
{
    return {state_, chunks_, through_, pack_bytes_};
}

void HotStream::run(const std::stop_token& stop)
{
    try {
        state_ = stream_all(stop);
    } catch (const std::exception&) { // no memory: reads fetch for themselves
        state_ = State::failed;
    }
}

HotStream::State HotStream::stream_all(const std::stop_token& stop)
{
    const Patience patience{stop, std::nullopt, {}};
    HotSources sources;
    auto wait = first_pause;
    const auto first = image_->sources.best();
    const auto manifest = manifest_path(image_->map.manifest());
    image_->hot.open_connections(first, manifest, 1);
    image_->read_ahead.open_connections(first, manifest, read_ahead_at_once);
    image_->map.begin(first, patience);
    while (const auto next = sources.next(image_->sources.by_preference())) {
        if (next->again) {
            // Where one has none and none was found, there may be none anywhere.
            if ((sources.one_has_none() && !expected_pack_) || !sleep_about(wait, stop))
                break;
            wait = std::min(wait * 2, longest_pause);
        }
        const auto before = brought_.load();
        const auto result = attempt(next->source, next->past_caches, patience);
        if (stop.stop_requested())
            return State::failed;
        if (use_.strays())
            return State::strayed;
        if (result && *result)
            return State::done;
        const auto moved = brought_ > before;
        if (moved) {
            sources.note_progress();
            wait = first_pause;
        }
        if (result) {
            sources.note_none(next->source);
        } else if (may_be_stale(result.error()) && !(moved && result.error().reason == "truncated")) {
            // The locator was rewritten, or a cache has something else. What broke off on its way is as it should be.
            sources.note_stale(next->source);
            image_->map.renew_locator(next->source, nullptr);
        } else {
            sources.note_failure(next->source);
        }
    }
    if (expected_pack_)
        return State::failed;
    use_.expect({});
    return sources.one_has_none() ? State::none : State::failed;
}

Result<bool> HotStream::attempt(const Source& source, bool bypass_caches, const Patience& patience)
{
    const auto locator = image_->map.locator(source, patience);
    if (!locator)
        return std::unexpected(locator.error());
    const auto& list = (*locator)->hot();
    if (list.rows.empty())
        return false;
    // Its rows are the locator's word, which is not signed: another source may have others for the same pack.
    if (list.pack.digest != expected_pack_ || list.rows.size() != chunks_) {
        expected_pack_ = list.pack.digest;
        through_ = 0;
        jumped_ = false;
        use_.expect(list);
    }
    chunks_ = list.rows.size();
    pack_bytes_ = list.pack.bytes;
    state_ = State::streaming;
    // What lies unread may not push out what is read: on a PC with little memory the stream comes in parts.
    const auto most = image_->cache.limit() / unread_share;
    const auto least = std::min<std::uint64_t>(most / 2, least_part);
    while (through_ < chunks_ || jumped_) {
        if (through_ == chunks_) {
            through_ = 0;
            jumped_ = false;
        }
        const auto room = use_.wait_for_room(least, most, patience.stop);
        if (room == 0)
            break;
        const auto part = largest_part(source);
        // Where the line holds the list up, reads run ahead of it: what comes next in the list is what they want next.
        // What lies before comes after the end.
        if (const auto missed = use_.take_missed(); missed && room > part) {
            through_ = *missed;
            jumped_ = true;
        }
        comes_ = true;
        auto done = stream(source, list, std::min(room, part), bypass_caches, patience);
        comes_ = false;
        if (!done)
            return std::unexpected(std::move(done.error()));
    }
    return true;
}

std::uint64_t HotStream::largest_part(const Source& source) const
{
    if (!use_.is_out_of_order())
        return std::numeric_limits<std::uint64_t>::max();
    return std::max(static_cast<std::uint64_t>(source.meter->line().sustained * part_time.count()), shortest_part);
}

HotStream::Segment HotStream::next_segment(const Source& source, const HotList& list, std::uint64_t most) const
{
    const std::chrono::duration<double> round_trip = source.meter->least_latency().value_or(SourceMeter::Duration{});
    const auto worth_a_request = std::clamp(
        static_cast<std::uint64_t>(source.meter->line().sustained * round_trip.count()), least_gap, largest_gap);
    const auto& rows = list.rows;
    Segment segment;
    auto offset = HotList::header_bytes;
    for (std::size_t done = 0; done < through_; ++done)
        offset += rows[done].stored_length;
    segment.first = through_;
    const auto needless = [&](const Digest& digest) {
        return use_.is_settled(digest) || image_->cache.find(digest).chunk || image_->is_on_disk(digest);
    };
    while (segment.first < rows.size() && needless(rows[segment.first].digest))
        offset += rows[segment.first++].stored_length;
    segment.range.offset = offset;
    segment.last = segment.first;
    std::uint64_t gap = 0; // bytes at the end that nobody needs, and as they are unpacked
    std::uint64_t plain_gap = 0;
    auto row = segment.first;
    for (; row < rows.size() && gap < worth_a_request; ++row) {
        const auto& chunk = rows[row];
        gap += chunk.stored_length;
        plain_gap += chunk.plain_length;
        if (needless(chunk.digest))
            continue;
        if (segment.plain_bytes > 0 && segment.plain_bytes + plain_gap > most)
            break;
        segment.last = row + 1;
        segment.range.length += std::exchange(gap, 0);
        segment.plain_bytes += std::exchange(plain_gap, 0);
    }
    segment.through = row == rows.size() ? row : segment.last;
    return segment;
}

Result<void> HotStream::stream(const Source& source, const HotList& list, std::uint64_t most, bool bypass_caches,
                               const Patience& patience)
{
    const auto segment = next_segment(source, list, most);
    through_ = segment.first;
    if (segment.first == segment.last)
        return {};
    std::vector<ChunkReceiver::Expected> expected;
    std::uint64_t offset = 0;
    for (auto row = segment.first; row < segment.last; ++row) {
        const auto& chunk = list.rows[row];
        expected.push_back({ChunkRef{0, chunk.plain_length, chunk.digest}, offset, chunk.stored_length});
        offset += chunk.stored_length;
    }
    HotWindow window(image_->cache, use_, expected, HotWindow::Clock::now());
    const auto landed = [&](std::size_t index, const Chunk& chunk) {
        image_->land(expected[index].ref.digest, window.take(index), chunk);
        image_->counters.landed_bytes += chunk->size() / as_good_as;
        ++brought_;
        use_.note_brought(expected[index].ref.digest);
    };
    ChunkReceiver receiver(expected, landed, [&](std::size_t index) { return window.wanted(index); });
    const auto sink = [&](Bytes piece) {
        window.advance(piece.size(), HotWindow::Clock::now());
        const auto good = receiver.take(piece);
        through_ = segment.first + receiver.taken();
        return good && !use_.strays();
    };
    auto result = image_->hot.stream(source, {hot_pack_path(list.pack.digest), segment.range, bypass_caches},
                                     Cause::hot, sink, patience);
    if (!receiver.state())
        return receiver.state();
    if (use_.strays())
        return {};
    if (result)
        through_ = segment.through;
    return result;
}

} // namespace farboot::rootfs
