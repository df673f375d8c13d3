#include "server/oidc/provider.hpp"

#include "rootfs/base/encoding.hpp"
#include "server/oidc/id_token.hpp"
#include "server/trust/secret.hpp"

namespace farboot::server
{

using nlohmann::json;
using rootfs::HttpRequest;

namespace
{

constexpr std::uint64_t max_answer = 256 << 10;
/// Keys change now and then, and the addresses hardly ever.
constexpr auto good_for = std::chrono::hours(1);
/// Asked again for a key of an unknown name, which anybody can make up, not more often than this.
constexpr auto least_pause = std::chrono::seconds(10);

std::string encoded(std::string_view text)
{
    std::string result;
    for (const unsigned char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-._~").find(static_cast<char>(c)) != std::string_view::npos;
        result += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
    }
    return result;
}

/// "a=b&c=d"
std::string form(const std::vector<std::pair<std::string, std::string>>& fields)
{
    std::string text;
    for (const auto& [name, value] : fields)
        text += (text.empty() ? "" : "&") + name + "=" + encoded(value);
    return text;
}

std::string text_in(const json& object, const char* name)
{
    const auto member = object.find(name);
    return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

std::string challenge_of(std::string_view verifier)
{
    const auto digest = sha256(as_bytes(verifier));
    const auto raw = from_hex(digest.hex()).value_or("");
    return base64url(raw);
}

} // namespace

OidcAttempt OidcAttempt::fresh()
{
    return {fresh_secret(), fresh_secret(), fresh_secret()};
}

OidcProvider::OidcProvider(OidcSettings settings)
    : settings_(std::move(settings)),
      client_(std::make_unique<rootfs::HttpClient>(rootfs::TlsTrust{settings_.ca, true}, 4))
{
}

HttpRequest OidcProvider::request(std::string url) const
{
    HttpRequest request;
    request.url = std::move(url);
    request.headers = {{"Accept", "application/json"}};
    request.max_body = max_answer;
    request.connect_timeout = settings_.timeout;
    request.stall_timeout = settings_.timeout;
    request.least_bytes = 2 * max_answer; // all of the answer must come in this time
    return request;
}

Result<std::string> OidcProvider::fetch(HttpRequest request) const
{
    auto answer = client_->fetch_ok(std::move(request));
    if (answer)
        return std::move(answer->body);
    if (answer.error().reason == "http-400" || answer.error().reason == "http-401" ||
        answer.error().reason == "http-403")
        return fail("oidc-code", "The provider refuses: {}", answer.error().sentence);
    return fail("oidc-unreachable", "{}", answer.error().sentence);
}

Result<OidcProvider::Known> OidcProvider::ask() const
{
    auto base = settings_.issuer;
    while (base.ends_with('/'))
        base.pop_back();
    const auto text = fetch(request(base + "/.well-known/openid-configuration"));
    if (!text)
        return fail("oidc-unreachable", "{}", text.error().sentence);
    auto document = ProviderDocument::parse(*text, settings_.issuer);
    if (!document)
        return std::unexpected(document.error());
    const auto keys_text = fetch(request(document->jwks_uri));
    if (!keys_text)
        return fail("oidc-unreachable", "{}", keys_text.error().sentence);
    auto keys = KeySet::parse(*keys_text);
    if (!keys)
        return std::unexpected(keys.error());
    return Known{std::move(*document), std::move(*keys), Clock::now()};
}

Result<OidcProvider::Known> OidcProvider::known(bool anew) const
{
    {
        const std::lock_guard lock(mutex_);
        if (known_ && Clock::now() - known_->since < (anew ? Clock::duration(least_pause) : Clock::duration(good_for)))
            return *known_;
    }
    auto asked = ask();
    const std::lock_guard lock(mutex_);
    if (asked)
        known_ = *asked;
    return asked;
}

Result<ProviderDocument> OidcProvider::look() const
{
    auto asked = ask();
    if (!asked)
        return std::unexpected(asked.error());
    return std::move(asked->document);
}

Result<std::string> OidcProvider::address(const OidcAttempt& attempt, const std::string& back_to) const
{
    const auto provider = known(false);
    if (!provider)
        return std::unexpected(provider.error());
    const auto& endpoint = provider->document.authorization_endpoint;
    return endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
           form({{"response_type", "code"},
                 {"client_id", settings_.client_id},
                 {"redirect_uri", back_to},
                 {"scope", settings_.scopes},
                 {"state", attempt.state},
                 {"nonce", attempt.nonce},
                 {"code_challenge", challenge_of(attempt.verifier)},
                 {"code_challenge_method", "S256"}});
}

Result<OidcProvider::Tokens> OidcProvider::tokens(const ProviderDocument& document, const OidcAttempt& attempt,
                                                  const std::string& code, const std::string& back_to) const
{
    std::vector<std::pair<std::string, std::string>> fields{{"grant_type", "authorization_code"},
                                                            {"code", code},
                                                            {"redirect_uri", back_to},
                                                            {"code_verifier", attempt.verifier}};
    auto question = request(document.token_endpoint);
    question.method = "POST";
    question.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    if (settings_.secret.empty() || document.secret_in_body)
        fields.emplace_back("client_id", settings_.client_id);
    if (!settings_.secret.empty() && document.secret_in_body)
        fields.emplace_back("client_secret", settings_.secret);
    if (!settings_.secret.empty() && !document.secret_in_body)
        question.headers.emplace_back("Authorization", "Basic " + base64(as_bytes(encoded(settings_.client_id) + ":" +
                                                                                  encoded(settings_.secret))));
    question.body = form(fields);
    const auto text = fetch(std::move(question));
    if (!text)
        return std::unexpected(text.error());
    const auto body = json::parse(*text, nullptr, false);
    if (!body.is_object() || text_in(body, "id_token").empty())
        return fail("oidc-provider", "The provider's answer to a code has no id_token.");
    return Tokens{text_in(body, "id_token"), text_in(body, "access_token")};
}

Result<void> OidcProvider::add_userinfo(const ProviderDocument& document, const Tokens& tokens, json& claims) const
{
    if (document.userinfo_endpoint.empty() || tokens.access.empty())
        return {};
    auto question = request(document.userinfo_endpoint);
    question.headers.emplace_back("Authorization", "Bearer " + tokens.access);
    const auto text = fetch(std::move(question));
    if (!text)
        return std::unexpected(text.error());
    const auto more = json::parse(*text, nullptr, false);
    if (!more.is_object() || text_in(more, "sub") != text_in(claims, "sub"))
        return fail("oidc-provider", "What the provider says of the user is about somebody else.");
    for (const auto& name : {settings_.name_claim, settings_.full_name_claim, settings_.groups_claim})
        if (more.contains(name) && !claims.contains(name))
            claims[name] = more[name];
    return {};
}

Result<OidcIdentity> OidcProvider::identity(const OidcAttempt& attempt, const std::string& code,
                                            const std::string& back_to, std::chrono::sys_seconds now) const
{
    auto provider = known(false);
    if (!provider)
        return std::unexpected(provider.error());
    const auto got = tokens(provider->document, attempt, code, back_to);
    if (!got)
        return std::unexpected(got.error());
    const IdTokenWishes wishes{settings_.issuer, settings_.client_id, attempt.nonce, now};
    auto claims = open_id_token(got->id, provider->keys, wishes);
    if (!claims && claims.error().reason == "key-unknown") {
        provider = known(true);
        if (!provider)
            return std::unexpected(provider.error());
        claims = open_id_token(got->id, provider->keys, wishes);
    }
    if (!claims)
        return std::unexpected(claims.error());
    if (!claims->contains(settings_.name_claim) || !claims->contains(settings_.groups_claim))
        if (auto added = add_userinfo(provider->document, *got, *claims); !added)
            return std::unexpected(added.error());
    return OidcIdentity::of(*claims, settings_);
}

} // namespace farboot::server
