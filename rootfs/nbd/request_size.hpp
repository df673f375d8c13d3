#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

namespace farboot::rootfs
{

/// How much one request of read-ahead asks for. A request costs a round trip in which its connection brings nothing, so
/// on a wide line it is large; but what lies on its way holds up whatever is asked for next, so on a narrow one it is
/// small. Either way it takes about as long: some tenths of a second and two round trips. Safe for many threads.
class RequestSize
{
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::uint64_t least = 256 * 1024;
    static constexpr std::uint64_t most = 4 * 1024 * 1024;

    /// Sees one request's bytes come. Their second half counts: before, a connection that is new or was idle is slow
    /// for some round trips.
    class Watch
    {
    public:
        explicit Watch(std::uint64_t asked) : asked_(asked) {}

        void note(std::uint64_t bytes, Clock::time_point now);

    private:
        friend class RequestSize;

        std::uint64_t asked_;
        std::uint64_t come_ = 0;
        Clock::time_point half_; ///< when the first half had come
        std::uint64_t come_at_half_ = 0;
        Clock::time_point last_;
    };

    [[nodiscard]] std::uint64_t bytes() const;
    /// A request is through, others went on beside it, over a line with this round trip.
    void note(const Watch& request, Clock::duration round_trip);

private:
    mutable std::mutex mutex_;
    double bytes_ = 1024 * 1024;
};

} // namespace farboot::rootfs
