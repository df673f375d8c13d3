#pragma once

#include "rootfs/settings/fields.hpp"

namespace farboot::settings
{

/// {"name": "hall", "uri": "ipp://print.example.org/printers/hall", "description": "Entrance hall", "default": true}: a
/// printer, or a print server's queue, that speaks IPP, for which CUPS needs no driver.
struct Printer {
    std::string name;
    std::string uri;
    std::string description{};
    bool is_default = false;
    bool operator==(const Printer&) const = default;
    [[nodiscard]] static Parsed<Printer> parse(const Json& value);
    [[nodiscard]] Json to_json() const;
};

struct Printers {
    static constexpr const char* name = "printers";
    std::vector<Printer> list;
    bool operator==(const Printers&) const = default;
    [[nodiscard]] static Parsed<Printers> parse(const Json& value);
    [[nodiscard]] Json to_json() const { return list_json(list); }
};

} // namespace farboot::settings
