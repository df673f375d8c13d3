#pragma once

#include "server/net/address.hpp"
#include "server/rules/dhcp_fact.hpp"
#include "server/rules/hardware.hpp"
#include "server/rules/identity.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace farboot::rules
{

enum class Kind { system, vm };

/// What is known of a PC. Only the address is not its own word; of an enrolled one, MAC and UUID are those that an
/// admin has seen when he confirmed its key.
struct Pc {
    std::optional<server::Address> address;
    std::optional<Mac> mac;
    std::optional<Uuid> uuid;
    Hardware hardware;
    std::set<DhcpFact> dhcp{};          ///< at most max_dhcp_facts
    std::vector<std::string> audiences; ///< that it belongs to, by its address
    bool enrolled = false;              ///< it has proven who it is: it also belongs to its locations' audiences
};

/// Whom the PC says to have before it.
struct User {
    std::string name; ///< empty: nobody has logged in
    std::vector<std::string> groups;
};

/// "What does this PC show to this user at this time?"
struct Question {
    Kind kind = Kind::system; ///< the boot menu has systems, the session's menu virtual machines
    Pc pc;
    User user;
    std::chrono::sys_seconds time{};
};

} // namespace farboot::rules
