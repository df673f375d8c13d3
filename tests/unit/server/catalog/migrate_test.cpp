#include "server/catalog/migrate.hpp"

#include "server/catalog/entries.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

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

TEST_P(MigrateTest, ALostConnectionIsNoticed)
{
    EXPECT_TRUE(connection().alive());
    EXPECT_THROW(connection().execute("SELECT nonsense FROM nowhere"), DatabaseError);
    EXPECT_TRUE(connection().alive());
}
