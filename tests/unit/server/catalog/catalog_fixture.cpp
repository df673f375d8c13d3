#include "tests/unit/server/catalog/catalog_fixture.hpp"

#include "tests/unit/server/catalog/postgresql.hpp"

#include <QCoreApplication>

#include <string_view>
#include <unistd.h>

namespace farboot::test
{

namespace
{

/// Qt loads its database drivers through the application object.
class Application : public testing::Environment
{
    int argc_ = 1;
    char name_[8] = "catalog";
    char* argv_[2] = {name_, nullptr};
    QCoreApplication application_{argc_, argv_};
};
const auto* const application = testing::AddGlobalTestEnvironment(new Application);

} // namespace

void CatalogTest::SetUp()
{
    std::string pattern = "/tmp/farboot-catalog-XXXXXX";
    ASSERT_TRUE(::mkdtemp(pattern.data()));
    folder_ = pattern;
    if (GetParam() == std::string_view("sqlite")) {
        settings_ = catalog::DatabaseSettings::sqlite(folder_ / "catalog.sqlite");
    } else {
        auto* server = PostgreSql::instance();
        if (!server)
            GTEST_SKIP() << "PostgreSQL is not installed";
        settings_ = server->fresh();
    }
    connection_ = std::make_unique<catalog::Connection>(settings_);
    const auto migrated = catalog::migrate(*connection_);
    ASSERT_TRUE(migrated) << migrated.error().sentence;
}

void CatalogTest::TearDown()
{
    connection_.reset();
    std::filesystem::remove_all(folder_);
}

} // namespace farboot::test
