#pragma once

#include "rootfs/base/error.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace farboot::server
{

/// Where the directory (LDAP, Active Directory) is, and how users and their groups are found in it (docs/users.md).
struct DirectorySettings {
    std::string url;                 ///< ldaps://host or ldap://host, with a port if it is not the usual one
    bool start_tls = false;          ///< ldap:// is encrypted before anything else is said
    std::filesystem::path ca;        ///< PEM; the authorities that the directory's certificate may be of
    std::string bind_dn;             ///< searches as this one; empty: as nobody
    std::string bind_password;       ///< from the file that the settings name
    std::string user_base;           ///< DN that users are below
    std::string user_filter;         ///< with {user}
    std::string group_base;          ///< DN that groups are below
    std::string group_filter;        ///< with {dn} or {user}
    std::string name_attribute;      ///< has the user's full name
    std::chrono::seconds timeout{5}; ///< of each step

    /// JSON. Reasons: ldap-malformed, ldap-plain (a password would go over the network unencrypted), not-found, io.
    [[nodiscard]] static Result<DirectorySettings> parse(std::string_view json);
};

} // namespace farboot::server
