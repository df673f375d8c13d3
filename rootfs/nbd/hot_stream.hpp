#pragma once

#include "rootfs/nbd/chunk_job.hpp"
#include "rootfs/nbd/hot_lanes.hpp"
#include "rootfs/nbd/hot_rows.hpp"
#include "rootfs/nbd/hot_use.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

namespace farboot::rootfs
{

/// Streams an image's hot pack into the cache, on a thread and over a connection of its own (where packets are lost or
/// reads take the list in another order, over several: HotLanes), from when the image is opened until it is through, or
/// until what clients read has nothing to do with it.
///
/// A read never waits for a chunk that is far down the stream: only what is about to come (HotWindow) counts as on its
/// way; everything else a read fetches for itself, and the stream passes it over.
class HotStream
{
public:
    enum class State {
        asking,    ///< for the locator
        none,      ///< the image has no hot list
        streaming, ///< or waiting until what it has brought is read
        done,
        strayed, ///< reads had little to do with it
        failed,  ///< no source had it
    };
    struct Status {
        State state = State::asking;
        std::size_t chunks = 0;       ///< of the list
        std::size_t through = 0;      ///< so many of them have come, or were there
        std::uint64_t pack_bytes = 0; ///< of the whole pack
        std::size_t connections = 1;  ///< over so many it comes, or came last
    };

    /// Begins at once.
    explicit HotStream(std::shared_ptr<JobImage> image);
    ~HotStream(); ///< ends the transfer
    HotStream(const HotStream&) = delete;
    HotStream& operator=(const HotStream&) = delete;

    /// A client reads these chunks for the first time, at this time on its own clock, which stands still while a read
    /// is answered.
    void note_use(const std::vector<Digest>& chunks, HotUse::Seconds client_time);
    /// See HotUse::fits(). Before it is known whether there is a list, there may be one.
    [[nodiscard]] bool fits() const { return brings() && (state_ == State::asking || use_.fits()); }
    /// The list has this chunk, and was not given up.
    [[nodiscard]] bool has(const Digest& chunk) const { return brings() && use_.has(chunk); }
    [[nodiscard]] Status status() const;
    /// Packed, of one that was not given up; 0: there is none.
    [[nodiscard]] std::uint64_t list_bytes() const { return brings() ? pack_bytes_.load() : 0; }
    /// A part of the pack is on its way now.
    [[nodiscard]] bool comes() const { return coming_ > 0 && state_ == State::streaming; }

private:
    class Part;

    [[nodiscard]] bool brings() const
    {
        const auto now = state_.load();
        return now != State::failed && now != State::strayed;
    }
    void run(const std::stop_token& stop);
    /// Where everything lies: of a small image for all of it, of a large one for its end, where file systems keep
    /// tables.
    void look_up_pages(const std::stop_token& stop) const;
    [[nodiscard]] State stream_all(const std::stop_token& stop);
    /// False if there is no list at this source.
    [[nodiscard]] Result<bool> attempt(const Source& source, bool bypass_caches, const Patience& patience);
    /// One request of a connection after the other, until nothing is left.
    [[nodiscard]] Result<void> go_through(const Source& source, bool first, bool bypass_caches,
                                          const Patience& patience);
    /// At most so many plain bytes.
    [[nodiscard]] Result<void> stream(const Source& source, Part& coming, bool bypass_caches, const Patience& patience);
    [[nodiscard]] bool is_needless(const Digest& chunk) const;
    /// The line holds up a list whose order reads do not follow, or much of which they leave out.
    [[nodiscard]] bool is_for_turns(const Source& source) const;
    /// So many plain bytes are asked for at once.
    [[nodiscard]] std::uint64_t largest_part(const Source& source) const;

    std::shared_ptr<JobImage> image_;
    HotUse use_;
    std::atomic<State> state_{State::asking};
    std::unique_ptr<HotRows> rows_; ///< of the latest list, null: none was found yet; the stream's threads
    HotLanes lanes_;
    HotLanes::Watch watch_;               ///< while there is one; the stream's thread, or during a request the client's
    std::optional<std::size_t> lanes_of_; ///< source
    std::atomic<std::size_t> chunks_{0};
    std::atomic<std::size_t> through_{0};         ///< rows of the list
    std::atomic<std::uint64_t> brought_{0};       ///< chunks, of all attempts
    std::atomic<std::uint64_t> brought_bytes_{0}; ///< plain, by this attempt: what its line carries shows by them
    std::atomic<int> coming_{0};                  ///< parts that are on their way
    std::atomic<std::uint64_t> pack_bytes_{0};
    std::jthread thread_; // these are last: they use the others
    std::jthread pages_;
};

/// "asking", "none", …
[[nodiscard]] std::string_view to_text(HotStream::State state);

} // namespace farboot::rootfs
