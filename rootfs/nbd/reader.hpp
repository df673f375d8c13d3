#pragma once

#include "rootfs/nbd/hot_stream.hpp"
#include "rootfs/nbd/image_fill.hpp"
#include "rootfs/nbd/read_ahead.hpp"
#include "rootfs/nbd/reader_engine.hpp"
#include "rootfs/nbd/trace_recorder.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace farboot::rootfs
{

class BegunFlights;

/// A run of an image's bytes.
struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    bool zero = false;
    bool operator==(const Extent&) const = default;
};

/// Reads an image of a store over the network, lazily; no byte is given out that was not checked. Safe for many
/// threads.
class Reader
{
public:
    /// `ref` comes from a verified record. Asks nobody yet. Reason: manifest-malformed.
    [[nodiscard]] static Result<std::unique_ptr<Reader>> open(ReaderEngine& engine, const ImageRef& ref);

    [[nodiscard]] std::uint64_t bytes() const { return ref_.bytes; }
    [[nodiscard]] const Counters& counters() const { return image_->counters; }

    /// A client has opened the image: the hot pack begins to come. Later calls do nothing.
    void begin();
    /// All of the image comes onto the local disk, and stays there as long as this lives. Does nothing without a disk.
    /// Reason: too-many.
    [[nodiscard]] Result<void> pin();
    /// Nothing before begin().
    [[nodiscard]] std::optional<HotStream::Status> hot() const;
    /// Nothing unless pinned.
    [[nodiscard]] std::optional<ImageFill::Status> fill() const;
    /// What was read since it was opened, without labels.
    [[nodiscard]] Trace trace() const;
    /// How many reads that has so far.
    [[nodiscard]] std::size_t traced() const { return trace_.count(); }
    [[nodiscard]] const Digest& manifest() const { return ref_.manifest; }

    /// Fills `out` from `offset` on; both lie in the image. Waits as long as the engine's `give_up` and `still_wanted`
    /// allow.
    [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> out,
                                    const std::function<bool()>& still_wanted = {});

    /// Data and zeros from `offset` on, joined; may end before `offset + length`, but says something of `offset`.
    [[nodiscard]] Result<std::vector<Extent>> extents(std::uint64_t offset, std::uint64_t length,
                                                      const std::function<bool()>& still_wanted = {});

private:
    Reader(ReaderEngine& engine, const ImageRef& ref);

    /// A chunk of a read, and where it comes from.
    struct Piece {
        ChunkRef ref;
        std::shared_ptr<const ManifestPage> page;
        std::size_t index = 0; ///< in the page
        ChunkCache::Found found;
    };

    [[nodiscard]] Result<void> read_step(FileRange range, std::span<std::byte> out, const Patience& patience);
    [[nodiscard]] Result<std::vector<Piece>> pieces(FileRange range, const ManifestRoot& root,
                                                    const Patience& patience);
    void fetch(std::span<Piece> pieces);
    void fetch_from_page(std::span<Piece> pieces);
    void take_along(const Piece& piece, std::uint64_t reach, BegunFlights& begun);
    void fetch_before(const ManifestPage& page, std::size_t first, std::uint64_t reach);
    void fetch_beside(const ManifestPage& page, FileRange range);
    /// True if the piece's chunk was there; its flight, which is ours, has landed then.
    [[nodiscard]] bool take_from_disk(Piece& piece);
    [[nodiscard]] Result<Chunk> wait_for(Piece& piece, const Patience& patience);
    void note_use(FileRange range, std::span<const Piece> pieces);
    [[nodiscard]] bool foreseen() const;
    [[nodiscard]] bool foreseen(const ManifestPage& page, const std::vector<ChunkJob::Item>& items) const;
    [[nodiscard]] std::uint64_t list_bytes() const; ///< that says what is likely to be read, packed; 0: none
    [[nodiscard]] bool list_comes() const;          ///< the hot pack is being streamed
    void read_ahead(FileRange read, const ManifestRoot& root);
    void expect_pages(const ManifestRoot& root, std::uint32_t first);

    ReaderEngine& engine_;
    ImageRef ref_;
    std::shared_ptr<JobImage> image_;
    ReadAhead read_ahead_;
    TraceRecorder trace_;
    mutable std::mutex mutex_;
    std::shared_ptr<HotStream> hot_;  ///< under the mutex
    std::unique_ptr<ImageFill> fill_; ///< under the mutex
};

} // namespace farboot::rootfs
