#include "tests/integration/server/admin_test.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

namespace
{

/// `farboot record versions` and what goes with it, against a real server.
class VersionCommand : public AdminTest
{
protected:
    void SetUp() override
    {
        AdminTest::SetUp();
        const Signers signers;
        ASSERT_TRUE(signers.publisher.save(path("publisher.pem")));
        write_whole(path("policy"), signers.policy(1));
        std::string output;
        ASSERT_EQ(command({"policy", path("policy")}, &output), 0) << output;
    }
    /// Publishes the next version, of a kernel of its own, which it gives the path in the store of.
    std::filesystem::path publish(const std::string& content, bool draft = false)
    {
        write_whole(path("kernel"), content);
        std::vector<std::string> words{"publish",    "boot",
                                       "--store",    path("store"),
                                       "--series",   "debian",
                                       "--number",   "auto",
                                       "--title",    content,
                                       "--kernel",   path("kernel"),
                                       "--key",      path("publisher.pem"),
                                       "-o",         path("record.dsse"),
                                       "--no-upload"};
        if (draft)
            words.emplace_back("--draft");
        farboot(words);
        return folder_.path / "store/v1/files" / sha256(as_bytes(content)).hex();
    }
};

} // namespace

TEST_F(VersionCommand, VersionsComeGoAndComeBack)
{
    publish("one");
    publish("two", true);
    EXPECT_THAT(farboot({"record", "versions", "boot/debian"}),
                AllOf(HasSubstr("boot/debian  current 1, PCs take nothing below 1"), HasSubstr("\n  2  draft"),
                      HasSubstr("\n* 1  published")));
    publish("three", true); // --number auto counts drafts, too
    EXPECT_THAT(farboot({"record", "publish", "boot/debian", "2"}), HasSubstr("current 2, PCs take nothing below 2"));
    EXPECT_THAT(farboot({"record", "list"}), HasSubstr("* boot/debian 2  published"));
    EXPECT_THAT(farboot({"record", "roll-back", "boot/debian"}), HasSubstr("current 1, PCs take nothing below 1"));
    EXPECT_THAT(farboot({"record", "roll-back", "boot/debian"}, 1), HasSubstr("no older published version"));
    EXPECT_THAT(farboot({"record", "roll-back", "boot/debian", "3"}, 1), HasSubstr("it is draft"));
    EXPECT_THAT(farboot({"record", "roll-back", "boot/debian", "2"}), HasSubstr("current 2"));
    EXPECT_THAT(farboot({"record", "floor", "boot/debian", "2"}), HasSubstr("an admin's floor: 2"));
    EXPECT_THAT(farboot({"record", "roll-back", "boot/debian", "1"}, 1), HasSubstr("cannot be 2"));
    EXPECT_THAT(farboot({"record", "floor", "boot/debian", "none"}), Not(HasSubstr("an admin's floor")));
    const auto revoked = json::parse(farboot({"record", "revoke", "boot/debian", "2", "--json"}));
    EXPECT_EQ(revoked["current"], 1);
    EXPECT_EQ(revoked["versions"][1]["state"], "revoked");
    EXPECT_THAT(farboot({"record", "retire", "boot/debian", "2"}), HasSubstr("\n  2  retired"));
    EXPECT_THAT(farboot({"record", "versions", "boot/none"}, 1), HasSubstr("There is no record boot/none"));
}

TEST_F(VersionCommand, CleaningKeepsWhatVersionsNeedThatCanBeOffered)
{
    const auto one = publish("one");
    const auto two = publish("two");
    const auto draft = publish("three", true);
    const auto clean = [&] { farboot({"image", "clean", "--store", path("store"), "--keep-days", "0"}); };
    clean();
    for (const auto& file : {one, two, draft})
        EXPECT_TRUE(exists(file)) << file;
    farboot({"record", "retire", "boot/debian", "1"});
    clean();
    EXPECT_FALSE(exists(one));
    EXPECT_TRUE(exists(two));
    EXPECT_TRUE(exists(draft));
    farboot({"record", "revoke", "boot/debian", "3"});
    clean();
    EXPECT_FALSE(exists(draft));
    EXPECT_TRUE(exists(two));
}
