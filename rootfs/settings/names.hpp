#pragma once

#include "rootfs/settings/fields.hpp"

/// Settings that are one text.
namespace farboot::settings
{

/// What the PC is called. At the server a pattern with {id}, {name}, {mac}, {location} in it, at the PC a name.
struct Hostname {
    static constexpr const char* name = "hostname";
    static constexpr std::size_t longest = 64; ///< of Linux
    std::string text;
    bool operator==(const Hostname&) const = default;
    [[nodiscard]] static Parsed<Hostname> parse(const Json& value);
    [[nodiscard]] Json to_json() const { return text; }
    [[nodiscard]] bool is_pattern() const { return text.find('{') != std::string::npos; }
};

/// "de_DE.UTF-8"
struct Locale {
    static constexpr const char* name = "locale";
    std::string text;
    bool operator==(const Locale&) const = default;
    [[nodiscard]] static Parsed<Locale> parse(const Json& value);
    [[nodiscard]] Json to_json() const { return text; }
};

/// "Europe/Berlin"
struct TimeZone {
    static constexpr const char* name = "time_zone";
    std::string text;
    bool operator==(const TimeZone&) const = default;
    [[nodiscard]] static Parsed<TimeZone> parse(const Json& value);
    [[nodiscard]] Json to_json() const { return text; }
};

} // namespace farboot::settings
