#include "server/catalog/outside_login.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/grants.hpp"
#include "server/catalog/groups.hpp"
#include "server/catalog/users.hpp"
#include "server/rules/fields.hpp"

#include <algorithm>

namespace farboot::catalog
{

using people::User;

namespace
{

/// What others say, as text: it may be any bytes, and JSON takes UTF-8 only.
std::string shown_name(std::string_view full_name)
{
    const auto text = QString::fromUtf8(full_name.data(), static_cast<qsizetype>(full_name.size())).toStdString();
    const auto length = rules::printable_length(text);
    return length && *length <= people::max_full_name ? text : std::string();
}

void save(Connection& connection, const User& user, bool is_new)
{
    connection.run(is_new ? "person-insert" : "person-update",
                   {{":id", value(user.id)},
                    {":name", value(user.name)},
                    {":full_name", value(user.full_name)},
                    {":source", value(people::name_of(user.source))},
                    {":subject", user.subject.empty() ? QVariant(QMetaType(QMetaType::QString)) : value(user.subject)},
                    {":enabled", user.enabled},
                    {":version", value(user.version)}});
    connection.run("member-delete-given", {{":person", value(user.id)}});
    for (const auto group : user.given_groups)
        connection.run("member-insert",
                       {{":person", value(user.id)}, {":person_group", value(group)}, {":source", value("given")}});
}

/// As who he is known here; nobody yet: nothing.
Result<std::optional<User>> known(Connection& connection, const OutsidePerson& person)
{
    auto before = person.subject.empty() ? find_user_named(connection, person.name)
                                         : find_user_of_subject(connection, person.subject);
    if (before && before->source == person.source)
        return before; // a provider's user keeps his first name here: rules may name it
    if (!people::is_user_name(person.name))
        return fail("name-malformed",
                    "\"{}\" is no user's name here, which has 1 to 64 of the characters a-z 0-9 . _ -",
                    shown_name(person.name));
    if (before || find_user_named(connection, person.name))
        return fail("name-taken", "There is a user {} here already, who logs in in another way.", person.name);
    return std::nullopt;
}

} // namespace

Result<std::optional<User>> log_in_from_outside(Connection& connection, const Author& author,
                                                const OutsidePerson& person,
                                                const std::function<bool(const people::Group&)>& is_in)
{
    const auto before = known(connection, person);
    if (!before)
        return std::unexpected(before.error());
    if (*before && !(*before)->enabled)
        return std::nullopt;
    auto user = before->value_or(User{});
    user.name = *before ? user.name : person.name;
    user.source = person.source;
    user.subject = person.subject;
    user.full_name = shown_name(person.full_name);
    user.given_groups.clear();
    for (const auto& group : list_groups(connection))
        if (is_in(group))
            user.given_groups.push_back(group.id);
    std::ranges::sort(user.given_groups);
    const auto may_enter = [&] {
        return !user.groups.empty() || !user.given_groups.empty() ||
               !rights_of_user(connection, user.id).grants().empty();
    };
    if (*before && user == **before)
        return may_enter() ? std::optional(user) : std::nullopt;
    user.id = *before ? user.id : next_number(connection, "user");
    ++user.version;
    if (!*before && !may_enter())
        return fail("login-refused", "{} has no right here.", user.name); // and does not become a user
    save(connection, user, !*before);
    log_change(connection, author, "log in", fmt::format("user:{}", user.id),
               *before ? (*before)->to_json() : nlohmann::json(), user.to_json());
    return may_enter() ? std::optional(user) : std::nullopt;
}

} // namespace farboot::catalog
