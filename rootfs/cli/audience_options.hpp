#pragma once

#include "rootfs/base/error.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace farboot::rootfs
{

/// What the command line says of a location's audiences, on top of what a file says.
struct AudienceOptions {
    std::vector<std::string> added;
    std::vector<std::string> removed;

    [[nodiscard]] bool empty() const { return added.empty() && removed.empty(); }
    /// Changes the location's member `audiences`. Reason: usage (it has one that is no list; one that is to be removed
    /// is not there).
    [[nodiscard]] Result<void> apply(nlohmann::json& location) const;
};

/// --audience, and --remove-audience where there is something to remove from.
void add_audience_options(CLI::App& command, AudienceOptions& options, bool removing);

} // namespace farboot::rootfs
