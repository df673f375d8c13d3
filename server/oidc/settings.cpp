#include "server/oidc/settings.hpp"

#include "server/base/files.hpp"
#include "server/rules/fields.hpp"

#include <sstream>
#include <tuple>

namespace farboot::server
{

namespace
{

using nlohmann::json;

constexpr const char* all_authorities = "/etc/ssl/certs/ca-certificates.crt"; // Debian's ca-certificates
constexpr int max_timeout = 60;
constexpr std::size_t max_label = 60; ///< characters

Result<std::string> text_in(const json& root, const char* name, const std::string& otherwise)
{
    const auto found = root.find(name);
    if (found == root.end())
        return otherwise;
    const auto length =
        found->is_string() ? rules::printable_length(found->get_ref<const std::string&>()) : std::nullopt;
    if (!length)
        return fail("oidc-malformed", "{} must be a text.", name);
    return found->get<std::string>();
}

Result<void> read_texts(const json& root, OidcSettings& into)
{
    for (const auto& [name, text, otherwise] : {std::tuple("issuer", &into.issuer, ""),
                                                {"client_id", &into.client_id, ""},
                                                {"ca", &into.ca, all_authorities},
                                                {"scopes", &into.scopes, "openid profile"},
                                                {"name_claim", &into.name_claim, "preferred_username"},
                                                {"full_name_claim", &into.full_name_claim, "name"},
                                                {"groups_claim", &into.groups_claim, "groups"},
                                                {"name_domain", &into.name_domain, ""}}) {
        auto read = text_in(root, name, otherwise);
        if (!read)
            return std::unexpected(read.error());
        *text = std::move(*read);
    }
    if (!into.issuer.starts_with("https://") || into.issuer.find_first_of("?# ") != std::string::npos)
        return fail("oidc-malformed", "issuer is needed: the provider's address, https://…, as it calls itself.");
    if (into.client_id.empty())
        return fail("oidc-malformed", "client_id is needed: what the provider calls this server.");
    std::istringstream scopes(into.scopes);
    bool openid = false;
    for (std::string scope; scopes >> scope;)
        openid = openid || scope == "openid";
    if (!openid)
        return fail("oidc-malformed", "scopes must have openid among them.");
    return {};
}

Result<void> read_label(const json& root, OidcSettings& into)
{
    const auto label = root.value("label", json::object());
    if (!label.is_object())
        return fail("oidc-malformed", "label must be {{\"de\": \"…\", \"en\": \"…\"}}.");
    for (const auto& [language, text] : {std::pair("de", &into.label_de), std::pair("en", &into.label_en)}) {
        auto read = text_in(label, language, "");
        if (!read)
            return std::unexpected(read.error());
        if (rules::printable_length(*read).value_or(0) > max_label)
            return fail("oidc-malformed", "label must have at most {} characters.", max_label);
        *text = std::move(*read);
    }
    return {};
}

Result<void> read_secret(const json& root, OidcSettings& into)
{
    const auto file = text_in(root, "client_secret_file", "");
    if (!file)
        return std::unexpected(file.error());
    if (file->empty())
        return {};
    auto secret = read_file(*file, 4096);
    if (!secret)
        return std::unexpected(secret.error());
    while (secret->ends_with('\n'))
        secret->pop_back();
    if (secret->empty())
        return fail("oidc-malformed", "{} is empty.", *file);
    into.secret = std::move(*secret);
    return {};
}

} // namespace

Result<OidcSettings> OidcSettings::parse(std::string_view text)
{
    const auto root =
        rules::parse_object(text, "provider's description",
                            {"issuer", "client_id", "client_secret_file", "ca", "scopes", "name_claim",
                             "full_name_claim", "groups_claim", "name_domain", "label", "timeout_seconds"});
    if (!root)
        return fail("oidc-malformed", "{}", root.error().sentence);
    OidcSettings settings;
    for (const auto& read : {read_texts, read_label, read_secret})
        if (auto done = read(*root, settings); !done)
            return std::unexpected(done.error());
    const auto timeout = root->value("timeout_seconds", json(5));
    if (!timeout.is_number_integer() || timeout < 1 || timeout > max_timeout)
        return fail("oidc-malformed", "timeout_seconds must be a number from 1 to {}.", max_timeout);
    settings.timeout = std::chrono::seconds(timeout.get<int>());
    return settings;
}

Result<OidcSettings> read_provider_settings(const std::filesystem::path& file)
{
    const auto text = read_file(file, 65'536);
    if (!text)
        return std::unexpected(text.error());
    auto settings = OidcSettings::parse(*text);
    if (!settings)
        return fail(settings.error().reason, "{}: {}", file.string(), settings.error().sentence);
    return settings;
}

} // namespace farboot::server
