#include "server/catalog/migrate.hpp"

#include "server/catalog/entries.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"
#include "tests/unit/server/catalog/postgresql.hpp"

using namespace farboot;
using namespace farboot::catalog;

namespace
{

class MigrateTest : public test::CatalogTest
{
};
FARBOOT_ON_EACH_DATABASE(MigrateTest);

} // namespace

TEST_P(MigrateTest, IsDoneOnce)
{
    const auto before = revision(connection());
    EXPECT_TRUE(migrate(connection()));
    EXPECT_EQ(revision(connection()), before);
}

TEST_P(MigrateTest, ANewerSchemaIsRefused)
{
    connection().execute("UPDATE schema_version SET version = 1000");
    const auto result = migrate(connection());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, "schema-newer");
    EXPECT_EQ(Database::open(settings_).error().reason, "schema-newer");
}

TEST_P(MigrateTest, AFailedStatementDoesNotEndTheConnection)
{
    EXPECT_THROW(connection().execute("SELECT nonsense FROM nowhere"), DatabaseError);
    EXPECT_TRUE(connection().alive());
}

TEST(Connection, ALostOneIsNoticed)
{
    auto* server = test::PostgreSql::instance();
    if (!server)
        GTEST_SKIP() << "PostgreSQL is not installed";
    const auto settings = server->fresh();
    Connection connection(settings);
    Connection other(settings);
    EXPECT_TRUE(connection.alive());
    other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid "
                  "<> pg_backend_pid()");
    EXPECT_FALSE(connection.alive());
    EXPECT_TRUE(other.alive());
}
