#include "server/catalog/series.hpp"

#include "rootfs/record/envelope.hpp"
#include "server/catalog/entries.hpp"
#include "server/catalog/snapshot.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

using namespace farboot;
using namespace farboot::catalog;

namespace
{

const std::chrono::sys_seconds noon{std::chrono::seconds(1769860800)};
const rootfs::RecordName debian{"boot", "debian"};
using enum VersionState;

class SeriesTest : public test::CatalogTest
{
protected:
    void SetUp() override
    {
        CatalogTest::SetUp();
        if (HasFatalFailure() || IsSkipped())
            return;
        ASSERT_TRUE(change([&](Connection& each) { return install_policy(each, signers_.policy(1), noon); }));
    }
    std::string publish(std::uint64_t number, VersionState state = published)
    {
        const auto result = change(
            [&](Connection& each) { return catalog::publish(each, signers_.boot("debian", number), noon, state); });
        return result ? "done" : result.error().reason;
    }
    std::string set(std::uint64_t number, VersionState state, const std::string& if_match = "*")
    {
        const auto result = change([&](Connection& each) {
            return set_version_state(each, {debian, number}, if_match, state, noon + std::chrono::hours(1));
        });
        return result ? "done" : result.error().reason;
    }
    std::string choose(std::uint64_t current, std::optional<std::uint64_t> lowest = {},
                       const std::string& if_match = "*")
    {
        const auto result =
            change([&](Connection& each) { return choose_version(each, debian, if_match, current, lowest); });
        return result ? "done" : result.error().reason;
    }
    /// What is offered, the floor that statements say, and how many revoked records they name: "2 floor 2 revoked 0".
    std::string offered()
    {
        const auto snapshot = Snapshot::load(connection());
        const auto record = current_record(connection(), debian);
        EXPECT_EQ(record ? record->header.number : 0, snapshot.number_of(debian));
        std::uint64_t floor = 0;
        for (const auto& lowest : snapshot.lowest)
            if (lowest.name == debian)
                floor = lowest.number;
        return fmt::format("{} floor {} revoked {}", snapshot.number_of(debian), floor, snapshot.revoked.size());
    }

    test::Signers signers_;
};
FARBOOT_ON_EACH_DATABASE(SeriesTest);

} // namespace

TEST_P(SeriesTest, ADraftIsOfferedOnceItIsPublished)
{
    EXPECT_EQ(publish(1, draft), "done");
    EXPECT_EQ(offered(), "0 floor 0 revoked 0");
    EXPECT_EQ(publish(1), "number-too-low"); // drafts have numbers, too
    EXPECT_EQ(publish(2), "done");
    EXPECT_EQ(publish(3, draft), "done");
    EXPECT_EQ(offered(), "2 floor 2 revoked 0");
    EXPECT_EQ(set(3, published), "done");
    EXPECT_EQ(offered(), "3 floor 3 revoked 0");
    EXPECT_EQ(find_record(connection(), {debian, 3})->published, noon + std::chrono::hours(1));
    EXPECT_EQ(set(1, published), "done"); // an older one is there to go back to, no more
    EXPECT_EQ(offered(), "3 floor 3 revoked 0");
    EXPECT_EQ(set(3, draft), "state-order");
    EXPECT_EQ(publish(4, retired), "state-malformed");
    EXPECT_EQ(change([&](Connection& each) { return catalog::publish(each, signers_.policy(2), noon, draft); })
                  .error()
                  .reason,
              "state-malformed");
}

TEST_P(SeriesTest, RollingBackLowersTheFloorAndTheNextVersionGoesOn)
{
    ASSERT_EQ(publish(1), "done");
    ASSERT_EQ(publish(2), "done");
    const auto before = revision(connection());
    EXPECT_EQ(choose(1), "done");
    EXPECT_GT(revision(connection()), before);
    EXPECT_EQ(offered(), "1 floor 1 revoked 0");
    EXPECT_EQ(choose(3), "version-unknown");
    EXPECT_EQ(publish(3, draft), "done");
    EXPECT_EQ(choose(3), "version-unknown"); // it has to be published before
    EXPECT_EQ(offered(), "1 floor 1 revoked 0");
    EXPECT_EQ(publish(4), "done");
    EXPECT_EQ(offered(), "4 floor 4 revoked 0");
}

TEST_P(SeriesTest, WhatIsRetiredGivesWayToAnOlderOneNeverToANewer)
{
    for (const auto number : {1U, 2U, 3U})
        ASSERT_EQ(publish(number), "done");
    ASSERT_EQ(choose(2), "done");
    EXPECT_EQ(set(2, retired), "done");
    EXPECT_EQ(offered(), "1 floor 1 revoked 0"); // not 3, from which somebody has rolled back
    EXPECT_EQ(set(1, retired), "done");
    EXPECT_EQ(offered(), "0 floor 3 revoked 0");
    EXPECT_EQ(choose(2), "version-unknown");
    EXPECT_EQ(set(2, published), "done");
    EXPECT_EQ(offered(), "2 floor 2 revoked 0");
    EXPECT_EQ(set(5, retired), "version-unknown");
}

TEST_P(SeriesTest, ARevokedVersionIsInStatementsUntilThatIsTakenBack)
{
    ASSERT_EQ(publish(1), "done");
    ASSERT_EQ(publish(2), "done");
    EXPECT_EQ(set(2, revoked), "done");
    EXPECT_EQ(offered(), "1 floor 1 revoked 1");
    const auto payload = rootfs::Envelope::parse(signers_.boot("debian", 2))->payload;
    EXPECT_EQ(Snapshot::load(connection()).revoked, (std::vector{sha256(as_bytes(payload))}));
    EXPECT_EQ(set(2, published), "state-order");
    EXPECT_EQ(choose(2), "version-unknown");
    EXPECT_EQ(set(2, retired), "done");
    EXPECT_EQ(offered(), "1 floor 1 revoked 0");
    EXPECT_EQ(set(2, published), "done");
    EXPECT_EQ(offered(), "2 floor 2 revoked 0");
}

TEST_P(SeriesTest, TheFloorIsNeverAboveWhatIsOffered)
{
    for (const auto number : {1U, 2U, 3U})
        ASSERT_EQ(publish(number), "done");
    EXPECT_EQ(choose(2, 3), "floor-too-high");
    EXPECT_EQ(choose(3, 2), "done");
    EXPECT_EQ(choose(1, 2), "floor-too-high");
    EXPECT_EQ(set(3, retired), "done");
    EXPECT_EQ(offered(), "2 floor 2 revoked 0");
    EXPECT_EQ(set(2, retired), "done");
    EXPECT_EQ(offered(), "0 floor 3 revoked 0"); // 1 is below the admin's floor
    EXPECT_EQ(set(1, retired), "done");
    EXPECT_EQ(set(1, published), "floor-too-high");
    Series series{.name = debian, .current = 3};
    EXPECT_EQ(floor_of(series, {2, 5}), 2U);
}

TEST_P(SeriesTest, WhoHasSeenAnotherStateChangesNothing)
{
    ASSERT_EQ(publish(1), "done");
    ASSERT_EQ(publish(2), "done");
    const auto seen = find_series(connection(), debian)->etag();
    EXPECT_EQ(choose(1, {}, seen), "done");
    EXPECT_EQ(choose(2, {}, seen), "changed-meanwhile");
    EXPECT_EQ(set(2, revoked, seen), "changed-meanwhile");
    EXPECT_EQ(offered(), "1 floor 1 revoked 0");
    EXPECT_FALSE(find_series(connection(), {"boot", "none"}));
}

TEST_P(SeriesTest, OfPoliciesTheNewestHolds)
{
    ASSERT_EQ(change([&](Connection& each) { return catalog::publish(each, signers_.policy(2), noon); })->header.number,
              2U);
    const rootfs::RecordName policy{"policy", "policy"};
    EXPECT_EQ(change([&](Connection& each) { return choose_version(each, policy, "*", 1, {}); }).error().reason,
              "policy-fixed");
    EXPECT_EQ(change([&](Connection& each) { return set_version_state(each, {policy, 2}, "*", revoked, noon); })
                  .error()
                  .reason,
              "policy-fixed");
    EXPECT_EQ(current_policy(connection())->header.number, 2U);
}
