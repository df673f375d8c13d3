#include "rootfs/base/encoding.hpp"
#include "rootfs/record/policy.hpp"
#include "rootfs/record/statement.hpp"
#include "tests/integration/server/server_process.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

namespace
{

class Records : public ServerTest
{
protected:
    void install_policy(std::uint64_t number)
    {
        // the server's own key, from where "farboot policy new" takes it
        const auto raw = from_base64(read_whole(data() / "statement.pub").substr(0, 44));
        ASSERT_TRUE(raw && raw->size() == 32);
        rootfs::PublicKey online;
        std::copy_n(reinterpret_cast<const std::byte*>(raw->data()), 32, online.raw.begin());
        const auto id = signers_.publisher.public_key().id();
        policy_ = {.header = {{"policy", "policy"}, number},
                   .keys = {{id, {signers_.publisher.public_key(), "publisher"}}, {online.id(), {online, "server"}}},
                   .roles = {{{"boot", "gui", "vm"}, {"*"}, 1, {id}},
                             {{"policy"}, {"*"}, 1, {id}},
                             {{"statement"}, {"*"}, 1, {online.id()}}}};
        write_whole(folder_.path / "policy", Signers::envelope("policy", policy_.to_json(), signers_.publisher));
        std::string output;
        ASSERT_EQ(command({"policy", (folder_.path / "policy").string()}, &output), 0) << output;
    }
    int publish(const std::string& envelope) { return admin("POST", "/api/v1/records", envelope).status; }

    Signers signers_;
    rootfs::Policy policy_;
};

} // namespace

TEST_F(Records, AreTakenByPolicyAndServedAsTheyAre)
{
    EXPECT_EQ(publish(signers_.boot("debian", 1)), 409); // no policy yet
    install_policy(1);
    EXPECT_EQ(publish(signers_.boot("debian", 1)), 201);
    EXPECT_EQ(publish(signers_.boot("debian", 1)), 409);
    EXPECT_EQ(publish(Signers().boot("debian", 2)), 403);
    EXPECT_EQ(publish("{}"), 400);
    EXPECT_EQ(publish(signers_.boot("debian", 2)), 201);

    const auto newest = request("GET", "/api/v1/records/boot/debian");
    EXPECT_EQ(newest.body, signers_.boot("debian", 2));
    EXPECT_EQ(newest.headers.at("content-type"), "application/vnd.dsse+json");
    EXPECT_EQ(request("GET", "/api/v1/records/boot/debian/1").body, signers_.boot("debian", 1));
    EXPECT_EQ(request("GET", "/api/v1/records/boot/debian", "", {{"If-None-Match", newest.headers.at("etag")}}).status,
              304);
    for (const char* path :
         {"boot/debian/3", "boot/debian/x", "boot/debian/-1", "boot/ubuntu", "toast/debian", "boot/DEBIAN"})
        EXPECT_EQ(request("GET", std::string("/api/v1/records/") + path).status, 404) << path;
    EXPECT_EQ(request("GET", "/api/v1/records/policy/policy").status, 200);

    const auto listed = json::parse(admin("GET", "/api/v1/records").body)["records"];
    ASSERT_EQ(listed.size(), 3U);
    EXPECT_EQ(listed[0]["number"], 2);
    EXPECT_EQ(listed[0]["title"], "debian title");
}

TEST_F(Records, StatementsAnswerTheQuestionAndSayTheLowestNumbers)
{
    install_policy(1);
    ASSERT_EQ(publish(signers_.boot("debian", 7)), 201);
    const auto nonce = rootfs::fresh_nonce();
    const auto answer = request("POST", "/api/v1/statement", json({{"nonce", base64(as_bytes(nonce))}}).dump());
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto statement = rootfs::Statement::open(policy_, *rootfs::Envelope::parse(answer.body), nonce);
    ASSERT_TRUE(statement) << statement.error().sentence;
    EXPECT_TRUE(statement->allows({{"boot", "debian"}, 7}, "{}", std::chrono::seconds(0)));
    EXPECT_EQ(statement->allows({{"boot", "debian"}, 6}, "{}", std::chrono::seconds(0)).error().reason,
              "number-too-low");
}

TEST_F(Records, MenusListWhatIsPublished)
{
    install_policy(1);
    const auto add = [&](const char* record) {
        return admin(
                   "POST", "/api/v1/entries",
                   json(
                       {{"kind", "system"}, {"record", record}, {"title", {{"en", record}}}, {"auto_seconds", nullptr}})
                       .dump())
            .status;
    };
    ASSERT_EQ(add("boot/debian"), 201);
    ASSERT_EQ(add("boot/later"), 201);
    ASSERT_EQ(publish(signers_.boot("debian", 5)), 201);
    ASSERT_EQ(publish(signers_.gui("standard", 1)), 201);
    const auto menu = json::parse(request("GET", "/api/v1/menu?for=preboot&mac=52:54:00:00:00:01").body);
    ASSERT_EQ(menu["entries"].size(), 1U);
    EXPECT_EQ(menu["entries"][0]["record"], "boot/debian");
    EXPECT_EQ(menu["entries"][0]["number"], 5);
    EXPECT_EQ(menu["gui"], "gui/standard");
    EXPECT_EQ(menu["policy"], 1);
    EXPECT_EQ(menu["sources"], json::parse(R"([{"url": "https://127.0.0.1:8443/store"}])"));
    EXPECT_TRUE(json::parse(request("GET", "/api/v1/menu?for=session").body)["entries"].empty());
    EXPECT_EQ(request("GET", "/api/v1/menu?for=toaster").status, 400);
    ASSERT_EQ(publish(signers_.boot("later", 1)), 201);
    EXPECT_EQ(json::parse(request("GET", "/api/v1/menu").body)["entries"].size(), 2U);
}

TEST_F(Records, ALaterPolicyMustSucceedTheOldOne)
{
    install_policy(1);
    write_whole(folder_.path / "other", Signers().policy(2));
    EXPECT_NE(command({"policy", (folder_.path / "other").string()}), 0);
    EXPECT_EQ(command({"policy", (folder_.path / "policy").string()}), 0); // the same again is no change
    install_policy(2);
    EXPECT_EQ(json::parse(request("GET", "/api/v1/menu").body)["policy"], 2);
}
