#include "server/catalog/records.hpp"

#include "rootfs/record/envelope.hpp"
#include "rootfs/record/record.hpp"
#include "server/catalog/counters.hpp"
#include "server/catalog/entries.hpp"
#include "server/catalog/series.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

using namespace farboot;
using namespace farboot::catalog;

namespace
{

const std::chrono::sys_seconds noon{std::chrono::seconds(1769860800)};

class RecordsTest : public test::CatalogTest
{
protected:
    std::string publish(const std::string& envelope)
    {
        const auto result =
            change([&](Connection& connection) { return catalog::publish(connection, envelope, noon); });
        return result ? "published" : result.error().reason;
    }
    /// Of debian, with another content than Signers::boot() gives it.
    [[nodiscard]] std::string another_boot(std::uint64_t number) const
    {
        auto record = rootfs::BootRecord::parse(rootfs::Envelope::parse(signers_.boot("debian", number))->payload);
        record->title = "another title";
        return test::Signers::envelope("boot", record->to_json(), signers_.publisher);
    }
    std::string install(const std::string& envelope)
    {
        const auto result = change([&](Connection& connection) { return install_policy(connection, envelope, noon); });
        return result ? "installed" : result.error().reason;
    }
    test::Signers signers_;
};

FARBOOT_ON_EACH_DATABASE(RecordsTest);

} // namespace

TEST_P(RecordsTest, WithoutAPolicyNothingIsTaken)
{
    EXPECT_EQ(publish(signers_.boot("debian", 1)), "policy-missing");
    EXPECT_EQ(publish(signers_.policy(1)), "policy-missing"); // the first policy does not come over the network
}

TEST_P(RecordsTest, NumbersGrow)
{
    ASSERT_EQ(install(signers_.policy(1)), "installed");
    EXPECT_EQ(publish(signers_.boot("debian", 3)), "published");
    EXPECT_EQ(publish(another_boot(3)), "number-too-low");
    EXPECT_EQ(publish(signers_.boot("debian", 2)), "number-too-low");
    EXPECT_EQ(publish(signers_.boot("ubuntu", 1)), "published");
    EXPECT_EQ(publish(signers_.boot("debian", 10)), "published");

    const auto newest = current_record(connection(), {"boot", "debian"});
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest->header.number, 10U);
    EXPECT_EQ(newest->title, "debian title");
    EXPECT_EQ(newest->envelope, signers_.boot("debian", 10)); // Ed25519 signs the same the same way
    EXPECT_EQ(iso_time(newest->published), "2026-01-31T12:00:00Z");
    EXPECT_EQ(find_record(connection(), {{"boot", "debian"}, 3})->envelope, signers_.boot("debian", 3));
    EXPECT_FALSE(find_record(connection(), {{"boot", "debian"}, 4}));
    EXPECT_FALSE(current_record(connection(), {"vm", "debian"}));

    std::vector<std::string> listed;
    for (const auto& record : list_records(connection()))
        listed.push_back(fmt::format("{}/{}", record.header.name.text(), record.header.number));
    EXPECT_EQ(listed,
              (std::vector<std::string>{"boot/debian/10", "boot/debian/3", "boot/ubuntu/1", "policy/policy/1"}));
}

TEST_P(RecordsTest, TheSameRecordAgainChangesNothing)
{
    const auto send = [&](const std::string& envelope, VersionState state = VersionState::published) {
        const auto sent = change([&](Connection& connection) {
            return catalog::publish(connection, envelope, noon + std::chrono::hours(1), state);
        });
        return sent ? fmt::format("{} {} {}{}", sent->header.number, name_of(sent->state), iso_time(sent->published),
                                  sent->sent_again ? " again" : "")
                    : sent.error().reason;
    };
    ASSERT_EQ(install(signers_.policy(1)), "installed");
    ASSERT_EQ(publish(signers_.boot("debian", 3)), "published");
    ASSERT_EQ(publish(signers_.boot("debian", 4)), "published");
    const auto before = revision(connection());
    EXPECT_EQ(send(signers_.boot("debian", 4)), "4 published 2026-01-31T12:00:00Z again");
    EXPECT_EQ(send(signers_.boot("debian", 3)), "3 published 2026-01-31T12:00:00Z again");
    EXPECT_EQ(send(signers_.boot("debian", 4), VersionState::draft), "number-too-low") << "it would not become one";
    EXPECT_EQ(send(another_boot(4)), "number-too-low");
    EXPECT_EQ(send(another_boot(3)), "number-too-low");
    EXPECT_EQ(send(test::Signers().boot("debian", 4)), "key-unknown") << "it is checked all the same";
    EXPECT_EQ(revision(connection()), before);
    EXPECT_EQ(current_record(connection(), {"boot", "debian"})->header.number, 4U) << "3 is not offered again";
    EXPECT_EQ(list_records(connection()).size(), 3U);

    EXPECT_EQ(send(signers_.boot("debian", 5), VersionState::draft), "5 draft 2026-01-31T13:00:00Z");
    EXPECT_EQ(send(signers_.boot("debian", 5), VersionState::draft), "5 draft 2026-01-31T13:00:00Z again");
    EXPECT_EQ(send(signers_.boot("debian", 5)), "number-too-low") << "a draft is published in another way";
    ASSERT_TRUE(change([&](Connection& connection) {
        return set_version_state(connection, {{"boot", "debian"}, 4}, "*", VersionState::revoked, noon);
    }));
    EXPECT_EQ(send(signers_.boot("debian", 4)), "number-too-low") << "it is not offered again";
    EXPECT_EQ(current_record(connection(), {"boot", "debian"})->header.number, 3U);
}

TEST_P(RecordsTest, OnlyWhatThePolicyAcceptsIsTaken)
{
    ASSERT_EQ(install(signers_.policy(1)), "installed");
    const auto before = revision(connection());
    const test::Signers others;
    EXPECT_EQ(publish(others.boot("debian", 1)), "key-unknown");
    EXPECT_EQ(publish("{}"), "envelope-malformed");
    EXPECT_EQ(publish("not json"), "envelope-malformed");
    EXPECT_EQ(publish(test::Signers::envelope("boot", "{}", signers_.publisher)), "record-malformed");
    EXPECT_EQ(publish(test::Signers::envelope("boot", R"({"type": "boot", "version": 1, "series": "a", "number": 1})",
                                              signers_.publisher)),
              "record-malformed");
    auto altered = signers_.boot("debian", 1);
    const auto place = altered.find("\"sig\":\"") + 10;
    altered[place] = altered[place] == 'A' ? 'B' : 'A';
    EXPECT_EQ(publish(altered), "signature-invalid");
    EXPECT_EQ(revision(connection()), before);
    EXPECT_FALSE(current_record(connection(), {"boot", "debian"}));
}

TEST_P(RecordsTest, PoliciesSucceedEachOther)
{
    const test::Signers others;
    ASSERT_EQ(install(signers_.policy(1)), "installed");
    EXPECT_EQ(install(others.policy(2)), "key-unknown");
    EXPECT_NE(install(signers_.policy(3)), "installed");
    EXPECT_EQ(install(signers_.boot("debian", 1)), "type-mismatch");
    EXPECT_EQ(install(signers_.policy(2)), "installed");
    EXPECT_EQ(publish(signers_.policy(3)), "published");
    EXPECT_EQ(current_policy(connection())->header.number, 3U);
}

TEST(Audience, IsWhatTheRecordSaysAndNobodysWhereThatCannotBeRead)
{
    const test::Signers signers;
    rootfs::VmRecord record;
    record.header = {{"vm", "exam"}, 1};
    record.title = "Exam";
    record.image = {sha256({}), 80, 1, "exam"};
    record.machine.os = "http://debian.org/debian/12";
    PublishedRecord published;
    published.envelope = test::Signers::envelope("vm", record.to_json(), signers.publisher);
    EXPECT_EQ(audience_of(published), "exam");
    record.image.audience.clear();
    published.envelope = test::Signers::envelope("vm", record.to_json(), signers.publisher);
    EXPECT_EQ(audience_of(published), "");
    published.envelope = signers.boot("debian", 1); // without an image
    EXPECT_EQ(audience_of(published), "");
    for (const auto& envelope : {std::string("{}"), test::Signers::envelope("vm", "{}", signers.publisher)}) {
        published.envelope = envelope;
        EXPECT_EQ(audience_of(published), unknown_audience);
    }
}
