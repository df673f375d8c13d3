#pragma once

#include <string>
#include <string_view>

namespace farboot::server
{

/// 256 bits from the system's random source, as 64 hexadecimal digits.
[[nodiscard]] std::string fresh_secret();

/// 100 bits as 20 letters and digits that people do not mix up, in groups of five.
[[nodiscard]] std::string fresh_password();

/// A code that people type: 8 letters that make no words and are not mixed up, some 34 bits (RFC 8628, 6.1).
[[nodiscard]] std::string fresh_user_code();

/// Takes the same time wherever they differ.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

} // namespace farboot::server
