#pragma once

#include "rootfs/base/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace farboot::vmchooser
{

/// How much of something a machine is to have. Nothing that is left out is asked for: the record's wish counts.
struct Amount {
    std::optional<std::uint64_t> min{};     ///< less is not worth a start
    std::optional<std::uint64_t> wanted{};  ///< instead of the record's wish
    std::optional<std::uint64_t> percent{}; ///< 1 … 100: of what the PC has, instead of `wanted`
    bool operator==(const Amount&) const = default;
};

enum class HomeShare : std::uint8_t { none, read, write };

/// What the guest is given to run; the PC itself never does. It is not signed.
struct Script {
    std::string name;
    std::string file; ///< how it is called on its medium: script.sh, script.ps1, script.cmd
    std::string text; ///< at most 64 KiB
    bool operator==(const Script&) const = default;
};

/// How the server offers a machine (docs/http-api.md, Offering). It is not signed: the plan of the domain takes it as a
/// choice within what record, PC and the options of this program allow.
struct Offering {
    std::optional<std::uint64_t> version{}; ///< of the record; without it: what the series offers
    Amount memory_mib{};
    Amount cpus{};
    bool network = true;
    bool sound = true;
    bool usb = false;      ///< USB devices that are plugged in can be handed to the machine
    bool clipboard = true; ///< copy and paste, and files dropped on the machine's picture
    HomeShare home = HomeShare::none;
    bool exam = false; ///< none of usb, clipboard and home, whatever else is said
    std::optional<Script> script{};

    bool operator==(const Offering&) const = default;
    /// Of a menu's entry; null is an offering of nothing special. Members that nobody knows are passed over. Reason:
    /// menu-malformed.
    [[nodiscard]] static Result<Offering> parse(const nlohmann::json& value);
};

} // namespace farboot::vmchooser
