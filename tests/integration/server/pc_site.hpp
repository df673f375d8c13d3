#pragma once

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/key.hpp"
#include "tests/integration/server/admin_test.hpp"
#include "tests/integration/server/key_proof.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace farboot::test
{

/// A real server with the record boot/debian, `farboot` as its admin, and PCs that come up.
class PcSite : public AdminTest
{
protected:
    void SetUp() override
    {
        AdminTest::SetUp();
        write_whole(path("policy"), signers_.policy(1));
        std::string output;
        ASSERT_EQ(command({"policy", path("policy")}, &output), 0) << output;
        ASSERT_EQ(admin("POST", "/api/v1/records", signers_.boot("debian", 1)).status, 201);
    }
    /// A PC comes up, with a key and a MAC if there are any; gives the server's answer.
    nlohmann::json comes_up(const std::string& uuid, const rootfs::SigningKey* key = nullptr,
                            const std::string& mac = {})
    {
        nlohmann::json body{{"uuid", uuid},
                            {"mac", mac},
                            {"boot_id", fmt::format("{}", ++starts_)},
                            {"stages", {{{"name", "network-up"}, {"seconds", 3.5}}}}};
        if (key != nullptr) {
            const auto statement = request("POST", "/api/v1/statement",
                                           nlohmann::json{{"nonce", base64(as_bytes(std::string(16, 'n')))}}.dump());
            body["proof"] = key_proof(*key, statement.headers.at("farboot-challenge"));
        }
        const auto answer = request("POST", "/api/v1/pc/hello", body.dump());
        EXPECT_EQ(answer.status, 200) << answer.body;
        return nlohmann::json::parse(answer.body);
    }
    nlohmann::json report(const nlohmann::json& session, const nlohmann::json& body)
    {
        const auto answer =
            request("POST", "/api/v1/pc/report", body.dump(), {{"Farboot-Pc", session.get<std::string>()}});
        EXPECT_EQ(answer.status, 200) << answer.body;
        return nlohmann::json::parse(answer.body);
    }

    const Signers signers_;
    int starts_ = 0;
};

} // namespace farboot::test
