#include "rootfs/cli/progress.hpp"

#include <gmock/gmock.h>

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;

constexpr std::uint64_t megabyte = 1'000'000;

TEST(Progress, SaysHowFarHowFastAndHowLongStill)
{
    Progress::Clock::time_point now;
    testing::internal::CaptureStderr(); // no terminal: a line every five seconds
    Progress progress("Publishing root", [&now] { return now; });
    progress.update(10 * megabyte, 110 * megabyte); // an earlier run has done these
    now += std::chrono::seconds(4);
    progress.update(40 * megabyte, 110 * megabyte);
    now += std::chrono::seconds(1);
    progress.update(60 * megabyte, 110 * megabyte, "40 % known");
    now += std::chrono::seconds(3595);
    progress.update(61 * megabyte, 110 * megabyte);
    now += std::chrono::seconds(5);
    progress.update(110 * megabyte, 110 * megabyte);
    const auto lines = testing::internal::GetCapturedStderr();
    EXPECT_THAT(lines,
                testing::StartsWith("Publishing root: 60.0 MB of 110 MB (54 %), 10.0 MB/s, 0:05 left, 40 % known\n"));
    EXPECT_THAT(lines, HasSubstr("61.0 MB of 110 MB (55 %), 14.2 kB/s, 57:38 left\n"));
    EXPECT_THAT(lines, testing::EndsWith("110 MB of 110 MB (100 %), 27.7 kB/s\n"));
}

TEST(Progress, NothingIsAllOfNothing)
{
    Progress::Clock::time_point now;
    testing::internal::CaptureStderr();
    Progress progress("Checking packs", [&now] { return now; });
    progress.update(0, 0);
    now += std::chrono::seconds(5);
    progress.update(0, 0);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("(100 %), 0 B/s\n"));
}

} // namespace
} // namespace farboot::rootfs
