#include "server/directory/settings.hpp"

#include "server/base/files.hpp"
#include "server/rules/fields.hpp"

namespace farboot::server
{

namespace
{

using nlohmann::json;

constexpr const char* all_authorities = "/etc/ssl/certs/ca-certificates.crt"; // Debian's ca-certificates
constexpr int max_timeout = 60;

/// A member that is a text; `otherwise` if it is missing.
Result<std::string> text_in(const json& root, const char* name, const std::string& otherwise = {})
{
    const auto found = root.find(name);
    if (found == root.end())
        return otherwise;
    if (!found->is_string())
        return fail("ldap-malformed", "{} must be a text.", name);
    return found->get<std::string>();
}

Result<bool> flag_in(const json& root, const char* name, bool otherwise)
{
    const auto flag = rules::parse_flag(root, name, otherwise);
    if (!flag)
        return fail("ldap-malformed", "{}", flag.error().sentence);
    return *flag;
}

Result<void> read_texts(const json& root, DirectorySettings& into)
{
    std::string ca;
    for (const auto& [name, text, otherwise] : {std::tuple("url", &into.url, ""),
                                                {"ca", &ca, all_authorities},
                                                {"bind_dn", &into.bind_dn, ""},
                                                {"user_base", &into.user_base, ""},
                                                {"user_filter", &into.user_filter, "(uid={user})"},
                                                {"group_base", &into.group_base, ""},
                                                {"group_filter", &into.group_filter, "(member={dn})"},
                                                {"name_attribute", &into.name_attribute, "cn"}}) {
        auto read = text_in(root, name, otherwise);
        if (!read)
            return std::unexpected(read.error());
        *text = std::move(*read);
    }
    into.ca = ca;
    if (into.user_base.empty() || into.group_base.empty())
        return fail("ldap-malformed", "user_base and group_base are needed: the DNs that users and groups are below.");
    if (into.user_filter.find("{user}") == std::string::npos)
        return fail("ldap-malformed", "user_filter needs {{user}}: without, everybody would be the same user.");
    if (into.group_filter.find("{dn}") == std::string::npos && into.group_filter.find("{user}") == std::string::npos)
        return fail("ldap-malformed",
                    "group_filter needs {{dn}} or {{user}}: without, everybody would be in all groups.");
    return {};
}

Result<void> read_protection(const json& root, DirectorySettings& into)
{
    const bool tls = into.url.starts_with("ldaps://");
    if (!tls && !into.url.starts_with("ldap://"))
        return fail("ldap-malformed", "url must begin with ldaps:// or ldap://.");
    const auto plain = flag_in(root, "plain", false);
    if (!plain)
        return std::unexpected(plain.error());
    const auto start_tls = flag_in(root, "start_tls", !tls && !*plain);
    if (!start_tls)
        return std::unexpected(start_tls.error());
    into.start_tls = *start_tls;
    if (tls && into.start_tls)
        return fail("ldap-malformed", "start_tls is for ldap://, since ldaps:// is encrypted from the beginning.");
    if (!tls && !into.start_tls && !*plain)
        return fail("ldap-plain", "With ldap:// and without start_tls, passwords would go over the network for all to "
                                  "read. If that is meant, say \"plain\": true.");
    return {};
}

Result<void> read_password(const json& root, DirectorySettings& into)
{
    const auto file = text_in(root, "bind_password_file");
    if (!file)
        return std::unexpected(file.error());
    if (into.bind_dn.empty() != file->empty())
        return fail("ldap-malformed", "bind_dn and bind_password_file belong together.");
    if (file->empty())
        return {};
    auto password = read_file(*file, 4096);
    if (!password)
        return std::unexpected(password.error());
    while (password->ends_with('\n'))
        password->pop_back();
    if (password->empty())
        return fail("ldap-malformed", "{} is empty.", *file);
    into.bind_password = std::move(*password);
    return {};
}

} // namespace

Result<DirectorySettings> DirectorySettings::parse(std::string_view text)
{
    const auto root =
        rules::parse_object(text, "directory's description",
                            {"url", "start_tls", "plain", "ca", "bind_dn", "bind_password_file", "user_base",
                             "user_filter", "group_base", "group_filter", "name_attribute", "timeout_seconds"});
    if (!root)
        return fail("ldap-malformed", "{}", root.error().sentence);
    DirectorySettings settings;
    if (auto done = read_texts(*root, settings); !done)
        return std::unexpected(done.error());
    if (auto done = read_protection(*root, settings); !done)
        return std::unexpected(done.error());
    if (auto done = read_password(*root, settings); !done)
        return std::unexpected(done.error());
    const auto timeout = root->value("timeout_seconds", json(5));
    if (!timeout.is_number_integer() || timeout < 1 || timeout > max_timeout)
        return fail("ldap-malformed", "timeout_seconds must be a number from 1 to {}.", max_timeout);
    settings.timeout = std::chrono::seconds(timeout.get<int>());
    return settings;
}

} // namespace farboot::server
