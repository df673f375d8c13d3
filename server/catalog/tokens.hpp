#pragma once

#include "server/catalog/connection.hpp"
#include "server/people/rights.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Bearer tokens for programs. The database has their hashes only.
namespace farboot::catalog
{

inline constexpr std::size_t max_tokens = 100; ///< of one user

/// May do what its scope and its owner's rights both allow. One without an owner was made on the server's command line,
/// and may do what its scope says.
struct Token {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::int64_t> user; ///< its owner
    std::string user_name;            ///< not written
    people::Rights scope;             ///< one of all rights has those of later versions, too
    std::chrono::sys_seconds created{};
    std::optional<std::chrono::sys_seconds> expires; ///< nothing: never

    [[nodiscard]] nlohmann::json to_json() const;
};

/// Reasons: name-malformed (names are like users'), name-taken (the owner has one), too-many.
[[nodiscard]] Result<Token> create_token(Connection& connection, Token token, std::string_view secret);
/// Those of one owner, or all.
[[nodiscard]] std::vector<Token> list_tokens(Connection& connection, std::optional<std::int64_t> user);
[[nodiscard]] std::optional<Token> find_token(Connection& connection, std::int64_t id);
/// Nothing if it is over, or its owner may not log in.
[[nodiscard]] std::optional<Token> token_of_secret(Connection& connection, std::string_view secret,
                                                   std::chrono::sys_seconds now);
void remove_token(Connection& connection, std::int64_t id);
void remove_tokens_of(Connection& connection, std::int64_t user);

/// The server's own, by name.
[[nodiscard]] std::optional<Token> find_server_token(Connection& connection, std::string_view name);

} // namespace farboot::catalog
