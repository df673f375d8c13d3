#pragma once

#include "server/catalog/connection.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Bearer tokens for programs. The database has their hashes only.
namespace farboot::catalog
{

/// Replaces a token of the same name. Reason: name-malformed (names are like users').
[[nodiscard]] Result<void> set_token(Connection& connection, std::string_view name, std::string_view secret,
                                     std::chrono::sys_seconds now);
/// The token's name.
[[nodiscard]] std::optional<std::string> find_token(Connection& connection, std::string_view secret);
/// Reason: not-found.
[[nodiscard]] Result<void> remove_token(Connection& connection, std::string_view name);

} // namespace farboot::catalog
