#include "server/oidc/identity.hpp"

#include <nlohmann/json.hpp>

namespace farboot::server
{

using nlohmann::json;

namespace
{

constexpr std::size_t max_groups = 1000;
constexpr std::size_t max_group = 500; ///< bytes

std::string text_in(const json& claims, const std::string& name)
{
    const auto member = claims.find(name);
    return member != claims.end() && member->is_string() ? member->get<std::string>() : std::string();
}

} // namespace

Result<OidcIdentity> OidcIdentity::of(const json& claims, const OidcSettings& settings)
{
    OidcIdentity identity;
    identity.subject = settings.issuer + " " + text_in(claims, "sub");
    identity.name = text_in(claims, settings.name_claim);
    identity.full_name = text_in(claims, settings.full_name_claim);
    if (const auto domain = "@" + settings.name_domain; domain.size() > 1 && identity.name.ends_with(domain))
        identity.name.resize(identity.name.size() - domain.size());
    for (auto& c : identity.name)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (identity.name.empty())
        return fail("oidc-nameless",
                    "The provider does not tell the user's name ({}). Its settings for this client, or scopes and "
                    "name_claim here, must be changed.",
                    settings.name_claim);
    const auto groups = claims.value(settings.groups_claim, json());
    const auto add = [&](const json& group) {
        if (group.is_string() && group.get_ref<const std::string&>().size() <= max_group &&
            identity.groups.size() < max_groups)
            identity.groups.push_back(group.get<std::string>());
    };
    if (groups.is_array())
        for (const auto& group : groups)
            add(group);
    else
        add(groups);
    return identity;
}

} // namespace farboot::server
