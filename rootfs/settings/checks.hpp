#pragma once

#include <initializer_list>
#include <string_view>

/// How texts in settings must look. Each is strict enough for its value to stand unquoted in the configuration files
/// that it goes into: no control characters, spaces at the ends, quotes, backslashes, `#`, `;`, `$`, `<`, `>`.
namespace farboot::settings
{

/// A host's name, or an IPv4 or IPv6 address (without brackets).
[[nodiscard]] bool is_host(std::string_view text);
/// An absolute path without ".." in it.
[[nodiscard]] bool is_path(std::string_view text);
/// "<scheme>://<host>[:port][/path]", without a user, a password or a query.
[[nodiscard]] bool is_url(std::string_view text, std::initializer_list<std::string_view> schemes);
/// A host of a URL: an IPv6 address stands in brackets there.
[[nodiscard]] bool is_url_host(std::string_view text);
/// Printable UTF-8 that begins and ends with no space; `"`, `\`, `#`, `;`, `$`, `%`, `<` and `>` are refused.
[[nodiscard]] bool is_plain(std::string_view text);
/// Letters, digits and these characters.
[[nodiscard]] bool is_made_of(std::string_view text, std::string_view others);
/// A name for a user, group, share or printer: letters, digits, dots, dashes, underscores, no dash first.
[[nodiscard]] bool is_name(std::string_view text);
/// "08:30"
[[nodiscard]] bool is_time(std::string_view text);

} // namespace farboot::settings
