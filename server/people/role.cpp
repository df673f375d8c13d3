#include "server/people/role.hpp"

#include "server/rules/location.hpp"

namespace farboot::people
{

std::string Role::etag() const
{
    return fmt::format("\"ro{}-{}\"", id, version);
}

Parsed<Role> Role::parse(std::string_view text)
{
    const auto root = rules::parse_object(text, "role", {"id", "etag", "name", "rights", "built_in"});
    if (!root)
        return std::unexpected(root.error());
    Role role;
    auto name = rules::parse_text(*root, "name", rules::max_name, true);
    if (!name)
        return std::unexpected(name.error());
    role.name = std::move(*name);
    const auto rights = parse_rights(root->value("rights", nlohmann::json()), "rights");
    if (!rights)
        return std::unexpected(rights.error());
    role.rights = *rights;
    return role;
}

nlohmann::json Role::to_json() const
{
    return {{"id", id},
            {"name", rules::text_json(name)},
            {"rights", rights_json(rights)},
            {"built_in", id == all_rights_role}};
}

} // namespace farboot::people
