#include "server/oidc/id_token.hpp"

#include <algorithm>

namespace farboot::server
{

using nlohmann::json;

namespace
{

constexpr double skew = 60;          ///< seconds
constexpr std::size_t max_sub = 255; ///< characters, by the specification

bool is_text(const json& claims, const char* name, std::string_view text)
{
    const auto member = claims.find(name);
    return member != claims.end() && member->is_string() && member->get_ref<const std::string&>() == text;
}

Result<void> check_audience(const json& claims, const std::string& client)
{
    const auto audience = claims.value("aud", json());
    const bool named =
        audience == json(client) || (audience.is_array() && std::ranges::count(audience, json(client)) > 0);
    const bool many = audience.is_array() && audience.size() > 1;
    if (!named || ((many || claims.contains("azp")) && !is_text(claims, "azp", client)))
        return fail("token-audience", "The provider's token is for another client than {}.", client);
    return {};
}

Result<void> check_times(const json& claims, std::chrono::sys_seconds now)
{
    const auto time = static_cast<double>(now.time_since_epoch().count());
    const auto until = claims.value("exp", json());
    const auto since = claims.value("iat", json());
    if (!until.is_number() || !since.is_number())
        return fail("token-malformed", "The provider's token does not say from when and until when it holds.");
    if (until.get<double>() <= time - skew)
        return fail("token-expired", "The provider's token has ended already. Are the clocks right?");
    const auto begins = claims.value("nbf", since);
    if (since.get<double>() > time + skew || !begins.is_number() || begins.get<double>() > time + skew)
        return fail("token-early", "The provider's token is from the future. Are the clocks right?");
    return {};
}

} // namespace

Result<json> open_id_token(std::string_view token, const KeySet& keys, const IdTokenWishes& wishes)
{
    auto claims = keys.open(token);
    if (!claims)
        return claims;
    if (!is_text(*claims, "iss", wishes.issuer))
        return fail("token-issuer", "The token is of another provider than {}.", wishes.issuer);
    if (auto good = check_audience(*claims, wishes.client_id); !good)
        return std::unexpected(good.error());
    if (!is_text(*claims, "nonce", wishes.nonce))
        return fail("token-nonce", "The token belongs to another log-in than this one.");
    if (auto good = check_times(*claims, wishes.now); !good)
        return std::unexpected(good.error());
    const auto subject = claims->value("sub", json());
    if (!subject.is_string() || subject.get_ref<const std::string&>().empty() ||
        subject.get_ref<const std::string&>().size() > max_sub)
        return fail("token-malformed", "The provider's token does not say whom it is about.");
    return claims;
}

} // namespace farboot::server
