#pragma once

#include "rootfs/base/error.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace farboot::server
{

/// An IPv4 or IPv6 address. One of the IPv4-mapped ones (RFC 4291 section 2.5.5.2) is the IPv4 address that it means.
struct Address {
    std::array<std::uint8_t, 16> bytes{}; ///< in network order; of an IPv4 address the first four
    bool v4 = false;

    auto operator<=>(const Address&) const = default;
    [[nodiscard]] int bits() const { return v4 ? 32 : 128; }
    /// As RFC 5952 writes it.
    [[nodiscard]] std::string text() const;
    /// The address with all but the first `prefix` bits cleared.
    [[nodiscard]] Address masked(int prefix) const;

    /// Nothing for anything else than an address, such as one with a zone ("fe80::1%eth0").
    [[nodiscard]] static std::optional<Address> parse(std::string_view text);
};

/// Addresses with the same first bits.
struct Subnet {
    Address network; ///< the bits behind the prefix are clear
    int prefix = 0;

    auto operator<=>(const Subnet&) const = default;
    [[nodiscard]] bool contains(const Address& address) const;
    [[nodiscard]] std::string text() const; ///< "10.1.0.0/16"

    /// "10.1.0.0/16", "2001:db8::/32", or one address. Reason: subnet-malformed, also when bits behind the prefix are
    /// set: somebody has meant something else.
    [[nodiscard]] static Result<Subnet> parse(std::string_view text);
};

} // namespace farboot::server
