#pragma once

#include "rootfs/nbd/disk_file.hpp"
#include "rootfs/nbd/disk_keepers.hpp"
#include "rootfs/nbd/disk_rows.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace farboot::rootfs
{

/// Which chunks the local cache has, and where; in memory, about 120 bytes a chunk, and in the file `index`, so that
/// the next boot knows it. Not safe for several threads.
class DiskIndex
{
public:
    /// Reads what is there; rows that cannot be are left out. Reason: io.
    [[nodiscard]] static Result<DiskIndex> open(DiskFile file, std::uint32_t segments);

    [[nodiscard]] std::optional<DiskPlace> find(const Digest& digest) const;
    /// The chunk is worth keeping when its segment is emptied.
    void note_use(const Digest& digest);
    /// The chunk stays when its segment is emptied, as long as one of its keepers does. False if it is not there.
    bool pin(const Digest& digest, Keepers keepers);
    /// These keep nothing any more.
    void unpin(Keepers keepers);
    /// It was right when it was read last, or was written by this process.
    [[nodiscard]] bool is_checked(const Digest& digest) const;
    void note_checked(const Digest& digest);
    /// Nothing is checked.
    void doubt_all();
    /// It was found damaged. Gives those who had pinned it.
    Keepers forget(const Digest& digest);

    /// Where the next chunk of this length goes; nothing if no segment has room: empty one first.
    [[nodiscard]] std::optional<DiskPlace> next(std::uint32_t length) const;
    /// False once pinned chunks take so much that emptying segments makes no room any more.
    [[nodiscard]] bool has_room() const;
    /// The chunk lies at what next() gave. Reason: io.
    [[nodiscard]] Result<void> add(const Digest& digest, const DiskPlace& place, Keepers keepers);
    struct Kept {
        Digest digest;
        DiskPlace place; ///< where its bytes still are
        Keepers keepers = 0;
    };
    /// Forgets all of the segment that was filled longest ago, and fills that one from now on. Gives the chunks of it
    /// that are pinned, and of those that were used since they were written up to half a segment. Only while
    /// has_room(). Reason: io.
    [[nodiscard]] Result<std::vector<Kept>> empty_oldest();

    [[nodiscard]] std::size_t chunks() const { return places_.size(); }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    struct Segment {
        std::uint64_t sequence = 0; ///< grows each time that a segment is begun; 0: empty
        std::uint32_t rows = 0;
        std::uint32_t filled = 0; ///< bytes
        std::vector<Digest> digests;
    };
    struct Entry {
        DiskPlace place;
        Keepers keepers = 0;
        bool used = false;
        bool checked = false;
    };

    DiskIndex(DiskFile file, std::uint32_t segments) : file_(std::move(file)), segments_(segments) {}
    void load(std::uint32_t segment, Bytes data);
    [[nodiscard]] Result<void> begin_segment(std::uint32_t segment);

    DiskFile file_;
    std::vector<Segment> segments_;
    std::uint32_t current_ = 0; ///< the segment that is being filled
    std::unordered_map<Digest, Entry, DigestHash> places_;
    std::uint64_t bytes_ = 0;
    std::uint64_t pinned_bytes_ = 0;
};

} // namespace farboot::rootfs
