#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/record/policy.hpp"

#include <filesystem>
#include <string>

namespace farboot::vmchooser
{

/// What the preboot system handed over, as far as it is for everybody: copies that farboot-session-data.service made.
struct SessionData {
    std::string server;    ///< https://…, without a slash at the end
    std::string ca_file;   ///< PEM, or empty: the system's authorities
    rootfs::Policy policy; ///< whose signatures count

    /// Reads server.json, ca.pem and policy.dsse from `folder`. Reasons: session-data (missing or malformed), and
    /// Policy::load_pinned()'s.
    [[nodiscard]] static Result<SessionData> load(const std::filesystem::path& folder);
};

/// What farboot-settings(8) says of the files that people save: they are gone when the PC is switched off. Not where it
/// has said nothing.
[[nodiscard]] bool files_vanish(const std::filesystem::path& folder);

} // namespace farboot::vmchooser
