#include "server/people/user.hpp"

#include <algorithm>

namespace farboot::people
{

using rules::wrong;

bool is_user_name(std::string_view name)
{
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

std::string_view name_of(Source source)
{
    return source == Source::ldap ? "ldap" : source == Source::oidc ? "oidc" : "local";
}

Source source_named(std::string_view name)
{
    return name == "ldap" ? Source::ldap : name == "oidc" ? Source::oidc : Source::local;
}

std::string User::etag() const
{
    return fmt::format("\"u{}-{}\"", id, version);
}

Parsed<User> User::parse(std::string_view text)
{
    const auto root = rules::parse_object(text, "user",
                                          {"id", "etag", "name", "full_name", "enabled", "groups", "roles", "source",
                                           "has_password", "given_groups", "upload_quota"});
    if (!root)
        return std::unexpected(root.error());
    User user;
    const auto name = root->find("name");
    if (name == root->end() || !name->is_string() || !is_user_name(name->get_ref<const std::string&>()))
        return wrong("name", "A user's name is 1 to 64 of the characters a-z 0-9 . _ -");
    user.name = name->get<std::string>();
    const auto full_name = root->value("full_name", nlohmann::json(""));
    const auto length =
        full_name.is_string() ? rules::printable_length(full_name.get_ref<const std::string&>()) : std::nullopt;
    if (!length || *length > max_full_name)
        return wrong("full_name", fmt::format("full_name is a text of at most {} characters.", max_full_name));
    user.full_name = full_name.get<std::string>();
    const auto enabled = rules::parse_flag(*root, "enabled", true);
    if (!enabled)
        return std::unexpected(enabled.error());
    user.enabled = *enabled;
    auto groups = rules::parse_ids(*root, "groups", max_user_groups);
    if (!groups)
        return std::unexpected(groups.error());
    user.groups = std::move(*groups);
    std::ranges::sort(user.groups);
    auto roles = parse_role_grants(*root);
    if (!roles)
        return std::unexpected(roles.error());
    user.roles = std::move(*roles);
    const auto quota = root->value("upload_quota", nlohmann::json());
    if (!quota.is_null() && (!quota.is_number_unsigned() || quota.get<std::uint64_t>() > max_upload_quota))
        return wrong("upload_quota",
                     fmt::format("upload_quota is a number of bytes up to {}, or null.", max_upload_quota));
    if (!quota.is_null())
        user.upload_quota = quota.get<std::uint64_t>();
    return user;
}

nlohmann::json User::to_json() const
{
    return {{"id", id},
            {"name", name},
            {"full_name", full_name},
            {"enabled", enabled},
            {"source", name_of(source)},
            {"has_password", has_password},
            {"groups", groups},
            {"given_groups", given_groups},
            {"roles", role_grants_json(roles)},
            {"upload_quota", upload_quota ? nlohmann::json(*upload_quota) : nlohmann::json()}};
}

} // namespace farboot::people
