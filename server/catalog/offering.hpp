#pragma once

#include "server/rules/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace farboot::catalog
{

/// How much of something a virtual machine is to have; what is left out is the record's, or the PC's, matter.
struct Amount {
    std::optional<std::uint64_t> min{};
    std::optional<std::uint64_t> wanted{};
    std::optional<std::uint64_t> percent{}; ///< of what the PC has; not beside `wanted`
    bool operator==(const Amount&) const = default;
};

/// What a virtual machine is given to run after somebody has logged in.
struct Script {
    std::string name;
    std::string interpreter = "sh"; ///< sh, powershell, cmd
    std::string text;
    bool operator==(const Script&) const = default;
};

inline constexpr std::size_t max_script_bytes = 64 << 10;
/// Of all entries: each menu of a session has the scripts of all that it shows.
inline constexpr std::size_t max_all_scripts_bytes = 256 << 10;

/// How an entry offers a virtual machine (docs/http-api.md, Offering). Place, time and audience are the rules'.
struct Offering {
    std::optional<std::uint64_t> version{}; ///< of the record; without it: what its series offers
    Amount memory_mib{};
    Amount cpus{};
    std::string network = "user"; ///< user, none
    bool sound = true;
    bool usb = false;
    bool clipboard = true;
    std::string home = "none"; ///< none, read, write
    bool exam = false;
    std::optional<Script> script{}; ///< for machines whose records take scripts

    bool operator==(const Offering&) const = default;
    /// Null and a missing member are an offering of nothing special. Members that are not known are refused.
    [[nodiscard]] static rules::Parsed<Offering> parse(const nlohmann::json& entry);
    [[nodiscard]] nlohmann::json to_json() const;
};

} // namespace farboot::catalog
