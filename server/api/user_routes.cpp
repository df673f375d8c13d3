#include "server/api/resource.hpp"

#include "server/catalog/groups.hpp"
#include "server/catalog/roles.hpp"
#include "server/catalog/users.hpp"

namespace farboot::server::api
{

namespace
{

using catalog::Connection;

/// Users, groups and roles are managed for everything or not at all; but nobody gets beyond his own rights through
/// them.
struct Managed {
    static constexpr auto read_right = Right::manage_users;
    static constexpr auto edit_right = Right::manage_users;

    static constexpr bool everything_only = true;

    template <class Thing>
    static std::vector<Thing> readable(Connection&, const Principal&, std::vector<Thing> things)
    {
        return things;
    }
};

struct Users : Managed {
    using Thing = people::User;
    static constexpr const char* path = "users";
    static constexpr const char* member = "users";
    static constexpr const char* noun = "user";
    static constexpr const char* code = "user";
    static constexpr auto list = catalog::list_users;
    static constexpr auto find = catalog::find_user;
    static constexpr auto create = catalog::create_user;
    static constexpr auto update = catalog::update_user;
    static constexpr auto remove = catalog::remove_user;

    static Result<void> check(Connection& connection, const Principal& principal, const Thing* before,
                              const Thing* after)
    {
        auto may = principal.need(edit_right);
        if (may && before)
            may = principal.need_all_of(connection, catalog::rights_of_user(connection, before->id));
        if (may && after)
            may = principal.need_all_of(connection, catalog::rights_by(connection, after->roles, after->groups));
        return may;
    }
};

struct Groups : Managed {
    using Thing = people::Group;
    static constexpr const char* path = "groups";
    static constexpr const char* member = "groups";
    static constexpr const char* noun = "group";
    static constexpr const char* code = "group";
    static constexpr auto list = catalog::list_groups;
    static constexpr auto find = catalog::find_group;
    static constexpr auto create = catalog::create_group;
    static constexpr auto update = catalog::update_group;
    static constexpr auto remove = catalog::remove_group;

    static Result<void> check(Connection& connection, const Principal& principal, const Thing* before,
                              const Thing* after)
    {
        auto may = principal.need(edit_right);
        if (may && before)
            may = principal.need_all_of(connection, catalog::rights_of_group(connection, before->id));
        if (may && after)
            may = principal.need_all_of(connection, catalog::rights_by(connection, after->roles, {}));
        return may;
    }
};

struct Roles : Managed {
    using Thing = people::Role;
    static constexpr const char* path = "roles";
    static constexpr const char* member = "roles";
    static constexpr const char* noun = "role";
    static constexpr const char* code = "role";
    static constexpr auto list = catalog::list_roles;
    static constexpr auto find = catalog::find_role;
    static constexpr auto create = catalog::create_role;
    static constexpr auto update = catalog::update_role;
    static constexpr auto remove = catalog::remove_role;

    /// A role may be granted anywhere: its rights must be one's own for everything.
    static Result<void> check(Connection& connection, const Principal& principal, const Thing* before,
                              const Thing* after)
    {
        auto may = principal.need(edit_right);
        for (const auto* role : {before, after})
            if (may && role)
                may = principal.need_all_of(connection, people::Rights({{.rights = role->rights, .place = {}}}));
        return may;
    }
};

} // namespace

void add_user_routes(http::Router& router, const Context& context)
{
    Resource<Users>::add_routes(router, context);
    Resource<Groups>::add_routes(router, context);
    Resource<Roles>::add_routes(router, context);
}

} // namespace farboot::server::api
