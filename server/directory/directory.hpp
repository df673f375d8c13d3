#pragma once

#include "server/directory/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace farboot::server
{

/// Reads the settings from a file; its errors name it. Reasons: those of DirectorySettings::parse(), and of reading a
/// file.
[[nodiscard]] Result<DirectorySettings> read_directory_settings(const std::filesystem::path& file);

/// A directory that users log in with. Its functions block for up to some time-outs: not on a thread that serves
/// requests.
class Directory
{
public:
    /// Call it before threads start: libldap's own settings files are switched off in the environment, so that the
    /// settings are all that counts.
    explicit Directory(DirectorySettings settings);

    struct Person {
        std::string dn;
        std::string full_name;
        std::vector<std::string> groups; ///< normal_dn() of each group that he is in
    };
    /// Finds the user and tries the password. Reasons: login-wrong (no such user, several, or another password),
    /// directory-unreachable.
    [[nodiscard]] Result<Person> log_in(std::string_view user, std::string_view password) const;

private:
    DirectorySettings settings_;
};

} // namespace farboot::server
