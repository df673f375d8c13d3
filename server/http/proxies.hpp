#pragma once

#include "server/net/address.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace farboot::server::http
{

/// The proxies in front of the server. What others say in X-Forwarded-For does not count.
class Proxies
{
public:
    Proxies() = default; ///< none
    explicit Proxies(std::vector<Subnet> subnets) : subnets_(std::move(subnets)) {}

    [[nodiscard]] bool contains(std::string_view address) const;
    /// Who asks, when `peer` has connected and sent these X-Forwarded-For, in order: each proxy adds at the end who has
    /// connected to it, so that the last address that is no proxy's is the client's. What stands before it may be
    /// anybody's invention.
    [[nodiscard]] std::string client(std::string_view peer, const std::vector<std::string_view>& forwarded) const;

private:
    std::vector<Subnet> subnets_;
};

} // namespace farboot::server::http
