#pragma once

#include "rootfs/base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace farboot::catalog
{

/// Where the catalog's database is.
struct DatabaseSettings {
    enum class Kind { sqlite, postgresql };
    Kind kind = Kind::sqlite;
    std::string name;    ///< SQLite: the file; PostgreSQL: the database
    std::string host;    ///< a name, an address, or a folder with the server's socket
    int port = 0;        ///< 0: the default
    std::string user;    ///< empty: the system's user
    std::string options; ///< for libpq, "sslmode=verify-full;…"

    /// "postgresql://user@host:port/name?sslmode=verify-full" or "sqlite:///path". A password in it is refused, because
    /// whoever may list processes would see it: libpq finds passwords in ~/.pgpass (PGPASSFILE). Reason:
    /// database-malformed.
    [[nodiscard]] static Result<DatabaseSettings> parse(std::string_view url);
    [[nodiscard]] static DatabaseSettings sqlite(const std::filesystem::path& file);
};

} // namespace farboot::catalog
