#include "rootfs/nbd/hot_stream.hpp"

#include "rootfs/base/pause.hpp"
#include "rootfs/nbd/hot_crew.hpp"
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
/// What the pack's connection brings while it is new, so that it begins the pack with twenty packets instead of ten. No
/// more than its first ten hold besides the server's TLS tickets, which StoreClient::first_flight takes no account of:
/// the rest would come in the round trip in which it is asked for the pack.
constexpr std::uint64_t to_grow_by = 11'000;
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
/// TCP, TLS and the request.
constexpr std::uint64_t round_trips_of_new_connection = 4;

HotLanes::Line line_of(const Source& source)
{
    const auto& meter = *source.meter;
    const auto rates = meter.line();
    return {rates.burst, rates.sustained, meter.least_latency().value_or(SourceMeter::Duration{}),
            meter.received.all()};
}

bool is_narrow(const Source& source)
{
    return source.meter->line().sustained < LineRate::narrow;
}

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

/// Is on its way, in a room that was taken for it.
class HotStream::Part
{
public:
    Part(HotStream& stream, std::uint64_t room, bool connected) : stream_(stream), room_(room), connected_(connected)
    {
        ++stream_.coming_;
    }
    ~Part()
    {
        --stream_.coming_;
        stream_.use_.give_back(room_);
    }
    [[nodiscard]] std::uint64_t room() const { return room_; }
    /// Its connection is open.
    [[nodiscard]] bool connected() const { return connected_; }
    void connect() { connected_ = true; }
    /// So much of it does not come.
    void give_back(std::uint64_t bytes)
    {
        bytes = std::min(bytes, room_);
        room_ -= bytes;
        stream_.use_.give_back(bytes);
    }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

private:
    HotStream& stream_;
    std::uint64_t room_;
    bool connected_;
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
} catch (const std::exception&) {
    return; // no memory: each is looked up when it is wanted
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
    return {state_, chunks_, through_, pack_bytes_, lanes_.count()};
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
    image_->hot.open_connections(first, manifest, 1, to_grow_by);
    image_->read_ahead.open_connections(first, manifest, read_ahead_at_once);
    image_->map.begin(first, patience);
    while (const auto next = sources.next(image_->sources.by_preference())) {
        if (next->again) {
            // Where one has none and none was found, there may be none anywhere.
            if ((sources.one_has_none() && !rows_) || !sleep_about(wait, stop))
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
    if (rows_)
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
    if (!rows_ || rows_->list() != list) {
        // One or the other may be wrong in places: what was brought stays brought.
        if (!rows_ || rows_->list().pack.digest != list.pack.digest || rows_->list().rows.size() != list.rows.size())
            use_.expect(list);
        rows_ = std::make_unique<HotRows>(list);
        through_ = 0;
    }
    chunks_ = list.rows.size();
    pack_bytes_ = list.pack.bytes;
    state_ = State::streaming;
    brought_bytes_ = 0;
    if (std::exchange(lanes_of_, source.index) != source.index) {
        lanes_.reset();
        watch_ = {};
    }
    const auto go = [&](bool first, const Patience& until_broken) {
        return go_through(source, first, bypass_caches, until_broken);
    };
    if (auto done = HotCrew(lanes_, go).run(patience); !done)
        return std::unexpected(std::move(done.error()));
    // What another connection was to bring and gave back when the first one was through already.
    if (auto done = go_through(source, true, bypass_caches, patience); !done)
        return std::unexpected(std::move(done.error()));
    if (rows_->is_through())
        through_ = chunks_.load();
    return true;
}

Result<void> HotStream::go_through(const Source& source, bool first, bool bypass_caches, const Patience& patience)
{
    // What lies unread may not push out what is read: on a PC with little memory the stream comes in parts.
    const auto most = image_->cache.limit() / unread_share;
    auto connected = first && !lanes_.in_turns();
    while (!rows_->is_through()) {
        if (first && is_for_turns(source))
            lanes_.take_turns(line_of(source));
        const auto part = largest_part(source);
        const auto least = std::min({most / 2, least_part, lanes_.count() > 1 ? part : least_part});
        const auto room = use_.take_room(least, most, patience.stop, part);
        if (room == 0)
            break;
        // Reads run ahead of a list that the line holds up: what comes next in it is what they want next. What lies
        // before comes after the end.
        if (const auto missed = use_.take_missed();
            missed && room == part && use_.is_out_of_order() && is_narrow(source))
            rows_->jump(*missed);
        Part coming(*this, room, connected);
        if (auto done = stream(source, coming, bypass_caches, patience); !done)
            return done;
        connected = coming.connected();
    }
    return {};
}

bool HotStream::is_for_turns(const Source& source) const
{
    return brought_bytes_ >= least_part && is_narrow(source) &&
           (use_.is_out_of_order() || (rows_->list().guessed && use_.leaves_rows_out()));
}

std::uint64_t HotStream::largest_part(const Source& source) const
{
    if (lanes_.count() > 1)
        return lanes_.request_bytes();
    if (!use_.is_out_of_order())
        return std::numeric_limits<std::uint64_t>::max();
    return std::max(static_cast<std::uint64_t>(source.meter->line().sustained * part_time.count()), shortest_part);
}

bool HotStream::is_needless(const Digest& chunk) const
{
    return use_.is_settled(chunk) || image_->cache.find(chunk).chunk || image_->is_on_disk(chunk);
}

Result<void> HotStream::stream(const Source& source, Part& coming, bool bypass_caches, const Patience& patience)
{
    const auto worth_a_request =
        std::clamp(static_cast<std::uint64_t>(source.meter->line().sustained * line_of(source).round_trip.count()),
                   least_gap, largest_gap);
    auto segment = rows_->take(coming.room(), worth_a_request, [&](const Digest& chunk) { return is_needless(chunk); });
    const auto alone = lanes_.count() == 1;
    if (!alone)
        lanes_.note_request(line_of(source));
    through_ = alone ? segment.first : rows_->position();
    if (segment.first == segment.last)
        return {};
    std::vector<ChunkReceiver::Expected> expected;
    std::uint64_t offset = 0;
    for (auto row = segment.first; row < segment.last; ++row) {
        const auto& chunk = rows_->list().rows[row];
        expected.push_back({ChunkRef{0, chunk.plain_length, chunk.digest}, offset, chunk.stored_length});
        offset += chunk.stored_length;
    }
    const auto begun = HotLanes::Clock::now();
    bool helped = false;
    std::optional<HotWindow> window(std::in_place, image_->cache, use_, expected, begun,
                                    alone                 ? HotWindow::usual_reach
                                    : !coming.connected() ? 0
                                    : lanes_.in_turns()   ? lanes_.request_bytes()
                                                          : HotWindow::short_reach);
    const auto landed = [&](std::size_t index, const Chunk& chunk) {
        image_->land(expected[index].ref.digest, window->take(index), chunk);
        image_->counters.landed_bytes += chunk->size() / as_good_as;
        ++brought_;
        brought_bytes_ += chunk->size();
        use_.note_brought(expected[index].ref.digest);
    };
    ChunkReceiver receiver(expected, landed, [&](std::size_t index) { return window->wanted(index); });
    const auto look = [&](const Arrivals& arrivals) {
        if (helped || receiver.taken() == expected.size() ||
            !lanes_.look(watch_, HotLanes::Clock::now(), arrivals, line_of(source)))
            return;
        helped = true;
        // Until the others' first bytes come this one goes on.
        const auto meanwhile = watch_.window() * round_trips_of_new_connection;
        auto end = std::max(window->end(), receiver.taken());
        while (end < expected.size() && expected[end].offset < expected[receiver.taken()].offset + meanwhile)
            ++end;
        std::uint64_t bytes = 0;
        for (auto row = end; row < expected.size(); ++row)
            bytes += expected[row].ref.length;
        coming.give_back(bytes);
        expected.resize(end);
        rows_->cut(segment, segment.first + end);
    };
    const auto sink = [&](Bytes piece) {
        const auto now = HotLanes::Clock::now();
        window->advance(piece.size(), now);
        const auto good = receiver.take(piece);
        if (alone && !helped)
            through_ = segment.first + receiver.taken();
        if (alone)
            lanes_.note(watch_, now, line_of(source));
        return good && (!helped || receiver.taken() < expected.size()) && !use_.strays();
    };
    StoreClient::Order order{hot_pack_path(rows_->list().pack.digest), segment.range, bypass_caches};
    if (alone)
        order.arrivals = look;
    coming.connect();
    auto result = image_->hot.stream(source, order, Cause::hot, sink, patience);
    const auto whole = receiver.state() && (result || (helped && receiver.taken() >= expected.size()));
    window.reset(); // whoever takes what is left must find it free
    rows_->end(segment, whole ? segment.last : segment.first + receiver.taken());
    if (!receiver.state())
        return receiver.state();
    if (use_.strays() || (whole && helped))
        return {};
    if (result && alone)
        through_ = segment.through;
    return result;
}

} // namespace farboot::rootfs
