#pragma once

#include "rootfs/fetch/http.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>

namespace farboot::rootfs
{

/// How many connections a hot pack comes over. One, as a rule, which fills its line. Where packets are lost it does
/// not: CUBIC keeps some 17 of them on their way if one in 200 is lost, however much the line would carry, and over 150
/// ms that is 0.17 MB a second. One that is lost before the line is full is enough to tell: whatever the share of them
/// is, what is sent grows by little in the seconds that follow. Then it takes as many connections as fill the line.
/// Where reads take what a list has in another order or leave much of it out, and the line holds both up, three take
/// turns, and losses are not looked for any more: each is asked for little, so that what reads have fetched meanwhile
/// does not come again, and while one answer begins the others fill the line. Safe for many threads.
class HotLanes
{
public:
    using Clock = std::chrono::steady_clock;
    using Seconds = std::chrono::duration<double>;

    static constexpr std::size_t most = 48;

    struct Line {
        double burst = 0;     ///< bytes a second, see LineRate
        double sustained = 0; ///< the same
        Seconds round_trip{};
        std::uint64_t received = 0; ///< bytes so far, by whatever connections
    };

    /// Of the only connection, looks for packets that are lost.
    class Watch
    {
    public:
        /// Bytes that the line brought in a round trip, lately.
        [[nodiscard]] std::uint64_t window() const { return std::max(window_, received_ - received_before_); }

    private:
        friend class HotLanes;

        std::uint32_t seen_ = 0;         ///< packets that came while an earlier one was missing
        std::uint32_t out_of_order_ = 0; ///< when something came last
        std::optional<Clock::time_point> missing_since_;
        std::optional<Clock::time_point> round_begun_; ///< a round trip
        std::uint64_t received_ = 0;                   ///< by the line, when something came last
        std::uint64_t received_before_ = 0;            ///< when the round began
        std::uint64_t window_ = 0;                     ///< bytes of the round before
    };

    /// What the kernel says of the only one. True if others should help it from now on.
    [[nodiscard]] bool look(Watch& watch, Clock::time_point now, const Arrivals& arrivals, const Line& line);
    /// Three from now on, unless there are more, or the line is near.
    void take_turns(const Line& line);
    /// Something that can be read has come over the only one since it was looked at.
    void note(Watch& watch, Clock::time_point now, const Line& line) const;
    /// One of several is about to ask for something.
    void note_request(const Line& line);
    /// Until there are more than so many, or `stop`.
    void wait_for_more(std::size_t than, const std::stop_token& stop);

    /// They take turns.
    [[nodiscard]] bool in_turns() const;

    /// One again: another source is asked.
    void reset();
    /// It grows only.
    [[nodiscard]] std::size_t count() const;
    /// So many bytes one connection of several should be asked for at once: of what comes next in the list, others
    /// bring what comes after that at the same time.
    [[nodiscard]] std::uint64_t request_bytes() const;

private:
    void use(double rate, const Line& line);

    mutable std::mutex mutex_;
    std::condition_variable_any more_;
    std::size_t count_ = 1;
    bool in_turns_ = false;
    std::uint64_t request_bytes_ = 0;
};

} // namespace farboot::rootfs
