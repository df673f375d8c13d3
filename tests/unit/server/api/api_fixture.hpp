#pragma once

#include "server/api/metrics.hpp"
#include "server/api/routes.hpp"
#include "server/http/request.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"
#include "tests/unit/server/trust/folder.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace farboot::test
{

/// All routes of the server on a real database, called without a network between.
class ApiTest : public CatalogTest
{
protected:
    struct Answer {
        int status = 0;
        std::string body;
        std::string etag;
        std::string cookie; ///< the session's
        std::map<std::string, std::string> headers{};
        [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
        /// "403 right-missing", with the field if there is one; "200" alone for what is no error.
        [[nodiscard]] std::string summary() const;
    };
    /// Who calls: the secrets of a session or of a token. Neither: nobody.
    struct Caller {
        std::string cookie{};
        std::string csrf{};
        std::string token{};
        std::int64_t user = 0;
    };

    void SetUp() override;
    void TearDown() override;

    using Headers = std::vector<std::pair<std::string, std::string>>; ///< names in lower case
    /// `if_match` is sent with PUT and DELETE; `headers` come first.
    Answer call(const Caller& caller, const std::string& method, const std::string& target,
                const std::string& body = {}, const std::string& if_match = "*", const Headers& headers = {});
    /// A new user with a session, who has a role for each of the grants ([{"rights": […], "location": 3}]).
    Caller user(const nlohmann::json& grants, const std::string& name = {});
    /// POSTs; gives the id of what was made, or 0 after a failure.
    std::int64_t make(const Caller& caller, const std::string& path, const nlohmann::json& body);

    [[nodiscard]] const server::http::Router& router() const { return router_; }
    [[nodiscard]] const server::api::Context& context() const { return *context_; }

    std::chrono::sys_seconds now_{std::chrono::seconds(1769860800)};
    std::string client_ = "198.51.100.7";

private:
    Folder folder_;
    std::unique_ptr<catalog::Database> database_;
    std::unique_ptr<catalog::Snapshots> snapshots_;
    std::optional<server::OnlineKey> key_;
    server::api::Hosts hosts_{{"boot.example.org"}};
    std::unique_ptr<server::Workers> hashing_;
    std::unique_ptr<server::Workers> storing_;
    server::api::Throttle throttle_{5, std::chrono::seconds(20)};
    server::Audiences audiences_{"secret"};
    server::PcChallenges challenges_{"secret"};
    server::SignedSources signed_sources_{rootfs::S3Signer({"AKID", "the-secret", ""}, "us-east-1")};
    server::api::Metrics metrics_;
    std::unique_ptr<server::api::Intakes> intakes_;
    std::optional<server::api::Context> context_;
    server::http::Router router_;
    int made_ = 0;
};

} // namespace farboot::test
