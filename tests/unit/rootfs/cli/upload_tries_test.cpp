#include "rootfs/cli/upload_tries.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <stop_token>
#include <string>

namespace farboot::rootfs
{
namespace
{

using std::chrono::seconds;
using testing::HasSubstr;

/// All pauses until it is given up.
seconds waited(Tries& tries, const std::string& reason)
{
    seconds all(0);
    while (const auto pause = tries.pause_after(reason)) {
        EXPECT_LE(*pause, seconds(30)) << reason;
        all += *pause;
    }
    return all;
}

seconds waited(const std::string& reason)
{
    Tries tries;
    return waited(tries, reason);
}

TEST(TriesTest, ANetworkThatFailsIsGivenUpSoonerThanABusyServer)
{
    for (const char* reason : {"unreachable", "stalled", "truncated", "http-429", "http-502", "s3-busy"}) {
        EXPECT_TRUE(Tries::passes(reason)) << reason;
        EXPECT_EQ(waited(reason), seconds(91)) << reason;
    }
    for (const char* reason : {"http-503", "http-423"}) { // another program writes into the store; sends the file
        EXPECT_TRUE(Tries::passes(reason)) << reason;
        EXPECT_GE(waited(reason), std::chrono::minutes(60)) << reason;
        EXPECT_LE(waited(reason), std::chrono::minutes(61)) << reason;
    }
    for (const char* reason : {"http-400", "http-404", "http-500", "cancelled", "digest-mismatch"})
        EXPECT_FALSE(Tries::passes(reason)) << reason;
}

TEST(TriesTest, AServerThatIsBusyForLongMayBeStartedAnew)
{
    Tries tries;
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(tries.pause_after("http-503"));
    EXPECT_EQ(tries.pause_after("unreachable"), seconds(1));
    EXPECT_EQ(tries.pause_after("http-503"), seconds(30));
    EXPECT_EQ(waited(tries, "unreachable"), seconds(90));
}

/// Does not sleep: it is stopped, which only the attempts would notice.
class AskAgainTest : public testing::Test
{
protected:
    void SetUp() override { stop_.request_stop(); }
    /// Fails so often before there is an answer.
    Result<int> ask(int failures, const std::string& reason)
    {
        return ask_again(
            [&]() -> Result<int> {
                if (++asked_ <= failures)
                    return fail(reason, "No answer.");
                return 42;
            },
            stop_.get_token());
    }
    std::stop_source stop_;
    int asked_ = 0;
};

TEST_F(AskAgainTest, GivesTheAnswerOnceThereIsOne)
{
    const auto answer = ask(7, "unreachable");
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(*answer, 42);
    EXPECT_EQ(asked_, 8);
}

TEST_F(AskAgainTest, WaitsLongerForABusyServer)
{
    const auto answer = ask(100, "http-503");
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(*answer, 42);
}

TEST_F(AskAgainTest, SaysThatItCanBeStartedAgain)
{
    const auto answer = ask(8, "unreachable");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reason, "unreachable");
    EXPECT_THAT(answer.error().sentence, HasSubstr("No answer. Start it again to go on"));
}

TEST_F(AskAgainTest, DoesNotAskAgainWhatWillNotPass)
{
    const auto answer = ask(1, "http-404");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().sentence, "No answer.");
    EXPECT_EQ(asked_, 1);
}

} // namespace
} // namespace farboot::rootfs
