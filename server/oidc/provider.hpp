#pragma once

#include "rootfs/fetch/http.hpp"
#include "server/oidc/identity.hpp"
#include "server/oidc/jose.hpp"
#include "server/oidc/provider_document.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace farboot::server
{

/// What a log-in goes on with when the provider sends the person back; in that browser's keeping meanwhile.
struct OidcAttempt {
    std::string state;
    std::string nonce;
    std::string verifier; ///< of PKCE (RFC 7636)

    [[nodiscard]] static OidcAttempt fresh();
};

/// An OpenID Connect provider: authorization code flow with PKCE. Safe for many threads; all but the constructor
/// blocks.
class OidcProvider
{
public:
    explicit OidcProvider(OidcSettings settings);

    [[nodiscard]] const OidcSettings& settings() const { return settings_; }
    /// Where the browser is sent. Reasons: oidc-unreachable, oidc-provider (it answers nonsense).
    [[nodiscard]] Result<std::string> address(const OidcAttempt& attempt, const std::string& back_to) const;
    /// Who has come back with a code. Reasons: the same, oidc-code (the provider does not take it), oidc-nameless, and
    /// open_id_token()'s.
    [[nodiscard]] Result<OidcIdentity> identity(const OidcAttempt& attempt, const std::string& code,
                                                const std::string& back_to, std::chrono::sys_seconds now) const;
    /// Fetches what there is to know, anew: to try the settings.
    [[nodiscard]] Result<ProviderDocument> look() const;

private:
    using Clock = std::chrono::steady_clock;
    struct Known {
        ProviderDocument document;
        KeySet keys;
        Clock::time_point since;
    };
    struct Tokens {
        std::string id;
        std::string access; ///< may be empty
    };

    /// `anew`: not what was known before, unless that is only some seconds old.
    [[nodiscard]] Result<Known> known(bool anew) const;
    [[nodiscard]] Result<Known> ask() const;
    [[nodiscard]] Result<Tokens> tokens(const ProviderDocument& document, const OidcAttempt& attempt,
                                        const std::string& code, const std::string& back_to) const;
    /// Adds claims that the ID token does not have.
    [[nodiscard]] Result<void> add_userinfo(const ProviderDocument& document, const Tokens& tokens,
                                            nlohmann::json& claims) const;
    [[nodiscard]] rootfs::HttpRequest request(std::string url) const;
    [[nodiscard]] Result<std::string> fetch(rootfs::HttpRequest request) const;

    OidcSettings settings_;
    std::unique_ptr<rootfs::HttpClient> client_;
    mutable std::mutex mutex_;
    mutable std::optional<Known> known_; ///< under the mutex
};

} // namespace farboot::server
