#include "server/catalog/users.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"
#include "tests/unit/server/catalog/postgresql.hpp"
#include "tests/unit/server/finish.hpp"

using namespace farboot;
using namespace farboot::catalog;
using farboot::test::finish;

namespace
{

/// The database as the server's coroutines use it.
class DatabaseTest : public test::CatalogTest
{
protected:
    void SetUp() override
    {
        CatalogTest::SetUp();
        if (IsSkipped())
            return;
        auto opened = Database::open(settings_);
        ASSERT_TRUE(opened) << opened.error().sentence;
        database_ = std::move(*opened);
    }

    bool set(const std::string& hash)
    {
        return finish(database_->write([&](Connection& connection) { return set_admin(connection, "admin", hash); }))
            .has_value();
    }
    std::optional<std::string> hash()
    {
        return finish(database_->read([](Connection& connection) { return password_hash(connection, "admin"); }));
    }

    std::unique_ptr<Database> database_;
};

FARBOOT_ON_EACH_DATABASE(DatabaseTest);

} // namespace

TEST_P(DatabaseTest, AServerThatWasRestartedIsConnectedAgainWithoutAnError)
{
    for (const std::string expected : {"one", "two", "three"}) {
        EXPECT_TRUE(set(expected));
        for (int i = 0; i < 4; ++i) // the reading threads in turn
            EXPECT_EQ(hash(), expected);
        if (GetParam() == std::string_view("postgresql"))
            test::PostgreSql::instance()->restart();
    }
}

TEST_P(DatabaseTest, WhatThrowsChangesNothing)
{
    ASSERT_TRUE(set("one"));
    EXPECT_THROW(finish(database_->write([](Connection& connection) -> Result<void> {
                     if (auto done = set_admin(connection, "admin", "two"); !done)
                         return std::unexpected(done.error());
                     throw std::runtime_error("in the middle");
                 })),
                 std::runtime_error);
    EXPECT_EQ(hash(), "one");
}
