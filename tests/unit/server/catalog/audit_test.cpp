#include "server/catalog/audit.hpp"

#include "tests/unit/server/catalog/catalog_fixture.hpp"

using namespace farboot;
using namespace farboot::catalog;

namespace
{

const std::chrono::sys_seconds noon{std::chrono::seconds(1769860800)};

class AuditTest : public test::CatalogTest
{
protected:
    void log(const std::string& user, int minute, const std::string& object)
    {
        const Author author{
            .user = user, .token = "t", .address = "10.0.0.1", .at = noon + std::chrono::minutes(minute)};
        ASSERT_TRUE(change([&](Connection& each) -> Result<void> {
            log_change(each, author, "change", object, {{"a", 1}}, {{"a", "ä%_"}});
            return {};
        }));
    }
    std::string ids(const AuditFilter& filter)
    {
        std::string text;
        for (const auto& row : list_audit(connection(), filter))
            text += fmt::format("{} ", row.id);
        return text;
    }
};

FARBOOT_ON_EACH_DATABASE(AuditTest);

} // namespace

TEST_P(AuditTest, RowsAreFoundByWhatTheyAreAbout)
{
    log("anna", 1, "rule:1");
    log("bert", 2, "rule:11");
    log("anna", 3, "ruler:1");
    log("", 4, "entry:1");
    EXPECT_EQ(ids({}), "4 3 2 1 ");
    EXPECT_EQ(ids({.object = "rule:1"}), "1 ");
    EXPECT_EQ(ids({.object = "rule:"}), "2 1 ");
    EXPECT_EQ(ids({.object = "%"}), "");
    EXPECT_EQ(ids({.user = "anna"}), "3 1 ");
    EXPECT_EQ(ids({.object = "rule:", .user = "anna"}), "1 ");
    EXPECT_EQ(ids({.from = noon + std::chrono::minutes(2), .until = noon + std::chrono::minutes(4)}), "3 2 ");
    EXPECT_EQ(ids({.limit = 2}), "4 3 ");
    EXPECT_EQ(ids({.before = 3, .limit = 2}), "2 1 ");
    const auto row = list_audit(connection(), {.object = "rule:1"}).front();
    EXPECT_EQ(row.to_json(),
              nlohmann::json::parse(R"({"id": 1, "at": "2026-01-31T12:01:00Z", "user": "anna", "token": "t",
                                        "address": "10.0.0.1", "action": "change", "object": "rule:1",
                                        "before": {"a": 1}, "after": {"a": "ä%_"}})"));
}

TEST_P(AuditTest, OldRowsGo)
{
    log("anna", 1, "rule:1");
    log("anna", 2, "rule:1");
    EXPECT_TRUE(change([](Connection& each) -> Result<void> {
        trim_audit(each, noon + std::chrono::minutes(2));
        return {};
    }));
    EXPECT_EQ(ids({}), "2 ");
}

TEST_P(AuditTest, AClockThatIsYearsAheadDoesNotEmptyIt)
{
    constexpr int day = 24 * 60;
    log("anna", 0, "rule:1");
    log("anna", 29 * day, "rule:1");
    log("anna", 31 * day, "rule:1");
    const auto trim = [&] {
        EXPECT_TRUE(change([](Connection& each) -> Result<void> {
            trim_audit(each, noon + std::chrono::days(5000));
            return {};
        }));
    };
    trim();
    EXPECT_EQ(ids({}), "3 ") << "a month of it at a time";
    trim();
    trim();
    EXPECT_EQ(ids({}), "") << "an old one does go";
}
