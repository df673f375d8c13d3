#include "rootfs/nbd/reader.hpp"

#include "rootfs/nbd/begun_flights.hpp"
#include "rootfs/nbd/neighbours.hpp"

#include <algorithm>
#include <cstring>

namespace farboot::rootfs
{

namespace
{

/// So much of a read is worked on at once, whatever its size.
constexpr std::uint64_t largest_step = 2 * 1024 * 1024;
/// More than what is on its way on a line of 1 Gbit/s over 100 ms.
constexpr std::uint64_t largest_window = 32 * 1024 * 1024;
/// The manifest's next page is asked for when read-ahead is so many requests away from it.
constexpr std::uint64_t page_ahead = 8;
constexpr std::uint32_t most_extent_pages = 4;
constexpr std::uint64_t client_block = 4096;
/// So much of what comes along with a read comes in its request, the rest beside it in requests of this size.
constexpr std::uint64_t most_along = 1024 * 1024;
constexpr std::uint64_t beside = 512 * 1024;
/// A client with more reads in flight copies the image: it says itself what it wants next, in better order.
constexpr std::size_t most_reads_at_once = 4;

} // namespace

Result<std::unique_ptr<Reader>> Reader::open(ReaderEngine& engine, const ImageRef& ref)
{
    if (auto good = ManifestRoot::check(ref); !good)
        return std::unexpected(std::move(good.error()));
    return std::unique_ptr<Reader>(new Reader(engine, ref));
}

Reader::Reader(ReaderEngine& engine, const ImageRef& ref)
    : engine_(engine),
      ref_(ref),
      image_(engine.add_image(ref)),
      read_ahead_(std::min<std::uint64_t>(largest_window, engine.cache().limit() / 4))
{
}

void Reader::begin()
{
    const std::scoped_lock lock(mutex_);
    if (!hot_)
        hot_ = std::make_shared<HotStream>(image_);
}

std::optional<HotStream::Status> Reader::hot() const
{
    const std::scoped_lock lock(mutex_);
    return hot_ ? std::optional(hot_->status()) : std::nullopt;
}

Result<void> Reader::pin()
{
    const std::scoped_lock lock(mutex_);
    if (fill_ || image_->disk == nullptr)
        return {};
    const auto keeper = image_->disk->add_keeper();
    if (keeper == 0)
        return fail("too-many", "The image is served, but not pinned: {} are pinned already. Remove one first.",
                    DiskKeepers::most);
    fill_ = std::make_unique<ImageFill>(image_, keeper);
    return {};
}

std::optional<ImageFill::Status> Reader::fill() const
{
    const std::scoped_lock lock(mutex_);
    return fill_ ? std::optional(fill_->status()) : std::nullopt;
}

Trace Reader::trace() const
{
    return {ref_.manifest, ref_.bytes, {}, {}, trace_.reads()};
}

Result<void> Reader::read(std::uint64_t offset, std::span<std::byte> out, const std::function<bool()>& still_wanted)
{
    const auto patience = engine_.patience(still_wanted);
    const TraceRecorder::Reading reading(trace_);
    while (!out.empty()) {
        const auto step = out.first(std::min<std::uint64_t>(out.size(), largest_step));
        if (auto done = read_step({offset, step.size()}, step, patience); !done)
            return done;
        image_->counters.served_bytes += step.size();
        offset += step.size();
        out = out.subspan(step.size());
    }
    return {};
}

Result<void> Reader::read_step(FileRange range, std::span<std::byte> out, const Patience& patience)
{
    const auto root = image_->map.root(patience);
    if (!root)
        return std::unexpected(root.error());
    auto found = pieces(range, **root, patience);
    if (!found)
        return std::unexpected(std::move(found.error()));
    note_use(range, *found);
    fetch(*found);
    read_ahead(range, **root);
    for (auto& piece : *found) {
        const auto from = std::max(range.offset, piece.ref.offset);
        const auto to = std::min(range.offset + range.length, piece.ref.end());
        const auto part = out.subspan(from - range.offset, to - from);
        if (piece.ref.is_zero()) {
            std::ranges::fill(part, std::byte{0});
            continue;
        }
        const auto chunk = wait_for(piece, patience);
        if (!chunk)
            return std::unexpected(chunk.error());
        if ((*chunk)->size() != piece.ref.length) // it came under the name that another place gives it
            return fail(
                "manifest-malformed",
                "The manifest {} cannot be used: it says that the chunk {} has {} bytes, but it has {}. Whoever "
                "published the image has to publish it anew.",
                ref_.manifest.hex(), piece.ref.digest.hex(), piece.ref.length, (*chunk)->size());
        std::memcpy(part.data(), (*chunk)->data() + (from - piece.ref.offset), part.size());
    }
    return {};
}

Result<std::vector<Reader::Piece>> Reader::pieces(FileRange range, const ManifestRoot& root, const Patience& patience)
{
    std::vector<Piece> pieces;
    const auto end = range.offset + range.length;
    for (auto position = range.offset; position < end;) {
        const auto page = image_->map.page(root.find_page(position), patience);
        if (!page)
            return std::unexpected(page.error());
        const auto& chunks = (*page)->chunks;
        for (auto index = (*page)->find(position); index < chunks.size() && position < end; ++index) {
            pieces.push_back({chunks[index], *page, index, {}});
            position = chunks[index].end();
        }
    }
    return pieces;
}

void Reader::note_use(FileRange range, std::span<const Piece> pieces)
{
    std::vector<TraceRecorder::ChunkNumber> chunks;
    for (const auto& piece : pieces)
        if (!piece.ref.is_zero())
            chunks.push_back(piece.page->first_chunk + piece.index);
    const auto added = trace_.note(range, chunks);
    if (added.empty())
        return;
    std::vector<Digest> digests;
    for (const auto& piece : pieces)
        if (std::ranges::find(added, piece.page->first_chunk + piece.index) != added.end())
            digests.push_back(piece.ref.digest);
    const std::scoped_lock lock(mutex_);
    if (hot_)
        hot_->note_use(digests, trace_.client_time());
}

/// What is read is in the hot list, and nothing else need be guessed.
bool Reader::foreseen() const
{
    const std::scoped_lock lock(mutex_);
    return hot_ && hot_->fits();
}

/// The same, or at least these chunks are in it: it brings what is likely to be read with them.
bool Reader::foreseen(const ManifestPage& page, const std::vector<ChunkJob::Item>& items) const
{
    const std::scoped_lock lock(mutex_);
    const auto is_in_list = [&](const ChunkJob::Item& item) { return hot_->has(page.chunks[item.chunk].digest); };
    return hot_ && (hot_->fits() || std::ranges::all_of(items, is_in_list));
}

bool Reader::list_comes() const
{
    const std::scoped_lock lock(mutex_);
    return hot_ && hot_->comes();
}

std::uint64_t Reader::list_bytes() const
{
    const std::scoped_lock lock(mutex_);
    return hot_ ? hot_->list_bytes() : 0;
}

void Reader::fetch(std::span<Piece> pieces)
{
    while (!pieces.empty()) {
        const auto other =
            std::ranges::find_if(pieces, [&](const Piece& piece) { return piece.page != pieces[0].page; });
        const auto count = static_cast<std::size_t>(other - pieces.begin());
        fetch_from_page(pieces.first(count));
        pieces = pieces.subspan(count);
    }
}

bool Reader::take_from_disk(Piece& piece)
{
    if (image_->disk == nullptr)
        return false;
    auto chunk = image_->disk->find(piece.ref.digest, piece.ref.length);
    if (!chunk)
        return false;
    engine_.cache().land(piece.ref.digest, piece.found.flight, chunk);
    piece.found = {std::move(chunk), nullptr, false};
    ++image_->counters.disk_hits;
    return true;
}

void Reader::fetch_from_page(std::span<Piece> pieces)
{
    auto& cache = engine_.cache();
    auto& counters = image_->counters;
    const auto& page = pieces.front().page;
    BegunFlights begun(cache, *page);
    for (auto& piece : pieces) {
        if (piece.ref.is_zero())
            continue;
        begun.make_room();
        piece.found = cache.look_up(piece.ref, Cause::demand);
        ++(piece.found.chunk ? counters.cache_hits : counters.cache_misses);
        if (cache.first_use(piece.ref.digest))
            counters.used_bytes += piece.ref.length;
        if (!piece.found.mine)
            continue;
        begun.add({piece.index, piece.found.flight, true});
        if (take_from_disk(piece))
            begun.remove_last();
    }
    if (begun.items().empty())
        return;
    const auto first = begun.items().front().chunk;
    const auto meter = engine_.sources().best().meter;
    const auto along = foreseen(*page, begun.items())
                           ? Neighbours{}
                           : worthwhile_neighbours(meter->line(), meter->least_latency(), counters, ref_.bytes,
                                                   list_bytes(), list_comes());
    const auto& last = pieces.back().ref;
    take_along(pieces.back(), std::min(along.after, most_along), begun);
    auto patience = engine_.patience();
    engine_.submit(ChunkJob(image_, page, begun.hand_over(), Cause::demand, std::move(patience)));
    if (along.before == 0 || engine_.room_ahead() == 0 || trace_.active() > most_reads_at_once)
        return;
    fetch_before(*page, first, along.before);
    if (along.after > most_along)
        fetch_beside(*page, {last.offset + most_along, along.after - most_along});
}

/// Chunks behind the piece come in the same request, after what somebody waits for.
void Reader::take_along(const Piece& piece, std::uint64_t reach, BegunFlights& begun)
{
    const auto& chunks = piece.page->chunks;
    const auto end = piece.ref.offset + reach;
    for (auto index = piece.index + 1; index < chunks.size() && chunks[index].end() <= end; ++index) {
        const auto& ref = chunks[index];
        if (ref.is_zero() || image_->is_on_disk(ref.digest))
            continue;
        begun.make_room();
        if (const auto found = engine_.cache().look_up(ref, Cause::demand); found.mine)
            begun.add({index, found.flight, false});
    }
}

/// Chunks before the first one come beside it, over a connection of their own: in one request they would come first.
void Reader::fetch_before(const ManifestPage& page, std::size_t first, std::uint64_t reach)
{
    const auto end = page.chunks[first].offset;
    auto begin = first;
    while (begin > 0 && page.chunks[begin - 1].offset + reach >= end)
        --begin;
    if (begin == first)
        return;
    const auto from = page.chunks[begin].offset;
    fetch_beside(page, {from, end - from});
}

/// What of the range lies in the page, nearest to its beginning first.
void Reader::fetch_beside(const ManifestPage& page, FileRange range)
{
    const auto end = std::min(range.offset + range.length, page.chunks.back().end());
    for (auto offset = range.offset; offset < end; offset += beside)
        engine_.submit(RangeJob(image_, page.number, {offset, std::min(beside, end - offset)}, engine_.patience()));
}

Result<Chunk> Reader::wait_for(Piece& piece, const Patience& patience)
{
    auto& cache = engine_.cache();
    BegunFlights begun(cache, *piece.page);
    while (!piece.found.chunk) {
        auto chunk = cache.wait(piece.found.flight, patience);
        if (chunk)
            return chunk;
        begun.make_room();
        if (chunk.error().reason == "stuck")
            piece.found = cache.replace(piece.ref, piece.found.flight);
        else if (chunk.error().reason == dropped_reason)
            piece.found = cache.look_up(piece.ref, Cause::demand);
        else
            return chunk;
        if (!piece.found.mine)
            continue;
        begun.add({piece.index, piece.found.flight, true});
        auto its_own = engine_.patience();
        engine_.submit(ChunkJob(image_, piece.page, begun.hand_over(), Cause::demand, std::move(its_own)));
    }
    return piece.found.chunk;
}

void Reader::read_ahead(FileRange read, const ManifestRoot& root)
{
    const auto request = engine_.ahead_size();
    const auto plan = read_ahead_.note(read, foreseen() ? 0 : engine_.room_ahead(), request);
    if (!plan)
        return;
    const auto end = std::min(plan->offset + plan->length, root.image_bytes());
    for (auto offset = plan->offset; offset < end;) {
        const auto page = root.find_page(offset);
        const auto page_range = root.image_range(page);
        const auto to = std::min({end, offset + request, page_range.offset + page_range.length});
        engine_.submit(RangeJob(image_, page, {offset, to - offset}, engine_.patience()));
        offset = to;
        // What lies behind the page is known only two round trips after it is asked for.
        const auto next = page + 1;
        if (next < root.page_count() && page_range.offset + page_range.length - to < page_ahead * request &&
            !image_->map.has_page(next))
            engine_.submit(RangeJob(image_, next, {}, engine_.patience()));
    }
}

/// Whoever asks what is where goes on behind it: what it takes to know comes at the same time.
void Reader::expect_pages(const ManifestRoot& root, std::uint32_t first)
{
    for (auto number = first + 1; number < std::min(first + most_extent_pages, root.page_count()); ++number)
        if (!image_->map.has_page(number))
            engine_.submit_first(RangeJob(image_, number, {}, engine_.patience()));
}

Result<std::vector<Extent>> Reader::extents(std::uint64_t offset, std::uint64_t length,
                                            const std::function<bool()>& still_wanted)
{
    const auto patience = engine_.patience(still_wanted);
    const auto root = image_->map.root(patience);
    if (!root)
        return std::unexpected(root.error());
    std::vector<Extent> extents;
    const auto end = offset + length;
    auto position = offset;
    expect_pages(**root, (*root)->find_page(offset));
    for (std::uint32_t pages = 0; pages < most_extent_pages && position < end; ++pages) {
        const auto number = (*root)->find_page(position);
        // Each page costs a round trip, and the client may go on with what is known, at whole blocks.
        if (position / client_block * client_block > offset && !image_->map.knows_page(number))
            break;
        const auto page = image_->map.page(number, patience);
        if (!page)
            return std::unexpected(page.error());
        const auto& chunks = (*page)->chunks;
        for (auto index = (*page)->find(position); index < chunks.size() && position < end; ++index) {
            const auto to = std::min(end, chunks[index].end());
            if (!extents.empty() && extents.back().zero == chunks[index].is_zero())
                extents.back().length += to - position;
            else
                extents.push_back({position, to - position, chunks[index].is_zero()});
            position = to;
        }
    }
    const auto whole = position / client_block * client_block;
    while (position < end && whole > offset && position > whole) {
        auto& last = extents.back();
        const auto less = std::min(last.length, position - whole);
        last.length -= less;
        position -= less;
        if (last.length == 0)
            extents.pop_back();
    }
    return extents;
}

} // namespace farboot::rootfs
