#pragma once

#include "server/catalog/connection.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Who may change the catalog: people with a password.
namespace farboot::catalog
{

/// 1 … 64 of a-z 0-9 . _ -
[[nodiscard]] bool is_account_name(std::string_view name);

[[nodiscard]] bool has_accounts(Connection& connection);
/// The password's argon2 hash.
[[nodiscard]] std::optional<std::string> password_hash(Connection& connection, std::string_view name);
/// Makes the account if there is none, and ends its sessions. Reason: name-malformed.
[[nodiscard]] Result<void> set_password(Connection& connection, std::string_view name, std::string_view hash);
/// Reason: not-found.
[[nodiscard]] Result<void> remove_account(Connection& connection, std::string_view name);

} // namespace farboot::catalog
