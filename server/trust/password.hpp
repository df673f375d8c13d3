#pragma once

#include <string>
#include <string_view>

/// Passwords, kept as argon2id hashes in the PHC form. Both functions take some tenths of a second and 64 MiB: not on a
/// thread that serves requests.
namespace farboot::server
{

inline constexpr std::size_t min_password = 10;
inline constexpr std::size_t max_password = 256;

[[nodiscard]] std::string hash_password(std::string_view password);

/// `hash` empty: there is no such user; takes the same time all the same, and is false.
[[nodiscard]] bool check_password(std::string_view hash, std::string_view password);

} // namespace farboot::server
