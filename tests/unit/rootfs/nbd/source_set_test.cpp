#include "tests/unit/rootfs/nbd/source_set_fixture.hpp"

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(SourceSetTest, TriesCorruptSourceAnewPastCachesThenTheNextAndLeavesItAlone)
{
    SourceSet sources({"a", "b"}, options());
    outcome = [](const Source& source, Freshness) { return source.url == "a" ? "digest-mismatch" : ""; };
    ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    EXPECT_THAT(attempts, ElementsAre("a 0", "a 1", "a 2", "b 0"));
    EXPECT_EQ(counters.verify_failures, 3);
    EXPECT_EQ(sources.states()[0].state, "quarantined");

    attempts.clear();
    ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    EXPECT_THAT(attempts, ElementsAre("b 0"));
    EXPECT_TRUE(notices.empty());
}

TEST_F(SourceSetTest, ASourceThatWasCorruptIsTriedAgainAfterItsTime)
{
    auto short_time = options();
    short_time.quarantine = 20ms;
    const auto begun = std::chrono::steady_clock::now();
    SourceSet sources({"a", "b"}, short_time);
    bool corrupt = true;
    outcome = [&](const Source& source, Freshness) { return corrupt && source.url == "a" ? "digest-mismatch" : ""; };
    ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    ASSERT_EQ(attempts.back(), "b 0");
    corrupt = false;
    const auto end = std::chrono::steady_clock::now() + 1min;
    while (attempts.back() != "a 0" && std::chrono::steady_clock::now() < end) { // it gets back its place, too
        std::this_thread::sleep_for(1ms);
        ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    }
    ASSERT_EQ(attempts.back(), "a 0");
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 20ms) << "never before its time";
    EXPECT_EQ(sources.states()[0].state, "good");
    EXPECT_EQ(counters.verify_failures, 3);
}

TEST_F(SourceSetTest, AsksForANewLocatorOnceWhenAPackIsGone)
{
    SourceSet sources({"a", "b"}, options());
    outcome = [](const Source&, Freshness freshness) { return freshness == Freshness::usual ? "http-404" : ""; };
    ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    EXPECT_THAT(attempts, ElementsAre("a 0", "a 1"));
    EXPECT_EQ(sources.states()[0].state, "good");
}

TEST_F(SourceSetTest, GoesToTheNextSourceAtOnceWhenOneIsUnreachable)
{
    SourceSet sources({"a", "b"}, options());
    outcome = [](const Source& source, Freshness) { return source.url == "a" ? "unreachable" : ""; };
    ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    EXPECT_THAT(attempts, ElementsAre("a 0", "b 0"));
    EXPECT_EQ(sources.states()[0].state, "avoided");
    EXPECT_EQ(counters.verify_failures, 0);
}

TEST_F(SourceSetTest, WaitsUntilASourceIsBackAndSaysSoOnce)
{
    SourceSet sources({"a"}, options());
    int rounds = 0;
    outcome = [&](const Source&, Freshness) { return ++rounds < 6 ? "unreachable" : ""; };
    ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    EXPECT_EQ(rounds, 6);
    EXPECT_EQ(counters.waits, 5);
    EXPECT_THAT(notices, ElementsAre(HasSubstr("waiting for the network"), HasSubstr("back after")));
    EXPECT_FALSE(sources.waiting());
    EXPECT_THAT(waiting, ElementsAre(true, false));
}

TEST_F(SourceSetTest, ASourceInDisgraceIsStillTriedWhenThereIsNoOther)
{
    SourceSet sources({"a"}, options());
    bool wrong = true;
    outcome = [&](const Source&, Freshness freshness) {
        if (freshness == Freshness::past_caches)
            return std::exchange(wrong, false) ? "digest-mismatch" : "";
        return wrong ? "digest-mismatch" : "";
    };
    ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    EXPECT_EQ(sources.states()[0].state, "good");
}

TEST_F(SourceSetTest, GivesUpWhenPatienceEnds)
{
    SourceSet sources({"a"}, options());
    outcome = [](const Source&, Freshness) { return "unreachable"; };
    Patience patience;
    patience.deadline = std::chrono::steady_clock::now();
    const auto result = sources.until_good(attempt(), counters, patience);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, "unreachable");
}

TEST_F(SourceSetTest, EndsWhenNobodyWantsTheBytesAnyMore)
{
    SourceSet sources({"a"}, options());
    outcome = [](const Source&, Freshness) { return "unreachable"; };
    Patience patience;
    int asked = 0;
    patience.still_wanted = [&] { return ++asked < 3; };
    EXPECT_FALSE(sources.until_good(attempt(), counters, patience));
    EXPECT_FALSE(sources.waiting());
    EXPECT_THAT(waiting, ElementsAre(true, false)) << "nobody waits any more, whatever has become of the source";
}

TEST_F(SourceSetTest, IsWokenWhenSomebodyElseReachesASource)
{
    auto slow = options();
    slow.first_wait = 1h;
    slow.longest_wait = 1h;
    SourceSet sources({"a"}, slow);
    std::atomic<bool> up = false;
    const SourceSet::Attempt when_up = [&](const Source&, Freshness, const Patience&) {
        return up ? Result<void>() : fail("unreachable", "Down.");
    };
    Result<void> result = fail("unset", "Unset.");
    std::jthread waiter([&] { result = sources.until_good(when_up, counters, {}); });
    while (!sources.waiting())
        std::this_thread::yield();
    up = true;
    // The waiter may be between saying that it waits and waiting, so good news is told until it is heard.
    while (sources.waiting()) {
        ASSERT_TRUE(sources.once(when_up, {}));
        std::this_thread::sleep_for(1ms);
    }
    waiter.join();
    EXPECT_TRUE(result);
}

TEST_F(SourceSetTest, IsStoppedWhileItWaits)
{
    auto slow = options();
    slow.first_wait = 1h;
    SourceSet sources({"a"}, slow);
    const SourceSet::Attempt never = [](const Source&, Freshness, const Patience&) -> Result<void> {
        return fail("unreachable", "Down.");
    };
    std::stop_source stop;
    Patience patience{stop.get_token(), std::nullopt, {}};
    std::jthread waiter([&] { EXPECT_FALSE(sources.until_good(never, counters, patience)); });
    while (!sources.waiting())
        std::this_thread::yield();
    stop.request_stop();
    waiter.join();
}

TEST_F(SourceSetTest, ALateSourceIsBeatenByTheNextAndNotBlamed)
{
    SourceSet sources({"a", "b"}, options());
    ASSERT_TRUE(sources.until_good(silent_a, counters, {}));
    EXPECT_EQ(counters.hedged, 1);
    EXPECT_EQ(sources.all()[0].meter->beaten, 1);
    EXPECT_EQ(sources.states()[0].state, "good") << "once is not often";
    EXPECT_EQ(counters.waits, 0);
}

TEST_F(SourceSetTest, ASourceThatIsOftenBeatenMovesBehindTheOthersAndComesBack)
{
    auto brief = options();
    brief.slow = 100ms;
    SourceSet sources({"a", "b"}, brief);
    int beaten = 0;
    while (sources.states()[0].state == "good" && beaten < 10) {
        ASSERT_TRUE(sources.until_good(silent_a, counters, {}));
        ++beaten;
    }
    EXPECT_GE(beaten, 3) << "more only if nobody looked while it was slow";
    ASSERT_LT(beaten, 10);
    while (sources.states()[0].state != "good")
        std::this_thread::sleep_for(1ms);
    EXPECT_EQ(sources.best().url, "a");
    ASSERT_TRUE(sources.until_good(silent_a, counters, {}));
    EXPECT_EQ(sources.all()[0].meter->beaten, beaten + 1) << "it has had its chance";
}

TEST_F(SourceSetTest, ASlowSourceIsAskedBeforeOneThatFailed)
{
    SourceSet sources({"a", "b"}, options());
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(sources.until_good(silent_a, counters, {}));
    EXPECT_EQ(sources.states()[0].state, "slow");
    outcome = [](const Source&, Freshness) { return ""; };
    ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    EXPECT_THAT(attempts, ElementsAre("b 0"));

    attempts.clear();
    outcome = [](const Source& source, Freshness) { return source.url == "b" ? "unreachable" : ""; };
    ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    ASSERT_TRUE(sources.until_good(attempt(), counters, {}));
    EXPECT_THAT(attempts, ElementsAre("b 0", "a 0", "a 0"));
    EXPECT_EQ(sources.states()[0].state, "slow") << "being the only one left does not make it fast";
}

TEST_F(SourceSetTest, EachSourceIsAskedOnceForWhatNobodyWaitsFor)
{
    SourceSet sources({"a", "b"}, options());
    outcome = [](const Source& source, Freshness) { return source.url == "a" ? "digest-mismatch" : "unreachable"; };
    EXPECT_FALSE(sources.each_once(attempt(), counters, {}));
    EXPECT_THAT(attempts, ElementsAre("a 0", "a 1", "a 2", "b 0"));
    EXPECT_EQ(sources.states()[0].state, "quarantined");
    EXPECT_EQ(sources.states()[1].state, "avoided");
    EXPECT_EQ(counters.verify_failures, 3);
    EXPECT_EQ(counters.waits, 0);
    EXPECT_TRUE(notices.empty());

    attempts.clear();
    outcome = [](const Source& source, Freshness) { return source.url == "a" ? "unreachable" : ""; };
    ASSERT_TRUE(sources.each_once(attempt(), counters, {}));
    EXPECT_THAT(attempts, ElementsAre("a 0", "b 0"));
    EXPECT_EQ(sources.states()[1].state, "good");
}

} // namespace
} // namespace farboot::rootfs
