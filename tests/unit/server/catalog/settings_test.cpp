#include "server/catalog/settings.hpp"

#include <gtest/gtest.h>

using farboot::catalog::DatabaseSettings;

TEST(DatabaseSettings, PostgreSqlUrls)
{
    const auto settings =
        DatabaseSettings::parse("postgresql://farboot@db.example:5433/catalog?sslmode=verify-full&connect_timeout=5");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->kind, DatabaseSettings::Kind::postgresql);
    EXPECT_EQ(settings->host, "db.example");
    EXPECT_EQ(settings->port, 5433);
    EXPECT_EQ(settings->user, "farboot");
    EXPECT_EQ(settings->name, "catalog");
    EXPECT_EQ(settings->options, "sslmode=verify-full;connect_timeout=5");
    EXPECT_EQ(DatabaseSettings::parse("postgresql:///catalog?host=/run/postgresql")->host, "/run/postgresql");
}

TEST(DatabaseSettings, SqliteUrls)
{
    const auto settings = DatabaseSettings::parse("sqlite:///var/lib/farboot/catalog.sqlite");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->kind, DatabaseSettings::Kind::sqlite);
    EXPECT_EQ(settings->name, "/var/lib/farboot/catalog.sqlite");
}

TEST(DatabaseSettings, PasswordsAndNonsenseAreRefused)
{
    for (const char* url : {"postgresql://farboot:secret@db/catalog", "mysql://db/catalog", "postgresql://db",
                            "postgresql://db/", "catalog", "", "sqlite://"}) {
        const auto settings = DatabaseSettings::parse(url);
        ASSERT_FALSE(settings) << url;
        EXPECT_EQ(settings.error().reason, "database-malformed");
        EXPECT_EQ(settings.error().sentence.find("secret"), std::string::npos);
    }
}
