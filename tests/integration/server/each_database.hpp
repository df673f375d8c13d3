#pragma once

#include "tests/integration/server/server_process.hpp"
#include "tests/unit/server/catalog/postgresql.hpp"

#include <fmt/format.h>

#include <string_view>

namespace farboot::test
{

/// The server on SQLite, and on a PostgreSQL of the test's own.
class EachDatabase : public ServerTest, public testing::WithParamInterface<const char*>
{
protected:
    static bool on_postgresql() { return GetParam() == std::string_view("postgresql"); }
    void SetUp() override
    {
        if (on_postgresql()) {
            if (!PostgreSql::instance())
                GTEST_SKIP() << "PostgreSQL is not installed";
            init_options_ = {"--database", fresh_postgresql_url()};
        }
        ServerTest::SetUp();
    }
};

} // namespace farboot::test

#define FARBOOT_ON_EACH_SERVER(Name)                                                                                   \
    INSTANTIATE_TEST_SUITE_P(On, Name, testing::Values("sqlite", "postgresql"),                                        \
                             [](const auto& each) { return std::string(each.param); })
