#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace farboot::rootfs
{

/// The number that is all of `text`: decimal digits, with a "-" before them where the type has one; nothing if that is
/// not so, or it does not fit.
template <std::integral Number>
[[nodiscard]] std::optional<Number> to_number(std::string_view text)
{
    Number number = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
    return error == std::errc() && end == text.end() ? std::optional(number) : std::nullopt;
}

} // namespace farboot::rootfs
