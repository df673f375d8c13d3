#include "server/catalog/accounts.hpp"

#include <algorithm>

namespace farboot::catalog
{

bool is_account_name(std::string_view name)
{
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

bool has_accounts(Connection& connection)
{
    return connection.run("account-any").next();
}

std::optional<std::string> password_hash(Connection& connection, std::string_view name)
{
    auto row = connection.run("account", {{":name", value(name)}});
    if (!row.next())
        return std::nullopt;
    return text_of(row, "password_hash");
}

Result<void> set_password(Connection& connection, std::string_view name, std::string_view hash)
{
    if (!is_account_name(name))
        return fail("name-malformed", "A user's name is 1 to 64 of the characters a-z 0-9 . _ -");
    connection.run("session-delete-of", {{":account", value(name)}});
    connection.run(password_hash(connection, name) ? "account-update" : "account-insert",
                   {{":name", value(name)}, {":hash", value(hash)}});
    return {};
}

Result<void> remove_account(Connection& connection, std::string_view name)
{
    if (!password_hash(connection, name))
        return fail("not-found", "There is no user {}.", name);
    connection.run("session-delete-of", {{":account", value(name)}});
    connection.run("account-delete", {{":name", value(name)}});
    return {};
}

} // namespace farboot::catalog
