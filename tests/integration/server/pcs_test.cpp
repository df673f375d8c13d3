#include "tests/integration/server/pcs.hpp"

#include <gmock/gmock.h>

#include <csignal>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

TEST_F(Pcs, OneHelloRegistersAndBringsTheMenu)
{
    const auto first = met(std::nullopt);
    EXPECT_EQ(first["menu"]["entries"].size(), 1U);
    EXPECT_EQ(first["pc"]["key"], (json{{"state", "none"}, {"code", nullptr}}));
    EXPECT_TRUE(first["session"].is_string());
    const auto id = first["pc"]["id"].get<std::int64_t>();
    const auto row = seen(id);
    EXPECT_EQ(row["state"], "preboot");
    EXPECT_EQ(row["uuid"], uuid);
    EXPECT_EQ(row["address"], "10.1.0.5");
    const auto list = json::parse(admin("GET", "/api/v1/pcs?limit=1").body);
    EXPECT_EQ(list["pcs"].size(), 1U);
    EXPECT_EQ(list["next"], nullptr);
    EXPECT_EQ(code_of(admin("GET", "/api/v1/pcs?state=flying")), "400 parameter-malformed");

    // Firmware writes anything: the PC gets its menu all the same.
    const auto nameless = request("POST", "/api/v1/pc/hello",
                                  R"({"uuid": "00000000-0000-0000-0000-000000000000", "hardware": 5, "stages": "x"})");
    ASSERT_EQ(nameless.status, 200) << nameless.body;
    EXPECT_EQ(json::parse(nameless.body)["pc"], nullptr);
    EXPECT_EQ(json::parse(nameless.body)["session"], nullptr);
    EXPECT_EQ(json::parse(nameless.body)["menu"]["entries"].size(), 1U);
    EXPECT_EQ(code_of(request("POST", "/api/v1/pc/hello", "[")), "400 json-malformed");
}

TEST_F(Pcs, ReportAsOftenAsTheServerWants)
{
    server_->send(SIGTERM);
    server_->wait();
    more_options_.insert(more_options_.end(), {"--report-seconds", "7"});
    start();
    const auto first = met(std::nullopt);
    EXPECT_EQ(first["again"], 7);
    const json report{{"state", "preboot"}};
    EXPECT_EQ(json::parse(pc("report", report, first["session"]).body)["again"], 7) << "which changes nothing";

    const auto key = rootfs::SigningKey::generate();
    ASSERT_EQ(confirm(met(key)).status, 200);
    const auto enrolled = met(key);
    ASSERT_EQ(enrolled["pc"]["key"]["state"], "confirmed");
    EXPECT_EQ(enrolled["again"], 7);
    EXPECT_EQ(json::parse(pc("report", report, enrolled["session"]).body)["again"], 7);
    const auto token =
        json::parse(pc("boot-token", {{"record", "boot/debian"}, {"number", 1}}, enrolled["session"]).body)["token"];
    const json begin{{"token", token}, {"record", "boot/debian"}};
    EXPECT_EQ(json::parse(request("POST", "/api/v1/pc/system", begin.dump()).body)["again"], 7);
}

TEST_F(Pcs, ReportsSeldomerThanTheSilenceThatIsShownAreRefused)
{
    for (const std::string seconds : {"4", "121"}) {
        std::string output;
        EXPECT_NE(command({"run", "--store", store().string(), "--report-seconds", seconds}, &output), 0);
        EXPECT_NE(output.find("--report-seconds: Value " + seconds + " not in range 5 to 120"), std::string::npos)
            << output;
    }
}

TEST_F(Pcs, AProofIsForThisServerAndFresh)
{
    const auto key = rootfs::SigningKey::generate();
    const auto good = key_proof(key, challenge());
    const auto with = [&](json given) { return code_of(hello({{"proof", std::move(given)}})); };
    EXPECT_EQ(with(good), "200 ");
    EXPECT_EQ(with(key_proof(key, challenge(), "other.example")), "403 proof-wrong");
    EXPECT_EQ(with(key_proof(key, "1800000000.aa.bb")), "409 challenge-stale");
    auto other_key = good;
    other_key["key"] = "ed25519:" + base64(rootfs::SigningKey::generate().public_key().raw);
    EXPECT_EQ(with(other_key), "403 proof-wrong");
    auto no_key = good;
    no_key["key"] = "p256:AAAA";
    EXPECT_EQ(with(no_key), "400 key-malformed");
    EXPECT_EQ(with({{"challenge", 1}}), "400 json-malformed");
}

TEST_F(Pcs, AdminsOnly)
{
    const auto id = met(std::nullopt)["pc"]["id"].get<std::int64_t>();
    for (const auto& [method, path] : {std::pair("GET", ""),
                                       {"GET", "/{}"},
                                       {"PUT", "/{}"},
                                       {"DELETE", "/{}"},
                                       {"POST", "/{}/enrolment"},
                                       {"DELETE", "/{}/enrolment"},
                                       {"GET", "/{}/boots"},
                                       {"GET", "/{}/commands"},
                                       {"POST", "/{}/commands"}}) {
        const auto target = "/api/v1/pcs" + fmt::format(fmt::runtime(path), id);
        EXPECT_EQ(code_of(request(method, target, method == std::string_view("GET") ? "" : "{}")), "401 login-needed")
            << method << target;
    }
    const auto row = seen(id);
    const auto target = fmt::format("/api/v1/pcs/{}", id);
    EXPECT_EQ(code_of(admin("PUT", target, R"({"name": "x"})")), "428 if-match-missing");
    const auto named = admin("PUT", target, R"({"name": "Seat 12"})", {{"If-Match", row["etag"]}});
    EXPECT_EQ(json::parse(named.body)["name"], "Seat 12");
    EXPECT_EQ(code_of(admin("DELETE", target, "", {{"If-Match", row["etag"]}})), "412 changed-meanwhile");
    EXPECT_EQ(admin("DELETE", target, "", {{"If-Match", named.headers.at("etag")}}).status, 204);
    EXPECT_EQ(code_of(admin("GET", target)), "404 not-found");
}
