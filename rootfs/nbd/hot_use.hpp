#pragma once

#include "rootfs/image/locator.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <stop_token>
#include <unordered_map>
#include <vector>

namespace farboot::rootfs
{

/// What clients make of an image's hot list: how much of what was brought waits to be read, and whether what they read
/// is still what the list foresaw. Safe for many threads.
class HotUse
{
public:
    using Seconds = std::chrono::duration<double>;

    /// What it takes to fetch a chunk by itself, once it is wanted.
    struct Cost {
        Seconds round_trip{};
        double bytes_a_second = 0; ///< 0: unknown, or more than matters
    };

    /// What is counted from now on; an empty list counts nothing.
    void expect(const HotList& list);

    /// A client reads these chunks for the first time. What is read before the list is known counts too.
    void note_use(const std::vector<Digest>& chunks);
    /// When that was on the client's own clock, which stands still while a read is answered, and what a chunk costs
    /// now.
    void note_time(Seconds client, Cost cost);
    /// The list has this chunk.
    [[nodiscard]] bool has(const Digest& chunk) const;
    /// A chunk of the list that was read needs not come any more, even if it was dropped meanwhile.
    [[nodiscard]] bool was_used(const Digest& chunk) const;
    /// The hot pack has brought this chunk.
    void note_brought(const Digest& chunk);
    /// It was brought, or read.
    [[nodiscard]] bool is_settled(const Digest& chunk) const;
    /// The row of the latest read of the list that ran ahead of what was brought; nothing if there was none since the
    /// last call.
    [[nodiscard]] std::optional<std::size_t> take_missed();

    /// True while reads are so much what the list foresaw that guessing what else they may want would only waste bytes.
    [[nodiscard]] bool fits() const;
    /// True once reads have little to do with the list.
    [[nodiscard]] bool strays() const;

    /// Enough was read to tell that reads do not follow the list's order, as they do not when it was guessed.
    [[nodiscard]] bool is_out_of_order() const;
    /// Enough was read to tell that they do.
    [[nodiscard]] bool is_in_order() const;
    /// Enough was read to tell that they leave more than one row in ten out.
    [[nodiscard]] bool leaves_rows_out() const;

    /// Waits until at least so many plain bytes may be brought, and says how many may. `most` of those that were
    /// brought may be unread; fewer unless reads follow the list's order, as they do not when it was guessed: then, no
    /// more than its use so far is worth, which on a near line is little. 0 when stopped, or once reads stray.
    /// They are this caller's, at most `part` of them, until give_back().
    [[nodiscard]] std::uint64_t take_room(std::uint64_t least, std::uint64_t most, const std::stop_token& stop,
                                          std::uint64_t part = std::numeric_limits<std::uint64_t>::max());
    /// What has come counts as unread by itself now.
    void give_back(std::uint64_t room);

private:
    struct Chunk {
        std::uint32_t length = 0;
        bool brought = false;
        bool used = false;
        std::size_t row = 0;
    };

    void use(const std::vector<Digest>& chunks);
    [[nodiscard]] std::size_t foreseen(std::size_t latest) const;
    [[nodiscard]] bool in_order() const; ///< reads follow the list's order
    /// Of the rows up to where reads are, 0 if too few were read; so many of the reads are farther.
    [[nodiscard]] double share_read(std::size_t farther = 0) const;
    [[nodiscard]] double worth() const; ///< times as much as was read may lie unread
    [[nodiscard]] std::uint64_t room(std::uint64_t most) const;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::unordered_map<Digest, Chunk, DigestHash> chunks_;
    bool known_ = false;        ///< the list
    bool guessed_ = false;      ///< the list: its first part may be right, and its last not
    bool strayed_ = false;      ///< once, from this list
    std::vector<Digest> early_; ///< what was read before it was known
    std::uint64_t unread_bytes_ = 0;
    std::uint64_t taken_bytes_ = 0; ///< of the room, by what is on its way
    std::uint64_t read_bytes_ = 0;  ///< of the list
    std::size_t read_rows_ = 0;     ///< of the list
    Seconds client_time_{};
    Seconds computed_{}; ///< of it, without what was waiting for a person
    Cost cost_;
    std::optional<std::size_t> missed_;     ///< row
    std::deque<std::size_t> latest_rows_{}; ///< that were read for the first time, newest last
    std::deque<bool> foreseen_;             ///< of the latest first uses, newest last
};

} // namespace farboot::rootfs
