#include "server/api/auth.hpp"
#include "server/catalog/pc_logins.hpp"
#include "server/catalog/pcs.hpp"
#include "server/catalog/records.hpp"
#include "server/catalog/users.hpp"
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

enum class Access {
    open,       ///< whoever asks; what is not for everybody is the handler's own matter, and tested by itself
    login,      ///< about oneself
    everything, ///< the right for everything
    somewhere,  ///< the right for what it is about
};

/// A route, and a request to it that somebody with all rights gets through.
struct Row {
    std::string route; ///< "GET /api/v1/rules/{id}"
    Access access;
    std::optional<Right> right{};
    std::string target{};
    std::string body{};
    /// What it says to somebody who has the right (or rights) for another place or thing only.
    std::string elsewhere = "403 right-missing";
};

const std::string digest(64, 'a');
const std::string pack = "/api/v1/store/packs/" + digest;
const std::string manifest = "/api/v1/store/manifests/" + digest;
const std::string image = "/api/v1/store/images/" + digest;
const std::string exam = "/api/v1/store/restricted/exam";
const std::string location = R"({"name": {"en": "Here"}, "parent": null})";
const std::string rule = R"({"name": {"en": "Rule"}, "location": 1, "auto": {"id": null}})";
const std::string hardware = R"({"name": {"en": "Big"}, "memory_mib": {"min": 1000}})";
const std::string entry = R"({"kind": "system", "record": "boot/debian", "title": {"en": "Debian"}})";
const std::string wake_here = R"({"action": "wake", "location": 1})";
const std::string password = R"({"password": "a long password"})";

/// Every route of the server. A new one must be put here, with who may use it.
std::vector<Row> table()
{
    std::vector<Row> rows;
    const auto open = [&](const std::string& route) { rows.push_back({.route = route, .access = Access::open}); };
    const auto login = [&](const char* route, const std::string& target, const std::string& body = {}) {
        rows.push_back({.route = route, .access = Access::login, .target = target, .body = body});
    };
    const auto need = [&](const char* route, Access access, Right right, const std::string& target,
                          const std::string& body = {}, const std::string& elsewhere = "403 right-missing") {
        rows.push_back(
            {.route = route, .access = access, .right = right, .target = target, .body = body, .elsewhere = elsewhere});
    };
    const auto everything = Access::everything;
    const auto somewhere = Access::somewhere;
    open("GET /healthz");
    open("GET /api/v1/openapi.json");
    open("GET /api/v1/menu");
    open("POST /api/v1/statement");
    open("POST /api/v1/session");
    open("GET /api/v1/login");
    open("GET /api/v1/oidc/start");
    open("GET /api/v1/oidc/callback");
    open("POST /api/v1/store-token");
    open("GET /api/v1/records/{type}/{series}");
    open("GET /api/v1/records/{type}/{series}/{number}");
    for (const std::string root : {"GET /store/v1", "GET /store/restricted/{audience}/v1"})
        for (const std::string file : {"/manifests/{digest}", "/locators/{digest}", "/hot/{digest}", "/files/{digest}",
                                       "/packs/{prefix}/{digest}"})
            open(root + file);
    for (const char* page : {"GET /menu/{path...}", "GET /menu", "GET /admin/{path...}", "GET /admin",
                             "GET /account/{path...}", "GET /account", "GET /"})
        open(page);

    for (const char* said :
         {"hello", "report", "boot-token", "system", "job", "trace", "login", "login/poll", "login/end"}) // by PCs
        open(fmt::format("POST /api/v1/pc/{}", said));

    login("GET /api/v1/session", "/api/v1/session");
    login("DELETE /api/v1/session", "/api/v1/session");
    login("PUT /api/v1/session/password", "/api/v1/session/password", R"({"old": "x", "new": "a long password"})");
    login("GET /api/v1/account", "/api/v1/account");
    login("PUT /api/v1/account/favourites", "/api/v1/account/favourites", R"({"entries": []})");
    login("GET /api/v1/account/pc-login", "/api/v1/account/pc-login?code=BCDF-GHJK");
    login("POST /api/v1/account/pc-login", "/api/v1/account/pc-login", R"({"code": "BCDF-GHJK", "confirm": true})");
    login("DELETE /api/v1/account/pcs/{id}", "/api/v1/account/pcs/1");
    login("GET /api/v1/tokens", "/api/v1/tokens");
    login("POST /api/v1/tokens", "/api/v1/tokens", R"({"name": "ci", "scope": []})");
    login("DELETE /api/v1/tokens/{id}", "/api/v1/tokens/1");

    need("GET /api/v1/entries", somewhere, Right::read_catalog, "/api/v1/entries", "", "200");
    need("GET /api/v1/entries/{id}", somewhere, Right::read_catalog, "/api/v1/entries/1", "", "200");
    need("POST /api/v1/entries", everything, Right::edit_entries, "/api/v1/entries", entry);
    need("PUT /api/v1/entries/order", everything, Right::edit_entries, "/api/v1/entries/order", R"({"ids": [1]})");
    need("PUT /api/v1/entries/{id}", somewhere, Right::edit_entries, "/api/v1/entries/1", entry);
    need("DELETE /api/v1/entries/{id}", somewhere, Right::edit_entries, "/api/v1/entries/1");

    need("GET /api/v1/locations", somewhere, Right::read_catalog, "/api/v1/locations", "", "200");
    need("GET /api/v1/locations/{id}", somewhere, Right::read_catalog, "/api/v1/locations/1", "", "404 not-found");
    need("POST /api/v1/locations", somewhere, Right::edit_locations, "/api/v1/locations", location);
    need("PUT /api/v1/locations/{id}", somewhere, Right::edit_locations, "/api/v1/locations/1", location);
    need("DELETE /api/v1/locations/{id}", somewhere, Right::edit_locations, "/api/v1/locations/1");

    const std::string classes = "/api/v1/hardware-classes";
    need("GET /api/v1/hardware-classes", somewhere, Right::read_catalog, classes, "", "200");
    need("GET /api/v1/hardware-classes/{id}", somewhere, Right::read_catalog, classes + "/1", "", "200");
    need("POST /api/v1/hardware-classes", somewhere, Right::edit_rules, classes, hardware);
    need("PUT /api/v1/hardware-classes/{id}", somewhere, Right::edit_rules, classes + "/1", hardware);
    need("DELETE /api/v1/hardware-classes/{id}", somewhere, Right::edit_rules, classes + "/1");

    need("GET /api/v1/rules", somewhere, Right::read_catalog, "/api/v1/rules", "", "200");
    need("GET /api/v1/rules/{id}", somewhere, Right::read_catalog, "/api/v1/rules/1", "", "404 not-found");
    need("POST /api/v1/rules", somewhere, Right::edit_rules, "/api/v1/rules", rule);
    need("PUT /api/v1/rules/order", somewhere, Right::edit_rules, "/api/v1/rules/order", R"({"ids": [2, 1]})");
    need("PUT /api/v1/rules/{id}", somewhere, Right::edit_rules, "/api/v1/rules/1", rule);
    need("DELETE /api/v1/rules/{id}", somewhere, Right::edit_rules, "/api/v1/rules/1");
    need("GET /api/v1/explain", somewhere, Right::read_catalog, "/api/v1/explain?address=10.1.0.1");

    const std::string pc = "/api/v1/pcs/1";
    need("GET /api/v1/pcs", somewhere, Right::read_catalog, "/api/v1/pcs", "", "200");
    need("GET /api/v1/pcs/{id}", somewhere, Right::read_catalog, pc, "", "404 not-found");
    need("PUT /api/v1/pcs/{id}", somewhere, Right::manage_pcs, pc, R"({"name": "Seat"})");
    need("POST /api/v1/pcs/{id}/enrolment", somewhere, Right::confirm_pcs, pc + "/enrolment", R"({"code": "x"})");
    need("DELETE /api/v1/pcs/{id}/enrolment", somewhere, Right::confirm_pcs, pc + "/enrolment");
    need("GET /api/v1/pcs/{id}/boots", somewhere, Right::read_catalog, pc + "/boots", "", "404 not-found");
    need("GET /api/v1/pcs/{id}/commands", somewhere, Right::read_catalog, pc + "/commands", "", "404 not-found");
    need("POST /api/v1/pcs/{id}/commands", somewhere, Right::manage_pcs, pc + "/commands", R"({"action": "reboot"})");
    need("DELETE /api/v1/pcs/{id}", somewhere, Right::manage_pcs, pc);
    const std::string job = "/api/v1/jobs/1"; // for location 1
    need("GET /api/v1/jobs", somewhere, Right::read_catalog, "/api/v1/jobs", "", "200");
    need("GET /api/v1/jobs/{id}", somewhere, Right::read_catalog, job, "", "404 not-found");
    need("GET /api/v1/jobs/{id}/pcs", somewhere, Right::read_catalog, job + "/pcs", "", "404 not-found");
    need("POST /api/v1/jobs", somewhere, Right::manage_pcs, "/api/v1/jobs", wake_here);
    need("POST /api/v1/jobs/{id}/cancel", somewhere, Right::manage_pcs, job + "/cancel");
    need("GET /api/v1/traces", everything, Right::read_catalog, "/api/v1/traces");
    need("GET /api/v1/traces/{id}", everything, Right::read_catalog, "/api/v1/traces/1");

    need("GET /api/v1/records", somewhere, Right::read_catalog, "/api/v1/records", "", "200");
    need("POST /api/v1/records", somewhere, Right::publish_records, "/api/v1/records", "a boot record");

    const std::string policy = "/api/v1/series/policy/policy";
    login("GET /api/v1/series/{type}/{series}", policy); // 404 to who has no right to it
    need("PUT /api/v1/series/{type}/{series}", somewhere, Right::publish_records, policy, R"({"current": 1})");
    need("PUT /api/v1/series/{type}/{series}/{number}", somewhere, Right::publish_records, policy + "/1",
         R"({"state": "retired"})");

    need("PUT /api/v1/store/packs/{digest}", somewhere, Right::upload, pack, "x");
    need("PUT /api/v1/store/manifests/{digest}", somewhere, Right::upload, manifest, "x");
    need("PUT /api/v1/store/files/{digest}", somewhere, Right::upload, "/api/v1/store/files/" + digest, "x");
    need("GET /api/v1/store/images/{digest}", somewhere, Right::upload, image);
    need("POST /api/v1/store/images/{digest}", somewhere, Right::upload, image, R"({"hot": []})");
    need("PUT /api/v1/store/restricted/{audience}/packs/{digest}", somewhere, Right::upload, exam + "/packs/" + digest,
         "x");
    need("PUT /api/v1/store/restricted/{audience}/manifests/{digest}", somewhere, Right::upload,
         exam + "/manifests/" + digest, "x");
    need("GET /api/v1/store/restricted/{audience}/images/{digest}", somewhere, Right::upload,
         exam + "/images/" + digest);
    need("POST /api/v1/store/restricted/{audience}/images/{digest}", somewhere, Right::upload,
         exam + "/images/" + digest, R"({"hot": []})");

    open("OPTIONS /api/v1/uploads");
    open("OPTIONS /api/v1/uploads/{id}");
    need("GET /api/v1/uploads", everything, Right::send_uploads, "/api/v1/uploads");
    need("POST /api/v1/uploads", everything, Right::send_uploads, "/api/v1/uploads");
    for (const char* method : {"GET", "HEAD", "PATCH", "DELETE"})
        need(fmt::format("{} /api/v1/uploads/{{id}}", method).c_str(), everything, Right::send_uploads,
             "/api/v1/uploads/1");
    need("GET /api/v1/uploads/{id}/file", everything, Right::send_uploads, "/api/v1/uploads/1/file");

    for (const auto& [path, body] :
         {std::pair("users", R"({"name": "somebody"})"), std::pair("groups", R"({"name": "some"})"),
          std::pair("roles", R"({"name": {"en": "Some"}, "rights": []})")}) {
        const auto all = fmt::format("/api/v1/{}", path);
        need(("GET " + all).c_str(), everything, Right::manage_users, all);
        need(("POST " + all).c_str(), everything, Right::manage_users, all, body);
        need(fmt::format("GET {}/{{id}}", all).c_str(), everything, Right::manage_users, all + "/1");
        need(fmt::format("PUT {}/{{id}}", all).c_str(), everything, Right::manage_users, all + "/1", body);
        need(fmt::format("DELETE {}/{{id}}", all).c_str(), everything, Right::manage_users, all + "/1");
    }
    need("PUT /api/v1/users/{id}/password", everything, Right::manage_users, "/api/v1/users/1/password", password);
    need("GET /api/v1/events", somewhere, Right::read_catalog, "/api/v1/events", "", "200");
    need("GET /metrics", everything, Right::read_catalog, "/metrics");
    need("GET /api/v1/audit", everything, Right::read_audit, "/api/v1/audit");
    return rows;
}

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
        return call(caller, row.route.substr(0, space), row.target, body);
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
    for (const auto& row : table())
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
    for (const auto& row : table()) {
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
    for (const auto& row : table()) {
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
    for (const auto& row : table()) {
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
    for (const auto& row : table())
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
        for (const auto& row : table())
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
    for (const auto& row : table()) {
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
    for (const auto& row : table())
        if (row.right) {
            EXPECT_EQ(ask(token, row).summary(), row.elsewhere) << row.route;
        }
}

TEST_P(AccessTest, WhoHasTheRightGetsThrough)
{
    for (const auto& row : table()) {
        if (!row.right || row.route == "PUT /api/v1/users/{id}/password") // is above him, see below
            continue;
        const auto caller = user({{{"rights", {people::name_of(*row.right)}}}});
        const auto answer = ask(caller, row);
        if (row.right == Right::manage_users && row.route.find("{id}") != std::string::npos &&
            !row.route.starts_with("GET")) {
            // user 1 and role 1 have all rights, the group has none
            EXPECT_EQ(answer.summary(),
                      row.route.find("groups") == std::string::npos ? "403 right-above" : answer.summary())
                << row.route;
            continue;
        }
        EXPECT_FALSE(refused(answer)) << row.route << ": " << answer.body;
        EXPECT_LT(answer.status, 500) << row.route << ": " << answer.body;
    }
}

TEST_P(AccessTest, EachChangeIsInTheAuditLog)
{
    auto before = call(all_, "GET", "/api/v1/audit").json()["audit"][0]["id"].get<std::int64_t>();
    for (const auto& row : table()) {
        if (!row.right || row.route.starts_with("GET") || row.right == Right::upload)
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
