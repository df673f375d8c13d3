#pragma once

#include "rootfs/settings/settings.hpp"
#include "server/net/address.hpp"
#include "server/rules/dhcp_fact.hpp"
#include "server/rules/fields.hpp"
#include "server/rules/identity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rules
{

inline constexpr std::size_t max_name = 200;
inline constexpr std::size_t max_location_keys = 1000; ///< each of subnets, MACs, UUIDs, DHCP facts
inline constexpr int max_location_depth = 16;          ///< locations from a root to the deepest
inline constexpr std::size_t max_locations = 20'000;
inline constexpr std::size_t max_location_audiences = 20;

/// A campus, building, room or seat: a place in the tree, and what its PCs are known by.
struct Location {
    std::int64_t id = 0;
    std::optional<std::int64_t> parent; ///< nothing: a root
    Text name;
    std::vector<server::Subnet> subnets;
    std::vector<Mac> macs;
    std::vector<Uuid> uuids;
    std::vector<DhcpFact> dhcp{};       ///< they choose what is shown, and no right
    std::vector<std::string> audiences; ///< whose restricted images the enrolled PCs in it, and below it, may read
    settings::Settings settings{};      ///< of the systems that its PCs boot; what is missing is inherited
    std::int64_t version = 0;           ///< grows with each change

    bool operator==(const Location&) const = default;
    [[nodiscard]] std::string etag() const;
    /// Id and version stay 0: they are not the client's.
    [[nodiscard]] static Parsed<Location> parse(std::string_view json);
    [[nodiscard]] nlohmann::json to_json() const;
};

} // namespace farboot::rules
