#pragma once

#include "rootfs/settings/fields.hpp"

namespace farboot::settings
{

/// Where users' files are:
///
///     {"kind": "nfs", "server": "nas.example.org", "path": "/export/home"}: mounted at /home
///     {"kind": "cifs", "server": "files.example.org", "share": "{user}$", "domain": "EXAMPLE"}: a share for each user,
///         opened with the password that he logs in with
///     {"kind": "none"}: in the PC's memory, and gone when it is switched off
struct Home {
    static constexpr const char* name = "home";
    enum class Kind { none, nfs, cifs };
    Kind kind = Kind::none;
    std::string server{};
    std::string path{};   ///< of nfs
    std::string share{};  ///< of cifs; {user} is the user's name
    std::string domain{}; ///< of cifs; may be empty
    bool operator==(const Home&) const = default;
    [[nodiscard]] static Parsed<Home> parse(const Json& value);
    [[nodiscard]] Json to_json() const;
    /// "nfs"
    [[nodiscard]] const char* kind_name() const;
};

} // namespace farboot::settings
