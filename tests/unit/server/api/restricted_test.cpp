#include "rootfs/record/record.hpp"
#include "server/catalog/records.hpp"
#include "tests/unit/server/api/api_fixture.hpp"

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

namespace
{

/// A published record whose image is for the audience "exam", of which the caller's address is not.
class RestrictedTest : public ApiTest
{
protected:
    void SetUp() override
    {
        ApiTest::SetUp();
        if (HasFatalFailure() || IsSkipped())
            return;
        rootfs::GuiRecord record;
        record.header = {{"gui", "exam"}, 1};
        record.title = "layer";
        record.image = {sha256(as_bytes("manifest")), 80, 4096};
        record.image.audience = "exam";
        const auto envelope = Signers::envelope("gui", record.to_json(), signers_.publisher);
        ASSERT_TRUE(change([&](catalog::Connection& each) -> Result<void> {
            if (const auto done = catalog::install_policy(each, signers_.policy(1), now_); !done)
                return std::unexpected(done.error());
            const auto done = catalog::publish(each, envelope, now_);
            return done ? Result<void>() : std::unexpected(done.error());
        }));
    }
    int record(const Caller& caller, const std::string& number = "")
    {
        return call(caller, "GET", "/api/v1/records/gui/exam" + number).status;
    }
    int token(const Caller& caller, const std::string& audience)
    {
        return call(caller, "POST", "/api/v1/store-token", json({{"audience", audience}}).dump()).status;
    }
    Caller reader(const json& place)
    {
        json grant = place;
        grant["rights"] = {"restricted.read"};
        return user(json::array({grant}));
    }

    const Signers signers_;
};

FARBOOT_ON_EACH_DATABASE(RestrictedTest);

} // namespace

TEST_P(RestrictedTest, IsReadByRightFromAnywhere)
{
    const auto others = user({{{"rights", {"catalog.read", "records.publish", "users.manage", "store.upload"}}}});
    for (const auto& caller : {Caller{}, others, reader({{"object", "audience:other"}})}) {
        EXPECT_EQ(record(caller), 404);
        EXPECT_EQ(record(caller, "/1"), 404);
        EXPECT_EQ(token(caller, "exam"), 403);
    }
    for (const auto& caller : {reader({{"object", "audience:exam"}}), reader(json::object())}) {
        EXPECT_EQ(record(caller), 200);
        EXPECT_EQ(record(caller, "/1"), 200);
        EXPECT_EQ(token(caller, "exam"), 200);
        EXPECT_EQ(token(caller, "nobody"), 403); // no such audience
        EXPECT_EQ(token(caller, ""), 403);
    }
    client_ = "192.0.2.7"; // by the address, as before
    EXPECT_EQ(record({}), 200);
    EXPECT_EQ(token({}, "exam"), 200);
}
