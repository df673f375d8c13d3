#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace farboot::rootfs
{

/// How many connections a hot pack comes over. One, as a rule, which fills its line. Where packets are lost it does
/// not: CUBIC keeps some 17 of them on their way if one in 200 is lost, however much the line would carry, and over 150
/// ms that is 0.17 MB a second. Then it takes as many connections as carry what the line was seen to. Safe for many
/// threads.
class HotLanes
{
public:
    using Clock = std::chrono::steady_clock;
    using Seconds = std::chrono::duration<double>;

    static constexpr std::size_t most = 48;

    struct Line {
        double burst = 0; ///< bytes a second, see LineRate
        Seconds round_trip{};
        std::uint64_t received = 0; ///< bytes so far, by whatever connections
    };

    /// Of one request over the only connection, some round trips are measured at a time.
    class Watch
    {
        friend class HotLanes;

        Clock::time_point since_{};
        std::uint64_t bytes_ = 0;    ///< since then
        std::uint64_t received_ = 0; ///< by the line until then
        std::int64_t part_ = -1;     ///< of a round trip, the latest in which some came
        int heard_ = 0;              ///< so many parts brought some
        double rate_before_ = 0;     ///< bytes a second of the round trips before; 0: there were none
    };

    /// So many bytes have come over the only one. True if others should help it from now on.
    [[nodiscard]] bool note(Watch& watch, std::uint64_t bytes, Clock::time_point now, Line line);
    /// One of several has brought a request's bytes in so long, from when it was asked on.
    void note_request(std::uint64_t bytes, Seconds time, Line line);

    /// One again: another source is asked.
    void reset();
    /// It grows only.
    [[nodiscard]] std::size_t count() const;
    /// So many bytes one connection of several should be asked for at once: of what comes next in the list, others
    /// bring what comes after that at the same time.
    [[nodiscard]] std::uint64_t request_bytes() const;

private:
    void use(Line line);

    mutable std::mutex mutex_;
    std::size_t count_ = 1;
    double rate_ = 0; ///< of one of several, bytes a second
};

} // namespace farboot::rootfs
