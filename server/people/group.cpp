#include "server/people/group.hpp"

namespace farboot::people
{

using rules::wrong;

namespace
{

constexpr std::size_t max_dn = 500;

} // namespace

std::string Group::etag() const
{
    return fmt::format("\"g{}-{}\"", id, version);
}

Parsed<Group> Group::parse(std::string_view text)
{
    const auto root = rules::parse_object(text, "group", {"id", "etag", "name", "ldap", "oidc", "roles"});
    if (!root)
        return std::unexpected(root.error());
    Group group;
    const auto name = root->find("name");
    const auto length = name != root->end() && name->is_string()
                            ? rules::printable_length(name->get_ref<const std::string&>())
                            : std::nullopt;
    if (!length || *length == 0 || *length > max_group_name)
        return wrong("name", fmt::format("A group's name is a text of 1 to {} characters.", max_group_name));
    group.name = name->get<std::string>();
    auto dns = rules::parse_words(*root, "ldap", max_group_dns, max_dn);
    if (!dns)
        return std::unexpected(dns.error());
    group.ldap = std::move(*dns);
    auto names = rules::parse_words(*root, "oidc", max_group_dns, max_dn);
    if (!names)
        return std::unexpected(names.error());
    group.oidc = std::move(*names);
    auto roles = parse_role_grants(*root);
    if (!roles)
        return std::unexpected(roles.error());
    group.roles = std::move(*roles);
    return group;
}

nlohmann::json Group::to_json() const
{
    return {{"id", id}, {"name", name}, {"ldap", ldap}, {"oidc", oidc}, {"roles", role_grants_json(roles)}};
}

} // namespace farboot::people
