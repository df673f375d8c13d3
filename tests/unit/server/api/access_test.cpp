#include "server/api/auth.hpp"
#include "server/catalog/pc_logins.hpp"
#include "server/catalog/pcs.hpp"
#include "server/catalog/records.hpp"
#include "server/catalog/users.hpp"
#include "tests/unit/server/api/access_table.hpp"
#include "tests/unit/server/api/api_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <set>

using namespace farboot;
using namespace farboot::test;
using farboot::people::Right;
using nlohmann::json;

namespace
{

class AccessTest : public ApiTest
{
protected:
    /// Location 1 (10.1.0.0/16) with two rules, location 2 beside it, a hardware class, an entry, a policy, user 1.
    void SetUp() override
    {
        ApiTest::SetUp();
        if (HasFatalFailure() || IsSkipped())
            return;
        ASSERT_TRUE(change([](catalog::Connection& each) { return catalog::set_admin(each, "admin", "hash"); }));
        all_ = user({{{"rights", {"*"}}}}, "everything");
        make(all_, "locations", {{"name", {{"en", "Here"}}}, {"subnets", {"10.1.0.0/16"}}});
        make(all_, "locations", {{"name", {{"en", "Elsewhere"}}}, {"subnets", {"10.2.0.0/16"}}});
        make(all_, "rules", json::parse(rule));
        make(all_, "rules", json::parse(rule));
        make(all_, "hardware-classes", json::parse(hardware));
        make(all_, "entries", json::parse(entry));
        make(all_, "groups", {{"name", "group"}});
        make(all_, "jobs", json::parse(wake_here));
        ASSERT_TRUE(change([&](catalog::Connection& each) {
            const catalog::PcFacts facts{.mac = rules::Mac::parse("52:54:00:12:34:56"),
                                         .uuid = std::nullopt,
                                         .hardware = {},
                                         .address = "10.1.0.1"};
            return catalog::meet_pc(each, facts, std::nullopt, now_);
        }));
        ASSERT_TRUE(change([&](catalog::Connection& each) -> Result<void> {
            const auto done = catalog::install_policy(each, signers_.policy(1), now_);
            return done ? Result<void>() : std::unexpected(done.error());
        }));
    }

    Answer ask(const Caller& caller, const Row& row)
    {
        const auto space = row.route.find(' ');
        const auto body = row.body == "a boot record" ? signers_.boot("debian", 1) : row.body;
        return call(caller, row.route.substr(0, space), row.target, body, "*", row.headers);
    }
    static bool refused(const Answer& answer) { return answer.status == 401 || answer.status == 403; }

    const Signers signers_;
    Caller all_;
};

FARBOOT_ON_EACH_DATABASE(AccessTest);

} // namespace

TEST_P(AccessTest, EveryRouteIsInTheTable)
{
    std::set<std::string> known;
    for (const auto& row : access_table())
        EXPECT_TRUE(known.insert(row.route).second) << row.route << " is there twice";
    std::set<std::string> there;
    for (const auto& route : router().routes())
        there.insert(fmt::format("{} {}", server::http::name_of(route.method), route.pattern));
    for (const auto& route : there)
        EXPECT_TRUE(known.contains(route)) << route << " is not in the table: who may use it?";
    for (const auto& route : known)
        EXPECT_TRUE(there.contains(route)) << route << " is no route any more";
}

TEST_P(AccessTest, TheOpenApiDocumentSaysTheSame)
{
    const auto paths = call({}, "GET", "/api/v1/openapi.json").json()["paths"];
    std::set<std::string> known;
    std::set<std::string> names;
    for (const auto& [path, item] : paths.items())
        for (const auto& [method, operation] : item.items())
            if (method != "parameters") {
                auto name = method;
                std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
                known.insert(fmt::format("{} {}", name, path));
                EXPECT_TRUE(names.insert(operation["operationId"]).second)
                    << operation["operationId"] << " is there twice";
            }
    for (const auto& row : access_table()) {
        const auto path = row.route.substr(row.route.find(' ') + 1);
        if (!path.starts_with("/api/v1/"))
            continue;
        ASSERT_EQ(known.erase(row.route), 1U) << row.route << " is not in server/api/openapi.yaml";
        auto method = row.route.substr(0, row.route.find(' '));
        std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::tolower(c); });
        const auto& operation = paths[path][method];
        EXPECT_EQ(operation.value("x-right", ""), row.right ? people::name_of(*row.right) : "") << row.route;
        EXPECT_EQ(operation.value("security", json()) == json::array(), row.access == Access::open) << row.route;
        for (std::size_t at = 0; (at = path.find('{', at)) != std::string::npos; ++at)
            EXPECT_THAT(
                paths[path]["parameters"].dump(),
                testing::HasSubstr(fmt::format("\"name\":\"{}\"", path.substr(at + 1, path.find('}', at) - at - 1))))
                << row.route;
    }
    EXPECT_THAT(known, testing::IsEmpty()) << "are in server/api/openapi.yaml, and no routes";
}

TEST_P(AccessTest, NobodyGetsInWithoutALogin)
{
    for (const auto& row : access_table()) {
        if (row.access == Access::open)
            continue;
        EXPECT_EQ(ask({}, row).summary(), "401 login-needed") << row.route;
        EXPECT_EQ(ask({.cookie = "wrong", .csrf = "wrong"}, row).summary(), "401 login-needed") << row.route;
        EXPECT_EQ(ask({.token = "wrong"}, row).summary(), "401 login-needed") << row.route;
        if (!row.route.starts_with("GET") && !row.route.starts_with("HEAD")) {
            auto forged = all_;
            forged.csrf = "another";
            EXPECT_EQ(ask(forged, row).summary(), "403 csrf-wrong") << row.route;
        }
    }
}

TEST_P(AccessTest, WhatIsAboutOneselfIsNobodyElses)
{
    const auto token = call(all_, "POST", "/api/v1/tokens", R"({"name": "mine", "scope": [{"rights": ["*"]}]})");
    ASSERT_EQ(token.status, 201) << token.body;
    ASSERT_EQ(token.json()["id"], 1) << "which the table's rows are about";
    ASSERT_EQ(call(all_, "PUT", "/api/v1/account/favourites", R"({"entries": [1]})").status, 204);
    ASSERT_TRUE(change([&](catalog::Connection& each) -> Result<void> {
        const auto login = catalog::begin_pc_login(each, 1, "10.1.0.1", now_);
        return catalog::answer_pc_login(each, login.code, all_.user, true, now_);
    }));
    const auto mine = [&] {
        std::string all;
        for (const char* path : {"/api/v1/session", "/api/v1/account", "/api/v1/tokens"}) {
            const auto answer = call(all_, "GET", path);
            EXPECT_EQ(answer.status, 200) << path;
            all += answer.body + "\n";
        }
        return all;
    };
    const auto before = mine();
    ASSERT_THAT(before, testing::HasSubstr("\"mine\""));
    for (const auto& row : access_table()) {
        if (row.access != Access::login)
            continue;
        for (const auto& other : {user(json::array()), user({{{"rights", {"catalog.read", "pcs.manage"}}}})}) {
            const auto answer = ask(other, row);
            EXPECT_LT(answer.status, 500) << row.route;
            EXPECT_THAT(answer.body, testing::Not(testing::HasSubstr("everything"))) << row.route;
            EXPECT_THAT(answer.body, testing::Not(testing::HasSubstr("\"mine\""))) << row.route;
            EXPECT_EQ(mine(), before) << row.route << " by somebody else";
        }
    }
}

TEST_P(AccessTest, ALoginAloneAllowsNothing)
{
    const auto nobody = user(json::array());
    for (const auto& row : access_table())
        if (row.right) {
            EXPECT_EQ(ask(nobody, row).summary(), "403 right-missing") << row.route;
        }
}

TEST_P(AccessTest, AllOtherRightsDoNotMakeUpForTheOne)
{
    for (const auto right : people::all_rights()) {
        auto others = json::array();
        for (const auto other : people::all_rights())
            if (other != right)
                others.push_back(people::name_of(other));
        const auto caller = user({{{"rights", others}}});
        for (const auto& row : access_table())
            if (row.right == right) {
                EXPECT_EQ(ask(caller, row).summary(), "403 right-missing") << row.route;
            }
    }
}

TEST_P(AccessTest, RightsElsewhereAreNoRightsHere)
{
    const auto caller = user({{{"rights", {"*"}}, {"location", 2}},
                              {{"rights", {"*"}}, {"object", "entry:2"}},
                              {{"rights", {"*"}}, {"object", "record:boot/other"}},
                              {{"rights", {"*"}}, {"object", "audience:other"}}});
    for (const auto& row : access_table()) {
        if (!row.right)
            continue;
        const auto answer = ask(caller, row);
        EXPECT_EQ(answer.summary(), row.elsewhere) << row.route;
        EXPECT_EQ(answer.body.find("\"Here\""), std::string::npos) << row.route << " tells of another place";
    }
}

TEST_P(AccessTest, ATokenWithANarrowerScopeHasNoMore)
{
    const auto narrow =
        call(all_, "POST", "/api/v1/tokens", R"({"name": "narrow", "scope": [{"rights": ["*"], "location": 2}]})");
    ASSERT_EQ(narrow.status, 201) << narrow.body;
    const Caller token{.token = narrow.json()["secret"]};
    for (const auto& row : access_table())
        if (row.right) {
            EXPECT_EQ(ask(token, row).summary(), row.elsewhere) << row.route;
        }
}

TEST_P(AccessTest, WhoHasTheRightGetsThrough)
{
    for (const auto& row : access_table()) {
        if (!row.right || row.route == "PUT /api/v1/users/{id}/password") // is above him, see below
            continue;
        const auto caller = user({{{"rights", {people::name_of(*row.right)}}}});
        const auto answer = ask(caller, row);
        if (row.right == Right::manage_users && row.route.find("{id}") != std::string::npos &&
            !row.route.starts_with("GET")) {
            // user 1 and role 1 have all rights, the group has none
            if (row.route.find("groups") == std::string::npos) {
                EXPECT_EQ(answer.summary(), "403 right-above") << row.route;
                continue;
            }
        }
        EXPECT_FALSE(refused(answer)) << row.route << ": " << answer.body;
        EXPECT_LT(answer.status, 500) << row.route << ": " << answer.body;
    }
}

TEST_P(AccessTest, EachChangeIsInTheAuditLog)
{
    auto before = call(all_, "GET", "/api/v1/audit").json()["audit"][0]["id"].get<std::int64_t>();
    for (const auto& row : access_table()) {
        if (!row.right || row.route.starts_with("GET") || row.route.starts_with("HEAD") || row.right == Right::upload)
            continue;
        const auto answer = ask(all_, row);
        const auto newest = call(all_, "GET", "/api/v1/audit?limit=1").json()["audit"][0];
        if (answer.status >= 300) { // what cannot be changed, such as the role of all rights
            EXPECT_EQ(newest["id"], before) << row.route << answer.body;
            continue;
        }
        EXPECT_EQ(newest["id"], before + 1) << row.route;
        EXPECT_EQ(newest["user"], "everything") << row.route;
        EXPECT_EQ(newest["address"], client_) << row.route;
        EXPECT_EQ(newest["at"], "2026-01-31T12:00:00Z") << row.route;
        EXPECT_FALSE(newest["before"].is_null() && newest["after"].is_null()) << row.route;
        before = newest["id"];
    }
}
