#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace farboot::rules
{

inline constexpr std::size_t max_dhcp_facts = 8;  ///< of a PC
inline constexpr std::size_t max_dhcp_value = 64; ///< characters

/// What a network's DHCP server has told a PC, such as "domain=chem.example.org" (docs/rules.md). It is the PC's word.
struct DhcpFact {
    std::string bytes; ///< name, "=", value

    auto operator<=>(const DhcpFact&) const = default;
    [[nodiscard]] const std::string& text() const { return bytes; }

    /// Of two that lead to places, the higher one is the more exact: server, domain, option, hostname.
    [[nodiscard]] int exactness() const;

    /// domain, hostname (RFC 2132, 15 and 12; lower case), server (54, an IPv4 address), or option-224 … option-227
    /// (RFC 3942, for a site's own use). Nothing for any other name or value.
    [[nodiscard]] static std::optional<DhcpFact> parse(std::string_view text);
};

} // namespace farboot::rules
