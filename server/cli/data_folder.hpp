#pragma once

#include "server/catalog/connection.hpp"
#include "server/trust/authority.hpp"
#include "server/trust/online_key.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace farboot::server::cli
{

/// The folder with all that a server keeps: database, keys, certificates. Only its owner may look into it.
struct DataFolder {
    std::filesystem::path path;

    /// From the file DATA/database, or DATA/catalog.sqlite. Reason: database-malformed.
    [[nodiscard]] Result<catalog::DatabaseSettings> database() const;
    [[nodiscard]] std::filesystem::path password_file() const { return path / "initial-admin-password"; }
};

struct PrepareOptions {
    std::filesystem::path data;
    std::vector<std::string> names; ///< more names for the certificate
    std::string database;           ///< URL, kept in DATA/database; empty: as before
};

/// What prepare() has found or made.
struct Prepared {
    DataFolder folder;
    catalog::DatabaseSettings database;
    Authority authority;
    OnlineKey online_key;
    std::string store_secret; ///< tokens for restricted images are made with it
    std::string pc_secret;    ///< challenges for PCs are made with it
    bool new_admin = false;   ///< the password file was written just now
};

/// Makes whatever is missing of a data folder, and leaves alone what is there.
[[nodiscard]] Result<Prepared> prepare(const PrepareOptions& options);

} // namespace farboot::server::cli
