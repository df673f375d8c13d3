#include "tests/unit/server/api/access_table.hpp"

#include <fmt/format.h>

namespace farboot::test
{

using people::Right;

namespace
{

const std::string digest(64, 'a');
const std::string pack = "/api/v1/store/packs/" + digest;
const std::string manifest = "/api/v1/store/manifests/" + digest;
const std::string image = "/api/v1/store/images/" + digest;
const std::string exam = "/api/v1/store/restricted/exam";
const std::string location = R"({"name": {"en": "Here"}, "parent": null})";
const std::string password = R"({"password": "a long password"})";

} // namespace

std::vector<Row> access_table()
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

    for (const char* said : {"hello", "report", "boot-token", "system", "job", "trace", "trace/vm/{series}/{number}",
                             "login", "login/poll", "login/end"}) // by PCs
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
    need("GET /api/v1/store/files/{digest}", somewhere, Right::upload, "/api/v1/store/files/" + digest, "",
         "404 not-found");
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
    for (auto& row : rows) // without these, whoever may gets no further than who may not
        if (row.target.starts_with("/api/v1/uploads"))
            row.headers = {{"tus-resumable", "1.0.0"}, {"upload-length", "4"}};

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

} // namespace farboot::test
