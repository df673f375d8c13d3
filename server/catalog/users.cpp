#include "server/catalog/users.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/role_grants.hpp"
#include "server/catalog/sessions.hpp"
#include "server/catalog/tokens.hpp"
#include "server/catalog/versions.hpp"

#include <algorithm>
#include <map>

namespace farboot::catalog
{

using people::User;

namespace
{

User read_user(const QSqlQuery& row)
{
    User user;
    user.id = number_of(row, "id");
    user.name = text_of(row, "name");
    user.full_name = text_of(row, "full_name");
    user.enabled = row.value(QStringLiteral("enabled")).toBool();
    user.source = people::source_named(text_of(row, "source"));
    user.subject = text_of(row, "subject");
    user.has_password = !text_of(row, "password_hash").empty();
    user.version = number_of(row, "version");
    if (!row.value(QStringLiteral("upload_quota")).isNull())
        user.upload_quota = static_cast<std::uint64_t>(number_of(row, "upload_quota"));
    return user;
}

void read_member(const QSqlQuery& row, User& into)
{
    auto& groups = text_of(row, "source") == "given" ? into.given_groups : into.groups;
    groups.push_back(number_of(row, "person_group"));
}

std::optional<User> complete(Connection& connection, QSqlQuery row)
{
    if (!row.next())
        return std::nullopt;
    auto user = read_user(row);
    for (auto member = connection.run("member-of-person", {{":person", value(user.id)}}); member.next();)
        read_member(member, user);
    user.roles = role_grants_of(connection, Holder::user, user.id);
    return user;
}

Result<User> save(Connection& connection, std::string_view statement, User user)
{
    auto other = connection.run("person-named", {{":name", value(user.name)}});
    if (other.next() && number_of(other, "id") != user.id)
        return fail("name-taken", "There is a user {} already.", user.name);
    connection.run(statement,
                   {{":id", value(user.id)},
                    {":name", value(user.name)},
                    {":full_name", value(user.full_name)},
                    {":source", value(people::name_of(user.source))},
                    {":subject", user.subject.empty() ? QVariant(QMetaType(QMetaType::QString)) : value(user.subject)},
                    {":enabled", user.enabled},
                    {":upload_quota", user.upload_quota ? value(static_cast<std::int64_t>(*user.upload_quota))
                                                        : QVariant(QMetaType(QMetaType::LongLong))},
                    {":version", value(user.version)}});
    connection.run("member-delete-local", {{":person", value(user.id)}});
    for (const auto group : user.groups) {
        if (!connection.run("person-group", {{":id", value(group)}}).next())
            return fail("group-unknown", "There is no group {}.", group);
        connection.run("member-insert",
                       {{":person", value(user.id)}, {":person_group", value(group)}, {":source", value("local")}});
    }
    if (auto done = save_role_grants(connection, Holder::user, user.id, user.roles); !done)
        return std::unexpected(done.error());
    return user;
}

} // namespace

std::vector<User> list_users(Connection& connection)
{
    std::vector<User> users;
    std::map<std::int64_t, std::size_t> places;
    for (auto row = connection.run("person-list"); row.next();) {
        users.push_back(read_user(row));
        places.emplace(users.back().id, users.size() - 1);
    }
    for (auto row = connection.run("member-list"); row.next();)
        read_member(row, users[places.at(number_of(row, "person"))]);
    for (auto& [id, grants] : all_role_grants(connection, Holder::user))
        users[places.at(id)].roles = std::move(grants);
    return users;
}

std::optional<User> find_user(Connection& connection, std::int64_t id)
{
    return complete(connection, connection.run("person", {{":id", value(id)}}));
}

std::optional<User> find_user_named(Connection& connection, std::string_view name)
{
    return complete(connection, connection.run("person-named", {{":name", value(name)}}));
}

std::optional<User> find_user_of_subject(Connection& connection, std::string_view subject)
{
    return complete(connection, connection.run("person-of-subject", {{":subject", value(subject)}}));
}

bool has_users(Connection& connection)
{
    return connection.run("person-any").next();
}

Result<User> create_user(Connection& connection, User user)
{
    auto count = connection.run("person-count");
    count.next();
    if (number_of(count, "count") >= static_cast<std::int64_t>(people::max_users))
        return fail("too-many", "There can be at most {} users.", people::max_users);
    user.id = next_number(connection, "user");
    user.version = 1;
    return save(connection, "person-insert", std::move(user));
}

Result<User> update_user(Connection& connection, std::int64_t id, std::string_view if_match, User user)
{
    const auto old = seen(find_user(connection, id), "user", id, if_match);
    if (!old)
        return std::unexpected(old.error());
    user.id = id;
    user.source = old->source;
    user.subject = old->subject;
    user.has_password = old->has_password;
    user.given_groups = old->given_groups;
    user.version = old->version + 1;
    auto saved = save(connection, "person-update", std::move(user));
    if (!saved)
        return saved;
    if (!saved->enabled)
        end_other_sessions(connection, id, {});
    if (auto good = check_manager(connection); !good)
        return std::unexpected(good.error());
    return saved;
}

Result<void> remove_user(Connection& connection, std::int64_t id, std::string_view if_match)
{
    if (const auto old = seen(find_user(connection, id), "user", id, if_match); !old)
        return std::unexpected(old.error());
    end_other_sessions(connection, id, {});
    remove_tokens_of(connection, id);
    connection.run("role-grant-delete-of-person", {{":id", value(id)}});
    connection.run("member-delete-of-person", {{":person", value(id)}});
    connection.run("person-delete", {{":id", value(id)}});
    return check_manager(connection);
}

std::optional<std::string> password_hash(Connection& connection, std::string_view name)
{
    auto row = connection.run("person-named", {{":name", value(name)}});
    if (!row.next() || !row.value(QStringLiteral("enabled")).toBool() || text_of(row, "source") != "local")
        return std::nullopt;
    auto hash = text_of(row, "password_hash");
    return hash.empty() ? std::nullopt : std::optional(std::move(hash));
}

Result<void> set_password(Connection& connection, std::int64_t id, std::string_view hash, std::string_view but)
{
    auto row = connection.run("person", {{":id", value(id)}});
    if (!row.next())
        return fail("not-found", "There is no user {}: it may have been removed meanwhile.", id);
    if (text_of(row, "source") != "local")
        return fail("not-local", "{} has no password here: it is changed where it is known.", text_of(row, "name"));
    end_other_sessions(connection, id, but);
    connection.run("person-set-password", {{":id", value(id)}, {":hash", value(hash)}});
    return {};
}

Result<User> set_admin(Connection& connection, std::string_view name, std::string_view hash)
{
    if (!people::is_user_name(name))
        return fail("name-malformed", "A user's name is 1 to 64 of the characters a-z 0-9 . _ -");
    auto user = find_user_named(connection, name).value_or(User{});
    user.name = name;
    user.enabled = true;
    user.source = people::Source::local;
    user.subject.clear();
    const people::RoleGrant all{.role = 1, .place = {}};
    if (std::ranges::find(user.roles, all) == user.roles.end())
        user.roles.push_back(all);
    user.id = user.id ? user.id : next_number(connection, "user");
    const bool is_new = user.version++ == 0;
    auto saved = save(connection, is_new ? "person-insert" : "person-update", std::move(user));
    if (!saved)
        return saved;
    if (auto set = set_password(connection, saved->id, hash, {}); !set)
        return std::unexpected(set.error());
    saved->has_password = true;
    return saved;
}

Result<void> check_manager(Connection& connection)
{
    for (auto row = connection.run("person-role-everywhere"); row.next();) {
        const auto rights =
            people::parse_rights(nlohmann::json::parse(text_of(row, "rights"), nullptr, false), "rights");
        if (rights && rights->has(people::Right::manage_users))
            return {};
    }
    return fail("last-manager", "Nobody would be left who may manage users: a user of this server itself, with a "
                                "password and not disabled, must have users.manage for everything.");
}

} // namespace farboot::catalog
