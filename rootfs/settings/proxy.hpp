#pragma once

#include "rootfs/settings/fields.hpp"

namespace farboot::settings
{

/// {"url": "http://proxy.example.org:3128", "except": ["localhost", ".example.org"]}; {"url": null}: none.
struct Proxy {
    static constexpr const char* name = "proxy";
    std::string url; ///< empty: no proxy
    std::vector<std::string> except{};
    bool operator==(const Proxy&) const = default;
    [[nodiscard]] static Parsed<Proxy> parse(const Json& value);
    [[nodiscard]] Json to_json() const;
};

} // namespace farboot::settings
