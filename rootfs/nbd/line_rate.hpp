#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace farboot::rootfs
{

/// What a line carries, told by when the bytes of all transfers come. One transfer alone tells little: over a long way
/// a connection that is new or was idle waits most of the time. Not for several threads at a time.
class LineRate
{
public:
    using Clock = std::chrono::steady_clock;

    /// On a line that carries fewer bytes a second, a list that comes fills it.
    static constexpr double narrow = 6e6;

    void note(std::uint64_t bytes, Clock::time_point now);

    /// Bytes a second of the best 25 ms: what comes in a row comes as fast as the line allows. A thread that was held
    /// up finds more than that, so this may be some times too much.
    [[nodiscard]] double burst(Clock::time_point now) const { return burst_.best(now); }
    /// Bytes a second of the best quarter of a second: the line carries at least so much.
    [[nodiscard]] double sustained(Clock::time_point now) const { return sustained_.best(now); }

private:
    /// The best of all windows of a length, which counts half as much after half a minute.
    class Window
    {
    public:
        explicit Window(std::chrono::milliseconds length) : slot_(length / slots) {}

        void note(std::uint64_t bytes, Clock::time_point now);
        [[nodiscard]] double best(Clock::time_point now) const;

    private:
        static constexpr int slots = 5;

        std::chrono::milliseconds slot_;
        std::array<std::uint64_t, slots> bytes_{};
        std::int64_t newest_ = 0; ///< number of the slot that is filled
        double best_ = 0;         ///< bytes a second, at this time:
        Clock::time_point best_at_{};
    };

    Window burst_{std::chrono::milliseconds(25)};
    Window sustained_{std::chrono::milliseconds(250)};
};

} // namespace farboot::rootfs
