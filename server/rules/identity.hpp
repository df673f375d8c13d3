#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace farboot::rules
{

/// A network card's address.
struct Mac {
    std::array<std::uint8_t, 6> bytes{};

    auto operator<=>(const Mac&) const = default;
    [[nodiscard]] std::string text() const; ///< "52:54:00:12:34:56"

    /// Colons or dashes, either case. Nothing for what is no card's: all zero, or one of a group (IEEE 802).
    [[nodiscard]] static std::optional<Mac> parse(std::string_view text);
};

/// A PC's UUID, as its firmware has it (SMBIOS type 1).
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const Uuid&) const = default;
    [[nodiscard]] std::string text() const;

    /// RFC 9562's form, either case. Nothing for those that vendors have put into many PCs, which name none.
    [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
};

} // namespace farboot::rules
