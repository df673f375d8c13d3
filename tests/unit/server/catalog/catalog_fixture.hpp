#pragma once

#include "server/catalog/connection.hpp"
#include "server/catalog/database.hpp"
#include "server/catalog/migrate.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

namespace farboot::test
{

/// The same tests run on SQLite and on a real PostgreSQL.
class CatalogTest : public testing::TestWithParam<const char*>
{
protected:
    void SetUp() override;
    void TearDown() override;

    catalog::Connection& connection() { return *connection_; }

    /// As the server changes things: in a write transaction.
    template <class Work>
    auto change(Work work)
    {
        return catalog::Database::in_transaction(*connection_, work);
    }

    catalog::DatabaseSettings settings_;

private:
    std::filesystem::path folder_;
    std::unique_ptr<catalog::Connection> connection_;
};

#define FARBOOT_ON_EACH_DATABASE(Fixture)                                                                              \
    INSTANTIATE_TEST_SUITE_P(On, Fixture, testing::Values("sqlite", "postgresql"),                                     \
                             [](const auto& database) { return std::string(database.param); })

} // namespace farboot::test
