#pragma once

#include "rootfs/base/error.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace farboot::rootfs
{

/// What the command line says of a location's settings (docs/settings.md), on top of what a file says.
struct SettingOptions {
    std::vector<std::string> set; ///< "name=value"; the value is JSON, a text, or @ and a file with JSON
    std::vector<std::string> unset;
    std::string login_ca; ///< a file of certificates

    [[nodiscard]] bool empty() const { return set.empty() && unset.empty() && login_ca.empty(); }
    /// Changes the location's member `settings`. Reasons: usage (no name, not set, no log-in for the certificates),
    /// json-malformed, those of read_file().
    [[nodiscard]] Result<void> apply(nlohmann::json& location) const;
};

/// --set and --login-ca, and --unset where there is something to remove.
void add_setting_options(CLI::App& command, SettingOptions& options, bool removing);

} // namespace farboot::rootfs
