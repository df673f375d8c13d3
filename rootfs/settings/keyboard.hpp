#pragma once

#include "rootfs/settings/fields.hpp"

namespace farboot::settings
{

/// {"layout": "de", "variant": "nodeadkeys", "model": "pc105", "options": "compose:rwin"}: XKB's names, for text
/// consoles and graphical sessions.
struct Keyboard {
    static constexpr const char* name = "keyboard";
    std::string layout;
    std::string variant{};
    std::string model = "pc105";
    std::string options{};
    bool operator==(const Keyboard&) const = default;
    [[nodiscard]] static Parsed<Keyboard> parse(const Json& value);
    [[nodiscard]] Json to_json() const;
};

} // namespace farboot::settings
