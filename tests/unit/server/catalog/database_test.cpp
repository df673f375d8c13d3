#include "server/catalog/accounts.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"
#include "tests/unit/server/catalog/postgresql.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

using namespace farboot;
using namespace farboot::catalog;
namespace asio = boost::asio;

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

    template <class Type>
    Type wait(asio::awaitable<Type> work)
    {
        asio::io_context io;
        auto future = asio::co_spawn(io, std::move(work), asio::use_future);
        io.run();
        return future.get();
    }
    bool set(const std::string& hash)
    {
        return wait(database_->write([&](Connection& connection) { return set_password(connection, "admin", hash); }))
            .has_value();
    }
    std::optional<std::string> hash()
    {
        return wait(database_->read([](Connection& connection) { return password_hash(connection, "admin"); }));
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
    EXPECT_THROW(wait(database_->write([](Connection& connection) -> Result<void> {
                     if (auto done = set_password(connection, "admin", "two"); !done)
                         return done;
                     throw std::runtime_error("in the middle");
                 })),
                 std::runtime_error);
    EXPECT_EQ(hash(), "one");
}
