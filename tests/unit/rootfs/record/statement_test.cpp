#include "rootfs/record/statement.hpp"

#include "rootfs/base/encoding.hpp"
#include "tests/unit/rootfs/record/sample.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;
using sample::boot_record;
using sample::envelope;
using sample::policy;
using sample::Refused;
using sample::role;
using Json = nlohmann::json;

class StatementTest : public testing::Test
{
protected:
    SigningKey server_ = SigningKey::generate();
    SigningKey publisher_ = SigningKey::generate();
    Policy policy_ =
        policy({&server_, &publisher_}, {role("statement", "*", 1, {&server_}), role("boot", "*", 1, {&publisher_})});
    std::string nonce_ = fresh_nonce();
    Statement statement_{nonce_,
                         std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + 12h,
                         {{{"vm", "debian-desktop"}, 9}, {{"boot", "debian-desktop"}, 3}},
                         {sha256(as_bytes("another payload"))}};
    RecordHeader record_{{"boot", "debian-desktop"}, 3};
    std::string payload_ = boot_record("debian-desktop", 3).to_json();
};

TEST_F(StatementTest, IsWrittenAsTheDocumentationShowsIt)
{
    Json json = Json::parse(statement_.to_json());
    EXPECT_EQ(json["type"], "statement");
    EXPECT_EQ(json["series"], "statement");
    EXPECT_EQ(json["number"], 1);
    EXPECT_EQ(json["nonce"], base64(as_bytes(nonce_)));
    EXPECT_EQ(json["time"], "2026-01-31T12:00:00Z");
    EXPECT_EQ(json["lowest"][1], (Json{{"type", "boot"}, {"series", "debian-desktop"}, {"number", 3}}));
    EXPECT_EQ(json["revoked"][0], sha256(as_bytes("another payload")).hex());
}

TEST_F(StatementTest, OpensWithItsNonce)
{
    auto opened = Statement::open(policy_, envelope("statement", statement_.to_json(), {&server_}), nonce_);
    ASSERT_TRUE(opened) << opened.error().sentence;
    EXPECT_EQ(*opened, statement_);
}

TEST_F(StatementTest, WithAnotherNonceIsStale)
{
    EXPECT_THAT(Statement::open(policy_, envelope("statement", statement_.to_json(), {&server_}), fresh_nonce()),
                Refused("statement-stale", "answers another question"));
}

TEST_F(StatementTest, OfAnotherKeyIsRefused)
{
    EXPECT_THAT(Statement::open(policy_, envelope("statement", statement_.to_json(), {&publisher_}), nonce_),
                Refused("signatures-too-few", "statement/statement"));
    EXPECT_THAT(Statement::open(policy_, envelope("boot", statement_.to_json(), {&publisher_}), nonce_),
                Refused("type-mismatch", "statement/statement"));
}

TEST_F(StatementTest, AllowsARecordThatIsNewEnough)
{
    EXPECT_TRUE(statement_.allows(record_, payload_, 0s));
    EXPECT_TRUE(statement_.allows(record_, payload_, 10min));
    RecordHeader newer{{"boot", "debian-desktop"}, 4};
    EXPECT_TRUE(statement_.allows(newer, payload_, 1min));
    RecordHeader unnamed{{"boot", "kiosk"}, 1};
    EXPECT_TRUE(statement_.allows(unnamed, payload_, 1min));
}

TEST_F(StatementTest, RefusesALowerNumber)
{
    RecordHeader older{{"boot", "debian-desktop"}, 2};
    EXPECT_THAT(statement_.allows(older, payload_, 1s), Refused("number-too-low", "has number 2, but 3 is the lowest"));
}

TEST_F(StatementTest, IsStaleAfterTenMinutes)
{
    EXPECT_THAT(statement_.allows(record_, payload_, 10min + 1ms), Refused("statement-stale", "older than 10 minutes"));
    EXPECT_THAT(statement_.allows(record_, payload_, -1s), Refused("statement-stale", "older than 10 minutes"));
}

TEST_F(StatementTest, RefusesARevokedPayloadAndNoOther)
{
    statement_.revoked.push_back(sha256(as_bytes(payload_)));
    EXPECT_THAT(statement_.allows(record_, payload_, 1s), Refused("revoked", "withdrawn"));
    EXPECT_TRUE(statement_.allows(record_, boot_record("debian-desktop", 3).to_json() + " ", 1s));
}

TEST_F(StatementTest, NamesTheMemberThatIsWrong)
{
    struct {
        const char* pointer;
        Json value;
        const char* named;
    } cases[] = {
        {"/series", "other", "series is not"},
        {"/nonce", "short", "nonce is not"},
        {"/nonce", base64(as_bytes("fifteen bytes..")), "nonce is not"},
        {"/nonce", base64(as_bytes(std::string(65, 'x'))), "nonce is not"},
        {"/time", 0, "time is not"},
        {"/time", "2026-02-30T12:00:00Z", "time is not"},
        {"/time", "2026-01-31T24:00:00Z", "time is not"},
        {"/time", "2026-01-31T12:60:00Z", "time is not"},
        {"/time", "2026-01-31 12:00:00Z", "time is not"},
        {"/time", "2026-01-31T12:00:00+01:00", "time is not"},
        {"/time", "2026-01-31T1a:00:00Z", "time is not"},
        {"/lowest", Json::object(), "lowest is not"},
        {"/lowest/0/series", "..", "lowest[] does not name"},
        {"/lowest/0/number", 0, "lowest[].number is not"},
        {"/revoked", 0, "revoked is not"},
        {"/revoked/0", "00", "revoked has an item"},
        {"/revoked/0", 3, "revoked has an item"},
    };
    for (const auto& [pointer, value, named] : cases) {
        Json json = Json::parse(statement_.to_json());
        json[Json::json_pointer(pointer)] = value;
        EXPECT_THAT(Statement::parse(json.dump()), Refused("record-malformed", named)) << pointer << " = " << value;
    }
}

TEST(Nonce, IsThirtyTwoBytesAndNewEachTime)
{
    EXPECT_EQ(fresh_nonce().size(), 32U);
    EXPECT_NE(fresh_nonce(), fresh_nonce());
}

} // namespace
} // namespace farboot::rootfs
