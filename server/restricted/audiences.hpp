#pragma once

#include "server/net/address.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Images that are not for everybody (docs/restricted.md).
namespace farboot::server
{

/// The audiences that restricted images are for, each with the networks whose PCs belong to it, and the tokens that
/// open their part of the store. Tokens are of the form that nginx's secure_link module checks: no state, no look-up.
class Audiences
{
public:
    /// How long a token is good.
    static constexpr std::chrono::seconds token_life{900};

    /// `secret` is what the tokens are made with.
    explicit Audiences(std::string secret) : secret_(std::move(secret)) {}

    /// As an option has it: "exam=10.1.0.0/16,2001:db8::/32", or the name alone for an audience of no network; the
    /// networks of a name that comes again are added.
    /// Reasons: usage, subnet-malformed.
    [[nodiscard]] Result<void> add(std::string_view option);

    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] bool knows(std::string_view audience) const { return networks_.contains(audience); }
    /// Those that a PC with this address belongs to; nothing: none.
    [[nodiscard]] std::vector<std::string> of(const std::optional<Address>& address) const;
    /// May the PC with this address read what is for this audience? The empty audience is everybody.
    [[nodiscard]] bool admits(std::string_view audience, std::string_view client) const;

    /// "<MD5 in base64url>,<seconds since 1970 when it ends>".
    [[nodiscard]] std::string token(std::string_view audience, std::chrono::sys_seconds now) const;
    [[nodiscard]] bool accepts(std::string_view audience, std::string_view token, std::chrono::sys_seconds now) const;

private:
    [[nodiscard]] std::string check_value(std::string_view audience, std::string_view until) const;

    std::string secret_;
    std::map<std::string, std::vector<Subnet>, std::less<>> networks_;
};

} // namespace farboot::server
