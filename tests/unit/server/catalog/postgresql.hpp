#pragma once

#include "server/catalog/settings.hpp"

#include <filesystem>
#include <optional>

namespace farboot::test
{

/// A PostgreSQL server of the test's own, on a socket in a temporary folder. It ends with the program.
class PostgreSql
{
public:
    /// Nothing when PostgreSQL is not installed. Starts at the first call; throws when that fails.
    static PostgreSql* instance();
    ~PostgreSql();

    /// A fresh, empty database.
    catalog::DatabaseSettings fresh();
    /// As an admin who updates it does.
    void restart();
    /// Ends it, and brings it back.
    void stop();
    void start();

private:
    explicit PostgreSql(std::filesystem::path bin);
    int run(const std::string& command) const;

    std::filesystem::path bin_;
    std::filesystem::path folder_;
    int next_ = 0;
};

} // namespace farboot::test
