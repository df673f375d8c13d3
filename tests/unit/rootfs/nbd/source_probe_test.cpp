#include "tests/unit/rootfs/nbd/source_set_fixture.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

/// All wait for an hour, but for the one who probes.
class SourceProbeTest : public SourceSetTest
{
protected:
    SourceSet::Options patient()
    {
        auto patient = options();
        patient.first_wait = 1h;
        patient.longest_wait = 1h;
        patient.probe = 1ms;
        return patient;
    }
    /// Somebody who waits, until he is stopped.
    struct Waiting {
        std::atomic<int> asked = 0;
        std::atomic<bool> good = false;
        std::jthread thread{};
    };
    void begin(Waiting& reader, SourceSet& sources)
    {
        reader.thread = std::jthread([&](const std::stop_token& stop) {
            const SourceSet::Attempt when_up = [&](const Source&, Freshness, const Patience&) -> Result<void> {
                ++reader.asked;
                return up ? Result<void>() : fail("unreachable", "Down.");
            };
            reader.good = sources.until_good(when_up, counters, {stop, std::nullopt, {}}).has_value();
        });
    }
    /// False after a minute.
    static bool eventually(const std::function<bool()>& condition)
    {
        const auto end = std::chrono::steady_clock::now() + 1min;
        while (!condition() && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(1ms);
        return condition();
    }

    std::atomic<bool> up = false;
};

TEST_F(SourceProbeTest, OneOfThoseWhoWaitProbesAndWakesTheOthers)
{
    SourceSet sources({"a"}, patient());
    std::array<Waiting, 3> readers;
    for (auto& one : readers)
        begin(one, sources);
    const auto by_asked = [](const Waiting& one, const Waiting& other) { return one.asked < other.asked; };
    ASSERT_TRUE(eventually([&] {
        const auto [least, most] = std::ranges::minmax_element(readers, by_asked);
        return least->asked > 0 && most->asked >= 20;
    }));
    EXPECT_EQ(std::ranges::count_if(readers, [](const auto& one) { return one.asked == 1; }), 2);
    EXPECT_EQ(counters.waits, 3) << "a probe is part of the same waiting";
    up = true;
    EXPECT_TRUE(
        eventually([&] { return std::ranges::all_of(readers, [](const auto& one) { return one.good.load(); }); }));
    EXPECT_THAT(notices, ElementsAre(HasSubstr("waiting for the network"), HasSubstr("back after")));
}

TEST_F(SourceProbeTest, AnotherOneProbesWhenThatOneIsStopped)
{
    SourceSet sources({"a"}, patient());
    Waiting first;
    Waiting second;
    begin(first, sources);
    ASSERT_TRUE(eventually([&] { return first.asked >= 3; }));
    begin(second, sources);
    ASSERT_TRUE(eventually([&] { return second.asked > 0; }));
    first.thread.request_stop();
    EXPECT_TRUE(eventually([&] { return second.asked >= 3; }));
    up = true;
    EXPECT_TRUE(eventually([&] { return second.good.load(); }));
}

TEST_F(SourceProbeTest, ASourceWhoseBytesAreWrongIsLeftAloneMeanwhile)
{
    SourceSet sources({"a", "b", "c"}, patient());
    std::map<std::string, int> asked;
    const SourceSet::Attempt try_it = [&](const Source& source, Freshness, const Patience& patience) -> Result<void> {
        const auto times = ++asked[source.url];
        EXPECT_EQ(patience.probes, source.url == "a" && times > 1) << source.url;
        if (source.url == "a")
            return times < 10 ? fail("unreachable", "Down.") : Result<void>();
        return fail(source.url == "b" ? "digest-mismatch" : "http-403", "No.");
    };
    ASSERT_TRUE(sources.until_good(try_it, counters, {}));
    EXPECT_THAT(asked, ElementsAre(Pair("a", 10), Pair("b", 3), Pair("c", 1)));
    EXPECT_EQ(sources.states()[1].state, "quarantined");
}

TEST_F(SourceProbeTest, OneThatDoesNotEvenSayNoHoldsUpNoneThatIsBack)
{
    SourceSet sources({"a", "b"}, patient());
    std::atomic<int> asked = 0;
    const SourceSet::Attempt back_later = [&](const Source& source, Freshness freshness,
                                              const Patience& patience) -> Result<void> {
        return ++asked <= 2 ? fail("unreachable", "Down.") : silent_a(source, freshness, patience);
    };
    std::jthread waiter([&](const std::stop_token& stop) {
        EXPECT_TRUE(sources.until_good(back_later, counters, {stop, std::nullopt, {}}));
    });
    EXPECT_TRUE(eventually([&] { return sources.states()[1].state == "good" && asked > 2; }));
}

TEST_F(SourceProbeTest, AServerThatIsBackWakesAllThoughItHasNotWhatTheProberWants)
{
    SourceSet sources({"a"}, patient());
    std::atomic<int> prober_asked = 0;
    const SourceSet::Attempt gone = [&](const Source&, Freshness, const Patience&) -> Result<void> {
        ++prober_asked;
        return fail(up ? "http-404" : "unreachable", "No.");
    };
    std::jthread prober([&](const std::stop_token& stop) {
        EXPECT_FALSE(sources.until_good(gone, counters, {stop, std::nullopt, {}}));
    });
    ASSERT_TRUE(eventually([&] { return prober_asked >= 3; }));
    Waiting other;
    begin(other, sources);
    ASSERT_TRUE(eventually([&] { return other.asked > 0; }));
    up = true;
    EXPECT_TRUE(eventually([&] { return other.good.load(); }));
}

TEST_F(SourceProbeTest, ASourceThatComesBackWhileARoundIsHeldUpByAnotherIsAskedAtOnce)
{
    SourceSet sources({"a", "b"}, patient());
    std::atomic<bool> held_up = false;
    std::atomic<bool> let_go = false;
    std::atomic<int> asked_a = 0;
    std::atomic<bool> good = false;
    const SourceSet::Attempt slowly = [&](const Source& source, Freshness, const Patience&) -> Result<void> {
        if (source.url == "a" && ++asked_a > 1)
            return {};
        if (source.url == "b") {
            held_up = true;
            while (!let_go)
                std::this_thread::sleep_for(1ms);
        }
        return fail("unreachable", "Down.");
    };
    Waiting prober;
    begin(prober, sources); // of a and b, as nobody else waits
    ASSERT_TRUE(eventually([&] { return prober.asked >= 4; }));
    std::jthread reader([&](const std::stop_token& stop) {
        good = sources.until_good(slowly, counters, {stop, std::nullopt, {}}).has_value();
    });
    ASSERT_TRUE(eventually([&] { return held_up.load(); }));
    up = true;
    ASSERT_TRUE(eventually([&] { return prober.good.load(); }));
    let_go = true;
    EXPECT_TRUE(eventually([&] { return good.load(); }));
}

TEST_F(SourceProbeTest, WhoeverIsRefusedDoesNotAskAgainForEachReadOfOthers)
{
    SourceSet sources({"a"}, patient());
    std::atomic<int> asked = 0;
    const SourceSet::Attempt refused = [&](const Source&, Freshness, const Patience&) -> Result<void> {
        ++asked;
        return fail("http-404", "No.");
    };
    std::jthread waiter([&](const std::stop_token& stop) {
        EXPECT_FALSE(sources.until_good(refused, counters, {stop, std::nullopt, {}}));
    });
    ASSERT_TRUE(eventually([&] { return sources.waiting(); }));
    const int first_round = asked;
    const SourceSet::Attempt good = [](const Source&, Freshness, const Patience&) { return Result<void>(); };
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(sources.until_good(good, counters, {}));
        std::this_thread::sleep_for(1ms); // for one who is woken
    }
    EXPECT_EQ(asked, first_round);
}

} // namespace
} // namespace farboot::rootfs
