#include "server/catalog/pc_logins.hpp"

#include "server/catalog/entries.hpp"
#include "server/catalog/groups.hpp"
#include "server/catalog/pc_boots.hpp"
#include "server/catalog/pcs.hpp"
#include "server/catalog/users.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

#include <algorithm>

using namespace farboot;
using namespace farboot::catalog;
using std::chrono::seconds;

namespace
{

const std::chrono::sys_seconds noon{seconds(1'800'000'000)};

class PcLoginsTest : public test::CatalogTest
{
protected:
    void SetUp() override
    {
        CatalogTest::SetUp();
        if (HasFatalFailure() || IsSkipped())
            return;
        ASSERT_TRUE(change([&](Connection& each) -> Result<void> {
            const PcFacts facts{
                .mac = rules::Mac::parse("52:54:00:12:34:56"), .uuid = {}, .hardware = {}, .address = ""};
            pc_ = meet_pc(each, facts, {}, noon)->pc.id;
            group_ = create_group(each, *people::Group::parse(R"({"name": "students"})"))->id;
            people::User anna;
            anna.name = "anna";
            anna.groups = {group_};
            user_ = create_user(each, anna)->id;
            return {};
        }));
    }
    template <class Work>
    void done(Work work)
    {
        ASSERT_TRUE(change([&](Connection& each) -> Result<void> {
            work(each);
            return {};
        }));
    }
    std::string begin()
    {
        std::string code;
        done([&](Connection& each) { code = begin_pc_login(each, pc_, "10.1.0.5", noon).code; });
        return code;
    }
    LoginAnswer ask(seconds after)
    {
        LoginAnswer answer;
        done([&](Connection& each) { answer = ask_pc_login(each, pc_, noon + after); });
        return answer;
    }
    Result<void> answer(const std::string& code, bool confirm, seconds after = seconds(1))
    {
        return change([&](Connection& each) { return answer_pc_login(each, code, user_, confirm, noon + after); });
    }
    std::string person()
    {
        const auto found = person_at(connection(), pc_);
        return found ? found->name : "";
    }

    std::int64_t pc_ = 0, group_ = 0, user_ = 0;
};

FARBOOT_ON_EACH_DATABASE(PcLoginsTest);

} // namespace

TEST_P(PcLoginsTest, ACodeIsConfirmedOnceAndThePcLearnsOfIt)
{
    const auto code = begin();
    EXPECT_EQ(code.size(), 8U);
    EXPECT_TRUE(std::ranges::all_of(code, [](char c) {
        return std::string_view("BCDFGHJKLMNPQRSTVWXZ").find(c) != std::string_view::npos;
    })) << code;
    EXPECT_EQ(ask(seconds(5)).state, LoginState::waiting);
    auto typed = code.substr(0, 4) + "-" + code.substr(4);
    std::ranges::transform(typed, typed.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    ASSERT_TRUE(find_pc_login(connection(), typed, noon));
    EXPECT_EQ(find_pc_login(connection(), typed, noon)->pc, pc_);
    EXPECT_EQ(find_pc_login(connection(), typed, noon)->address, "10.1.0.5");
    EXPECT_EQ(person(), "");
    ASSERT_TRUE(answer(typed, true));
    EXPECT_EQ(person(), "anna");
    EXPECT_EQ(answer(code, true).error().reason, "code-unknown") << "once";
    EXPECT_EQ(ask(seconds(6)).state, LoginState::confirmed) << "an answer is told at once";
    EXPECT_EQ(ask(seconds(20)).state, LoginState::none) << "and once";
    EXPECT_EQ(group_names_of(connection(), user_), (std::vector<std::string>{"students"}));
    const auto pcs = pcs_of_person(connection(), user_);
    ASSERT_EQ(pcs.size(), 1U);
    EXPECT_EQ(pcs[0].pc, pc_);
}

TEST_P(PcLoginsTest, WhoIsRefusedOrTooLateDoesNotGetIn)
{
    auto code = begin();
    ASSERT_TRUE(answer(code, false));
    EXPECT_EQ(person(), "");
    EXPECT_EQ(ask(seconds(5)).state, LoginState::refused);
    code = begin();
    const auto newer = begin();
    EXPECT_EQ(answer(code, true).error().reason, "code-unknown") << "a new code takes its place";
    EXPECT_EQ(answer(newer, true, seconds(pc_login_life)).error().reason, "code-unknown");
    EXPECT_EQ(ask(seconds(pc_login_life)).state, LoginState::none);
    for (const char* wrong : {"", "AAAA-AAAA", "'; DROP TABLE pc_login; --"})
        EXPECT_EQ(answer(wrong, true).error().reason, "code-unknown") << wrong;
    EXPECT_EQ(person(), "");
}

TEST_P(PcLoginsTest, WhoAsksTooOftenHasToWaitLonger)
{
    begin();
    EXPECT_EQ(ask(seconds(5)).pause, seconds(5));
    const auto hasty = ask(seconds(6));
    EXPECT_EQ(hasty.state, LoginState::too_fast);
    EXPECT_EQ(hasty.pause, seconds(10));
    EXPECT_EQ(ask(seconds(16)).state, LoginState::waiting);
}

TEST_P(PcLoginsTest, AClockThatIsPutBackHoldsNobodyUp)
{
    auto code = begin();
    EXPECT_EQ(ask(seconds(200)).state, LoginState::waiting);
    EXPECT_EQ(ask(seconds(5)).state, LoginState::waiting) << "it has not asked too early";
    EXPECT_EQ(ask(seconds(5)).state, LoginState::too_fast);
    EXPECT_EQ(ask(-seconds(3600)).state, LoginState::none) << "the PC asks for a new code";
    EXPECT_FALSE(answer(code, true, -seconds(3600))) << "this one would hold for an hour and more";
    code = begin();
    EXPECT_TRUE(answer(code, true));
}

TEST_P(PcLoginsTest, EndsWithThePcTheUserAndTheLogOut)
{
    const auto log_in = [&] { ASSERT_TRUE(answer(begin(), true)); };
    log_in();
    done([&](Connection& each) { begin_pc_boot(each, pc_, "one", PcState::off, {}, noon); });
    EXPECT_EQ(person(), "") << "it comes up";
    log_in();
    done([&](Connection& each) { begin_pc_boot(each, pc_, "one", PcState::preboot, {}, noon); });
    EXPECT_EQ(person(), "anna") << "the same start says hello again";
    done([&](Connection& each) { end_pc_boot(each, pc_, "power-off", noon); });
    EXPECT_EQ(person(), "");
    log_in();
    done([&](Connection& each) { end_person_at(each, pc_); });
    EXPECT_EQ(person(), "");
    log_in();
    ASSERT_TRUE(change([&](Connection& each) {
        auto anna = *find_user(each, user_);
        anna.enabled = false;
        people::User manager;
        manager.name = "root";
        EXPECT_TRUE(set_admin(each, "root", "hash"));
        return update_user(each, user_, "*", anna);
    }));
    EXPECT_EQ(person(), "") << "who is disabled is nobody";
    ASSERT_TRUE(change([&](Connection& each) { return remove_user(each, user_, "*"); }));
    ASSERT_TRUE(change([&](Connection& each) { return remove_pc(each, pc_, "*"); })) << "nothing holds it";
}

TEST_P(PcLoginsTest, FavouritesAreKeptInOrderAndGoWithTheirEntries)
{
    std::vector<std::int64_t> ids;
    done([&](Connection& each) {
        for (const char* name : {"one", "two", "three"})
            ids.push_back(
                create_entry(each, *parse_entry(fmt::format(
                                       R"({{"kind": "system", "record": "boot/{}", "title": {{"en": "x"}}}})", name)))
                    ->id);
    });
    const auto set = [&](const std::vector<std::int64_t>& entries) {
        return change([&](Connection& each) { return set_favourites(each, user_, entries); });
    };
    ASSERT_TRUE(set({ids[2], ids[0]}));
    EXPECT_EQ(favourites_of(connection(), user_), (std::vector{ids[2], ids[0]}));
    EXPECT_EQ(set({ids[1], 4711}).error().reason, "entry-unknown");
    EXPECT_EQ(favourites_of(connection(), user_), (std::vector{ids[2], ids[0]})) << "whole or not at all";
    EXPECT_EQ(set(std::vector<std::int64_t>(101, ids[0])).error().reason, "too-many");
    ASSERT_TRUE(change([&](Connection& each) { return remove_entry(each, ids[2], "*"); }));
    EXPECT_EQ(favourites_of(connection(), user_), (std::vector{ids[0]}));
}
