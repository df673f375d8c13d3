#include "rootfs/nbd/request_size.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

using std::chrono::milliseconds;

constexpr std::uint64_t MiB = 1024 * 1024;
constexpr milliseconds round_trip{100};

/// Requests of the size that is asked for, of which the second half comes at this many bytes a second.
std::uint64_t after_requests_at(std::uint64_t rate, RequestSize& size)
{
    for (int i = 0; i < 50; ++i) {
        const auto asked = size.bytes();
        RequestSize::Watch watch(asked);
        const RequestSize::Clock::time_point begun;
        watch.note(asked / 2, begun);
        watch.note(asked - asked / 2, begun + std::chrono::microseconds((asked - asked / 2) * 1'000'000 / rate));
        size.note(watch, round_trip);
    }
    return size.bytes();
}

TEST(RequestSize, TakesAboutHalfASecondAtThisRoundTrip)
{
    RequestSize size;
    EXPECT_NEAR(static_cast<double>(after_requests_at(2 * MiB, size)), 1.0 * MiB, 0.01 * MiB);
}

TEST(RequestSize, IsLargeOnAWideLineAndSmallOnANarrowOneWithinLimits)
{
    RequestSize size;
    EXPECT_EQ(after_requests_at(100 * MiB, size), RequestSize::most);
    EXPECT_EQ(after_requests_at(MiB / 10, size), RequestSize::least);
}

TEST(RequestSize, LearnsNothingOfSmallEndsAndOfWhatCameAtOnce)
{
    RequestSize size;
    const auto before = size.bytes();
    RequestSize::Watch end(before / 4);
    end.note(before / 8, {});
    end.note(before / 8, RequestSize::Clock::time_point{} + milliseconds(1));
    size.note(end, round_trip);
    EXPECT_EQ(size.bytes(), before);

    RequestSize::Watch nothing(before);
    size.note(nothing, round_trip);
    EXPECT_EQ(size.bytes(), before);
}

} // namespace
} // namespace farboot::rootfs
