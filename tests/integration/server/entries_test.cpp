#include "tests/integration/server/server_process.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <csignal>
#include <set>
#include <thread>

using namespace farboot::test;
using nlohmann::json;

namespace
{

std::string entry(const std::string& title)
{
    return json({{"kind", "system"}, {"record", "boot/debian"}, {"title", {{"en", title}}}}).dump();
}

class Entries : public ServerTest
{
protected:
    std::vector<int> ids()
    {
        std::vector<int> result;
        const auto list = json::parse(admin("GET", "/api/v1/entries").body);
        for (const auto& each : list["entries"])
            result.push_back(each["id"]);
        return result;
    }
};

} // namespace

TEST_F(Entries, WhoComesSecondIsToldSo)
{
    const auto made = admin("POST", "/api/v1/entries", entry("first"));
    ASSERT_EQ(made.status, 201) << made.body;
    const auto path = made.headers.at("location");
    const auto etag = made.headers.at("etag");
    EXPECT_EQ(admin("GET", path).headers.at("etag"), etag);
    EXPECT_EQ(admin("PUT", path, entry("second")).status, 428);
    const auto changed = admin("PUT", path, entry("second"), {{"If-Match", etag}});
    EXPECT_EQ(changed.status, 200);
    const auto late = admin("PUT", path, entry("third"), {{"If-Match", etag}});
    EXPECT_EQ(late.status, 412);
    EXPECT_EQ(json::parse(late.body)["error"]["code"], "changed-meanwhile");
    EXPECT_EQ(json::parse(admin("GET", path).body)["title"]["en"], "second");
    EXPECT_EQ(admin("DELETE", path).status, 428);
    EXPECT_EQ(admin("DELETE", path, "", {{"If-Match", etag}}).status, 412);
    EXPECT_EQ(admin("DELETE", path, "", {{"If-Match", changed.headers.at("etag")}}).status, 204);
    EXPECT_EQ(admin("GET", path).status, 404);
}

TEST_F(Entries, ErrorsNameTheField)
{
    const auto answer =
        admin("POST", "/api/v1/entries", R"({"kind": "system", "record": "vm/tiny", "title": {"en": "x"}})");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(json::parse(answer.body)["error"]["field"], "record");
    auto automatic = json::parse(entry("a"));
    automatic["auto_seconds"] = 5;
    EXPECT_EQ(admin("POST", "/api/v1/entries", automatic.dump()).status, 201);
    const auto second = admin("POST", "/api/v1/entries", automatic.dump());
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(json::parse(second.body)["error"]["field"], "auto_seconds");
}

TEST_F(Entries, AreOrdered)
{
    for (const char* title : {"a", "b", "c"})
        ASSERT_EQ(admin("POST", "/api/v1/entries", entry(title)).status, 201);
    ASSERT_EQ(ids(), (std::vector{1, 2, 3}));
    EXPECT_EQ(admin("PUT", "/api/v1/entries/order", R"({"ids": [3, 1, 2]})").status, 204);
    EXPECT_EQ(ids(), (std::vector{3, 1, 2}));
    EXPECT_EQ(admin("PUT", "/api/v1/entries/order", R"({"ids": [3, 1]})").status, 409);
    EXPECT_EQ(admin("PUT", "/api/v1/entries/order", R"({"ids": "3"})").status, 400);
    EXPECT_EQ(admin("PUT", "/api/v1/entries/order", "[3, 1, 2]").status, 400);
}

TEST_F(Entries, WhatWasAcknowledgedSurvivesAKill)
{
    std::set<int> acknowledged;
    std::atomic<std::size_t> count = 0;
    std::jthread writer([&] {
        try {
            auto client = connect();
            while (client.send(
                request_text("POST", "/api/v1/entries", entry("x"), {{"Authorization", "Bearer " + token_}}))) {
                const auto answer = client.receive();
                if (answer.status != 201)
                    return;
                acknowledged.insert(json::parse(answer.body)["id"].get<int>());
                ++count;
            }
        } catch (const std::exception&) { // the server is gone
        }
    });
    ASSERT_TRUE(eventually([&] { return count >= 20; }));
    server_->send(SIGKILL);
    server_->wait();
    writer.join();
    start();
    const auto left = ids();
    const std::set<int> kept(left.begin(), left.end());
    for (const int id : acknowledged)
        EXPECT_TRUE(kept.contains(id)) << id;
    EXPECT_LE(kept.size(), acknowledged.size() + 1); // one may have been made whose answer was lost
}
