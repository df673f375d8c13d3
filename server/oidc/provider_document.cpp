#include "server/oidc/provider_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::server
{

using nlohmann::json;

namespace
{

constexpr std::size_t max_url = 2000;

bool is_address(const std::string& url)
{
    const auto fits = [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '#'; };
    return url.starts_with("https://") && url.size() > 8 && url.size() <= max_url && std::ranges::all_of(url, fits);
}

bool lists(const json& root, const char* name, const char* word)
{
    const auto list = root.find(name);
    return list != root.end() && list->is_array() && std::ranges::count(*list, json(word)) > 0;
}

} // namespace

Result<ProviderDocument> ProviderDocument::parse(std::string_view text, std::string_view issuer)
{
    const auto root = json::parse(text, nullptr, false);
    if (!root.is_object())
        return fail("oidc-provider", "What the provider says of itself is no JSON object: is {} its address?", issuer);
    const auto of = root.value("issuer", json());
    if (!of.is_string() || of.get_ref<const std::string&>() != issuer)
        return fail("oidc-provider",
                    "The provider calls itself {}, and the settings {}: they must be the same to the last character.",
                    of.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 300), issuer);
    ProviderDocument document;
    for (const auto& [name, text_of, needed] :
         {std::tuple("authorization_endpoint", &document.authorization_endpoint, true),
          {"token_endpoint", &document.token_endpoint, true},
          {"userinfo_endpoint", &document.userinfo_endpoint, false},
          {"jwks_uri", &document.jwks_uri, true}}) {
        const auto member = root.find(name);
        if (member == root.end() && !needed)
            continue;
        if (member == root.end() || !member->is_string() || !is_address(member->get_ref<const std::string&>()))
            return fail("oidc-provider", "What the provider says of itself has no https:// address as {}.", name);
        *text_of = member->get<std::string>();
    }
    constexpr const char* methods = "token_endpoint_auth_methods_supported";
    document.secret_in_body =
        lists(root, methods, "client_secret_post") && !lists(root, methods, "client_secret_basic");
    return document;
}

} // namespace farboot::server
