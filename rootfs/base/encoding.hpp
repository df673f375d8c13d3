#pragma once

#include "rootfs/base/digest.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace farboot
{

[[nodiscard]] std::string hex(Bytes data);
/// Nothing for odd lengths and anything but lower-case digits.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

/// RFC 4648 section 4, with padding, no line breaks.
[[nodiscard]] std::string base64(Bytes data);
/// Strict: nothing for white space, missing padding, or set bits behind the end.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

} // namespace farboot
