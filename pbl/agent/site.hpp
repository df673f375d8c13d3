#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/record/policy.hpp"

#include <filesystem>
#include <string>

namespace farboot::agent
{

/// What the preboot system was built with: where its server is, and whom it trusts.
struct Site {
    std::string server;   ///< "https://…", without a slash at the end
    std::string language; ///< "de" or "en"
    std::string ca_file;  ///< path of the PEM file
    std::string ca;       ///< its content
    std::string policy_envelope;
    rootfs::Policy policy;

    /// Reads site.json, ca.pem and policy.dsse of a folder. Reason: site-malformed, naming the file.
    [[nodiscard]] static Result<Site> load(const std::filesystem::path& folder);
};

} // namespace farboot::agent
