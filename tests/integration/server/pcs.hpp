#pragma once

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/record.hpp"
#include "tests/integration/server/key_proof.hpp"
#include "tests/integration/server/server_process.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace farboot::test
{

inline constexpr auto uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d32";

/// What farboot-agent does, with the key of a disk.
class Pcs : public ServerTest
{
protected:
    void SetUp() override
    {
        more_options_ = {"--proxy", "127.0.0.1", "--restricted", "exam="}; // requests may come from anywhere
        ServerTest::SetUp();
        if (HasFatalFailure())
            return;
        write_whole(folder_.path / "policy", signers_.policy(1));
        std::string output;
        ASSERT_EQ(command({"policy", (folder_.path / "policy").string()}, &output), 0) << output;
        ASSERT_EQ(admin("POST", "/api/v1/records", signers_.boot("debian", 1)).status, 201);
        ASSERT_EQ(admin("POST", "/api/v1/entries",
                        R"({"kind": "system", "record": "boot/debian", "title": {"en": "Debian"}})")
                      .status,
                  201);
    }

    std::string challenge()
    {
        const auto answer = request("POST", "/api/v1/statement",
                                    nlohmann::json{{"nonce", base64(as_bytes(std::string(16, 'n')))}}.dump());
        EXPECT_EQ(answer.status, 200);
        return answer.headers.at("farboot-challenge");
    }
    Answer hello(nlohmann::json body, const std::string& from = "10.1.0.5")
    {
        if (!body.contains("uuid"))
            body["uuid"] = uuid;
        body["mac"] = "52:54:00:12:34:56";
        return request("POST", "/api/v1/pc/hello", body.dump(), {{"X-Forwarded-For", from}});
    }
    nlohmann::json met(const std::optional<rootfs::SigningKey>& key, const std::string& boot_id = "1",
                       const std::string& from = "10.1.0.5")
    {
        nlohmann::json body{{"boot_id", boot_id}, {"stages", {{{"name", "network-up"}, {"seconds", 3.5}}}}};
        if (key)
            body["proof"] = key_proof(*key, challenge());
        const auto answer = hello(body, from);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return nlohmann::json::parse(answer.body);
    }
    Answer pc(const std::string& what, const nlohmann::json& body, const nlohmann::json& session)
    {
        return request("POST", "/api/v1/pc/" + what, body.dump(), {{"Farboot-Pc", session.get<std::string>()}});
    }
    nlohmann::json seen(std::int64_t id)
    {
        return nlohmann::json::parse(admin("GET", fmt::format("/api/v1/pcs/{}", id)).body);
    }
    Answer confirm(const nlohmann::json& hello)
    {
        return admin("POST", fmt::format("/api/v1/pcs/{}/enrolment", hello["pc"]["id"].get<int>()),
                     nlohmann::json{{"code", hello["pc"]["key"]["code"]}}.dump());
    }
    /// Publishes a system whose image is for the audience "exam".
    void publish_exam()
    {
        rootfs::BootRecord record;
        record.header = {{"boot", "exam"}, 1};
        record.title = "Exam";
        record.kernel = {sha256(as_bytes("kernel")), 6};
        record.initramfs = {{sha256(as_bytes("initramfs")), 9}};
        record.image = rootfs::ImageRef{
            .manifest = sha256(as_bytes("manifest")), .root_bytes = 80, .bytes = 4096, .audience = "exam"};
        ASSERT_EQ(
            admin("POST", "/api/v1/records", Signers::envelope("boot", record.to_json(), signers_.publisher)).status,
            201);
        ASSERT_EQ(
            admin("POST", "/api/v1/entries", R"({"kind": "system", "record": "boot/exam", "title": {"en": "Exam"}})")
                .status,
            201);
    }
    std::string code_of(const Answer& answer)
    {
        const auto body = nlohmann::json::parse(answer.body, nullptr, false);
        return fmt::format("{} {}", answer.status,
                           body.is_object() && body.contains("error") ? body["error"]["code"].get<std::string>() : "");
    }

    Signers signers_;
};

} // namespace farboot::test
