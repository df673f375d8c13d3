#include "server/catalog/tokens.hpp"

#include "rootfs/base/digest.hpp"
#include "server/catalog/counters.hpp"
#include "server/catalog/records.hpp"
#include "server/people/user.hpp"

#include <algorithm>

namespace farboot::catalog
{

namespace
{

QVariant hashed(std::string_view secret)
{
    return value(sha256(as_bytes(secret)).hex());
}

std::int64_t seconds(std::chrono::sys_seconds time)
{
    return static_cast<std::int64_t>(time.time_since_epoch().count());
}

Token read_token(const QSqlQuery& row)
{
    Token token;
    token.id = number_of(row, "id");
    token.name = text_of(row, "name");
    if (!row.isNull(QStringLiteral("person"))) {
        token.user = number_of(row, "person");
        token.user_name = text_of(row, "person_name");
    }
    auto scope = people::parse_grants(nlohmann::json::parse(text_of(row, "scope"), nullptr, false), "scope");
    if (!scope)
        throw DatabaseError(
            fmt::format("Token {} in the database cannot be used: {}", token.id, scope.error().sentence));
    token.scope = std::move(*scope);
    token.created = std::chrono::sys_seconds(std::chrono::seconds(number_of(row, "created")));
    if (!row.isNull(QStringLiteral("expires")))
        token.expires = std::chrono::sys_seconds(std::chrono::seconds(number_of(row, "expires")));
    return token;
}

std::optional<Token> first(QSqlQuery row)
{
    if (!row.next())
        return std::nullopt;
    return read_token(row);
}

} // namespace

nlohmann::json Token::to_json() const
{
    return {{"id", id},
            {"name", name},
            {"user", user ? nlohmann::json(user_name) : nlohmann::json()},
            {"scope", scope.to_json()},
            {"created", iso_time(created)},
            {"expires", expires ? nlohmann::json(iso_time(*expires)) : nlohmann::json()}};
}

Result<Token> create_token(Connection& connection, Token token, std::string_view secret)
{
    if (!people::is_user_name(token.name))
        return fail("name-malformed", "A token's name is 1 to 64 of the characters a-z 0-9 . _ -");
    const auto others = list_tokens(connection, token.user);
    if (token.user && others.size() >= max_tokens)
        return fail("too-many", "A user can have at most {} tokens.", max_tokens);
    if (std::ranges::any_of(others,
                            [&](const Token& other) { return other.user == token.user && other.name == token.name; }))
        return fail("name-taken", "There is a token {} already: revoke it first.", token.name);
    token.id = next_number(connection, "token");
    // All rights: also those that later versions know.
    const people::Rights all({{.rights = people::RightSet::all(), .place = {}}});
    const auto scope =
        token.scope.grants() == all.grants() ? std::string(R"([{"rights": ["*"]}])") : token.scope.to_json().dump();
    connection.run(
        "token-insert",
        {{":id", value(token.id)},
         {":name", value(token.name)},
         {":person", token.user ? value(*token.user) : QVariant(QMetaType(QMetaType::LongLong))},
         {":hash", hashed(secret)},
         {":scope", value(scope)},
         {":created", value(seconds(token.created))},
         {":expires", token.expires ? value(seconds(*token.expires)) : QVariant(QMetaType(QMetaType::LongLong))}});
    return token;
}

std::vector<Token> list_tokens(Connection& connection, std::optional<std::int64_t> user)
{
    std::vector<Token> tokens;
    for (auto row = connection.run("token-list"); row.next();)
        if (!user || (!row.isNull(QStringLiteral("person")) && number_of(row, "person") == *user))
            tokens.push_back(read_token(row));
    return tokens;
}

std::optional<Token> find_token(Connection& connection, std::int64_t id)
{
    return first(connection.run("token", {{":id", value(id)}}));
}

std::optional<Token> token_of_secret(Connection& connection, std::string_view secret, std::chrono::sys_seconds now)
{
    return first(connection.run("token-of-secret", {{":hash", hashed(secret)}, {":now", value(seconds(now))}}));
}

void remove_token(Connection& connection, std::int64_t id)
{
    connection.run("token-delete", {{":id", value(id)}});
}

void remove_tokens_of(Connection& connection, std::int64_t user)
{
    connection.run("token-delete-of", {{":person", value(user)}});
}

std::optional<Token> find_server_token(Connection& connection, std::string_view name)
{
    return first(connection.run("token-of-server", {{":name", value(name)}}));
}

} // namespace farboot::catalog
