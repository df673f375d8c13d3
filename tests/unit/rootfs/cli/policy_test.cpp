#include "tests/unit/rootfs/cli/program.hpp"

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;

class PolicyCommand : public CliTest
{
protected:
    void SetUp() override
    {
        CliTest::SetUp();
        for (const std::string name : {"alice", "bob", "root", "statement"})
            good({"key", "new", name + ".pem", "--public-out", name + ".pub"});
    }
    Policy policy(const std::string& name) { return *Policy::load_pinned(get(name)); }
    std::string id(const std::string& name) { return good_json({"key", "show", name + ".pub", "--json"})["id"]; }
};

TEST_F(PolicyCommand, SaysWhoIsTrustedForWhat)
{
    good({"policy", "new", "--publisher", "alice.pub", "bob.pub", "--threshold", "2", "--statement", "statement.pub",
          "--sign", "root.pem", "-o", "policy.dsse"});
    const auto made = policy("policy.dsse");
    EXPECT_EQ(made.header.number, 1U);
    ASSERT_EQ(made.roles.size(), 3U);
    EXPECT_EQ(made.roles[0], (PolicyRole{{"boot", "vm", "gui"}, {"*"}, 2, {id("alice"), id("bob")}}));
    EXPECT_EQ(made.roles[1], (PolicyRole{{"statement"}, {"*"}, 1, {id("statement")}}));
    EXPECT_EQ(made.roles[2], (PolicyRole{{"policy"}, {"*"}, 1, {id("root")}}));
    EXPECT_EQ(made.keys.at(id("alice")).name, "alice");
    EXPECT_THAT(good({"policy", "show", "policy.dsse"}), HasSubstr(id("alice") + "  alice"));
    EXPECT_EQ(good_json({"policy", "show", "policy.dsse", "--json"})["number"], 1);
}

TEST_F(PolicyCommand, TheNextOneIsAcceptedByTheOldOne)
{
    good({"policy", "new", "--publisher", "alice.pub", "--statement", "statement.pub", "--sign", "root.pem", "-o",
          "1.dsse"});
    good({"policy", "next", "1.dsse", "--publisher", "bob.pub", "--sign", "root.pem", "-o", "2.dsse"});
    const auto next = policy("1.dsse").succeed(*Envelope::parse(get("2.dsse")));
    ASSERT_TRUE(next) << next.error().sentence;
    EXPECT_EQ(next->header.number, 2U);
    EXPECT_EQ(next->roles[0].keys, std::vector{id("bob")});
    EXPECT_EQ(next->roles[1].keys, std::vector{id("statement")}) << "stays as it was";
    EXPECT_FALSE(next->keys.contains(id("alice"))) << "is needed no more";
}

TEST_F(PolicyCommand, SaysThatSignaturesAreMissingAndTakesThemLater)
{
    good({"policy", "new", "--publisher", "alice.pub", "--statement", "statement.pub", "--sign", "root.pem", "bob.pem",
          "--policy-threshold", "2", "-o", "1.dsse"});
    const auto half = run({"policy", "next", "1.dsse", "--threshold", "1", "--sign", "root.pem", "-o", "2.dsse"});
    EXPECT_EQ(half.code, 0);
    EXPECT_THAT(half.err, HasSubstr("not yet accepted"));
    EXPECT_FALSE(policy("1.dsse").succeed(*Envelope::parse(get("2.dsse"))));
    good({"record", "sign", "2.dsse", "--key", "bob.pem"});
    good({"record", "sign", "2.dsse", "--key", "bob.pem"}); // twice is no harm
    EXPECT_TRUE(policy("1.dsse").succeed(*Envelope::parse(get("2.dsse"))));
}

TEST_F(PolicyCommand, RefusesWhatCannotBe)
{
    const auto too_many = run({"policy", "new", "--publisher", "alice.pub", "--threshold", "2", "--statement",
                               "statement.pub", "--sign", "root.pem", "-o", "p.dsse"});
    EXPECT_EQ(too_many.code, 1);
    EXPECT_FALSE(too_many.err.empty());
    const auto two_roles = run({"policy", "new", "--publisher", "alice.pub", "--statement", "alice.pub", "--sign",
                                "root.pem", "-o", "p.dsse"});
    EXPECT_EQ(two_roles.code, 1);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "p.dsse"));
}

} // namespace
} // namespace farboot::rootfs
