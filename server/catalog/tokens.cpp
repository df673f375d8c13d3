#include "server/catalog/tokens.hpp"

#include "rootfs/base/digest.hpp"
#include "server/catalog/accounts.hpp"

namespace farboot::catalog
{

Result<void> set_token(Connection& connection, std::string_view name, std::string_view secret,
                       std::chrono::sys_seconds now)
{
    if (!is_account_name(name))
        return fail("name-malformed", "A token's name is 1 to 64 of the characters a-z 0-9 . _ -");
    connection.run("token-delete", {{":name", value(name)}});
    connection.run("token-insert", {{":name", value(name)},
                                    {":hash", value(sha256(as_bytes(secret)).hex())},
                                    {":created", value(static_cast<std::int64_t>(now.time_since_epoch().count()))}});
    return {};
}

std::optional<std::string> find_token(Connection& connection, std::string_view secret)
{
    auto row = connection.run("token", {{":hash", value(sha256(as_bytes(secret)).hex())}});
    if (!row.next())
        return std::nullopt;
    return text_of(row, "name");
}

Result<void> remove_token(Connection& connection, std::string_view name)
{
    auto deleted = connection.run("token-delete", {{":name", value(name)}});
    if (deleted.numRowsAffected() < 1)
        return fail("not-found", "There is no token {}.", name);
    return {};
}

} // namespace farboot::catalog
