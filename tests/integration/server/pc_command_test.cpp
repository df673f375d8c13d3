#include "rootfs/base/encoding.hpp"
#include "rootfs/record/key.hpp"
#include "tests/integration/server/server_process.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace
{

/// `farboot pc` and `farboot explain --pc` against a real server.
class PcCommand : public ServerTest
{
protected:
    void SetUp() override
    {
        ServerTest::SetUp();
        write_whole(path("token"), token_ + "\n");
        std::filesystem::permissions(path("token"), std::filesystem::perms::owner_read);
        const Signers signers;
        write_whole(path("policy"), signers.policy(1));
        std::string output;
        ASSERT_EQ(command({"policy", path("policy")}, &output), 0) << output;
        ASSERT_EQ(admin("POST", "/api/v1/records", signers.boot("debian", 1)).status, 201);
    }
    [[nodiscard]] std::string path(const char* name) const { return (folder_.path / name).string(); }

    /// Runs `farboot`; expects this exit code.
    std::string farboot(std::vector<std::string> words, int expected = 0)
    {
        words.insert(words.begin(), FARBOOT_PROGRAM);
        words.insert(words.end(), {"--server", fmt::format("https://127.0.0.1:{}", port_), "--ca",
                                   (data() / "ca.pem").string(), "--token-file", path("token")});
        std::string output;
        EXPECT_EQ(run(words, &output), expected) << output;
        return output;
    }
    /// A PC comes up, with a key if there is one; gives the server's answer.
    json comes_up(const std::string& uuid, const rootfs::SigningKey* key = nullptr)
    {
        json body{{"uuid", uuid},
                  {"boot_id", fmt::format("{}", ++starts_)},
                  {"stages", {{{"name", "network-up"}, {"seconds", 3.5}}}}};
        if (key != nullptr) {
            const auto statement =
                request("POST", "/api/v1/statement", json{{"nonce", base64(as_bytes(std::string(16, 'n')))}}.dump());
            const auto challenge = statement.headers.at("farboot-challenge");
            const auto message = fmt::format("farboot-pc-1\n127.0.0.1\n{}", challenge);
            body["proof"] = {{"challenge", challenge},
                             {"key", "ed25519:" + base64(key->public_key().raw)},
                             {"kept", "disk"},
                             {"signature", base64(as_bytes(key->sign(as_bytes(message))))}};
        }
        const auto answer = request("POST", "/api/v1/pc/hello", body.dump());
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body);
    }
    json report(const json& session, const json& body)
    {
        const auto answer =
            request("POST", "/api/v1/pc/report", body.dump(), {{"Farboot-Pc", session.get<std::string>()}});
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body);
    }

    int starts_ = 0;
};

constexpr auto uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d32";
constexpr auto other_uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d33";

} // namespace

TEST_F(PcCommand, ConfirmsRenamesAndCommandsAPc)
{
    EXPECT_EQ(farboot({"pc", "list"}), "");
    const auto key = rootfs::SigningKey::generate();
    const auto first = comes_up(uuid, &key);
    const auto id = fmt::format("{}", first["pc"]["id"].get<int>());
    const auto code = first["pc"]["key"]["code"].get<std::string>();
    comes_up(other_uuid);
    EXPECT_EQ(farboot({"pc", "list", "--waiting"}), fmt::format("{:>6}  preboot  waiting    {}  {}\n", id, uuid, code));
    EXPECT_EQ(json::parse(farboot({"pc", "list", "--json"})).size(), 2U);
    EXPECT_EQ(farboot({"pc", "list", "--state", "off"}), "");
    EXPECT_THAT(farboot({"pc", "command", id, "reboot"}, 1), HasSubstr("not enrolled"));

    EXPECT_THAT(farboot({"pc", "confirm", id, "2222-2222-2222-2222"}, 1), HasSubstr(code));
    farboot({"pc", "confirm", id, code});
    EXPECT_THAT(farboot({"pc", "rename", id, "Seat 3"}), HasSubstr("confirmed  Seat 3"));
    EXPECT_THAT(farboot({"pc", "show", id}), AllOf(HasSubstr("name       Seat 3"), HasSubstr(code)));
    EXPECT_EQ(json::parse(farboot({"pc", "show", id, "--json"}))["name"], "Seat 3");

    const auto second = comes_up(uuid, &key);
    farboot({"pc", "command", id, "boot", "--record", "boot/debian"});
    EXPECT_THAT(farboot({"pc", "commands", id}),
                AllOf(HasSubstr("boot boot/debian"), HasSubstr("by token test: not fetched yet")));
    const auto told = report(second["session"], {{"state", "preboot"}})["command"];
    EXPECT_THAT(farboot({"pc", "commands", id}), HasSubstr(": fetched"));
    report(second["session"], {{"state", "preboot"}, {"done", {{"id", told["id"]}, {"outcome", "done"}}}});
    EXPECT_EQ(json::parse(farboot({"pc", "commands", id, "--json"}))["commands"][0]["outcome"], "done");
    EXPECT_THAT(farboot({"pc", "starts", id}),
                AllOf(HasSubstr("goes on\n    preboot  network-up 3.5"), HasSubstr("  left\n")));
    EXPECT_EQ(json::parse(farboot({"pc", "starts", id, "--json"}))["boots"].size(), 2U);

    EXPECT_THAT(farboot({"pc", "unconfirm", id}), HasSubstr("none"));
    farboot({"pc", "remove", id});
    EXPECT_THAT(farboot({"pc", "list"}), AllOf(HasSubstr(other_uuid), Not(HasSubstr(uuid))));
}

TEST_F(PcCommand, ExplainsWhatAPcShows)
{
    ASSERT_EQ(admin("POST", "/api/v1/locations", json{{"name", {{"en", "Lectern"}}}, {"uuids", {uuid}}}.dump()).status,
              201);
    const auto id = fmt::format("{}", comes_up(uuid)["pc"]["id"].get<int>());
    EXPECT_THAT(farboot({"explain", "--pc", id}), HasSubstr("Lectern"));
    EXPECT_THAT(farboot({"pc", "list"}), HasSubstr("(Lectern)"));
    EXPECT_THAT(farboot({"explain", "--pc", "77"}, 1), HasSubstr("There is no PC 77."));
}

TEST_F(PcCommand, SaysWhatIsWrong)
{
    EXPECT_THAT(farboot({"pc", "show", "7"}, 1), HasSubstr("There is no PC 7 that you may see."));
    EXPECT_THAT(farboot({"pc", "confirm", "7", "x"}, 1), HasSubstr("There is no PC 7"));
    EXPECT_THAT(farboot({"pc", "remove", "7"}, 1), HasSubstr("status 404"));
    EXPECT_THAT(farboot({"pc", "list", "--state", "flying"}, 2), HasSubstr("--state"));
    EXPECT_THAT(farboot({"pc", "command", "7", "dance"}, 2), HasSubstr("dance"));
    EXPECT_THAT(farboot({"pc", "command", "7", "boot"}, 2), HasSubstr("--record"));
    EXPECT_THAT(farboot({"pc", "command", "7", "reboot", "--record", "boot/x"}, 2), HasSubstr("--record"));
    const auto id = fmt::format("{}", comes_up(uuid)["pc"]["id"].get<int>());
    EXPECT_THAT(farboot({"pc", "confirm", id, "2222-2222-2222-2222"}, 1), HasSubstr("has shown no key"));
    EXPECT_THAT(farboot({"pc", "command", id, "boot", "--record", "boot/missing"}, 1), HasSubstr("boot/missing"));
    EXPECT_THAT(farboot({"pc", "rename", id, std::string(201, 'x')}, 1), HasSubstr("at most 200"));
    farboot({"pc", "rename", id, ""});
}
