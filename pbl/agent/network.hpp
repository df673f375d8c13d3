#pragma once

#include "rootfs/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace farboot::agent
{

/// How this PC is in the network: the network.json of docs/records.md, written by the DHCP client's script.
struct Network {
    std::string json; ///< as it was read
    std::string mac;
    std::string address; ///< "10.0.2.15/24"
    std::string gateway; ///< may be empty
    std::vector<std::string> dns;
    unsigned mtu = 0;                ///< 0: not said
    unsigned lease = 0;              ///< seconds that the address was given for; 0: not said
    std::vector<std::string> dhcp{}; ///< facts for the server, "domain=chem.example.org" (docs/rules.md)

    /// Reason: network-malformed.
    [[nodiscard]] static Result<Network> parse(std::string_view json);

    /// The handover.env of docs/records.md, without TIME.
    [[nodiscard]] std::string environment() const;
};

} // namespace farboot::agent
