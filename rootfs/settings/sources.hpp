#pragma once

#include "rootfs/settings/fields.hpp"

namespace farboot::settings
{

/// ["https://cache.example.org/store"]: stores that PCs of the location ask first, in this order, before the server's
/// own. They are part of the menu (docs/http-api.md), so that the preboot system has them, too, and not of what a
/// booted system is set to.
struct Sources {
    static constexpr const char* name = "sources";
    /// With the server's own no more than a menu may have.
    static constexpr std::size_t most = 8;
    std::vector<std::string> list;
    bool operator==(const Sources&) const = default;
    [[nodiscard]] static Parsed<Sources> parse(const Json& value);
    [[nodiscard]] Json to_json() const { return list; }
};

} // namespace farboot::settings
