#include "server/catalog/migrate.hpp"

#include "rootfs/base/digest.hpp"
#include "server/catalog/entries.hpp"
#include "server/catalog/grants.hpp"
#include "server/catalog/locations.hpp"
#include "server/catalog/tokens.hpp"
#include "server/catalog/users.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"
#include "tests/unit/server/catalog/postgresql.hpp"

using namespace farboot;
using namespace farboot::catalog;

namespace
{

class MigrateTest : public test::CatalogTest
{
protected:
    /// Makes the third step's database of the newest one's.
    void undo_users()
    {
        connection().execute("DROP TABLE upload");
        connection().execute("ALTER TABLE pc_session DROP COLUMN proven_key");
        connection().execute("ALTER TABLE pc DROP COLUMN dhcp");
        connection().execute("ALTER TABLE location DROP COLUMN settings");
        connection().execute("DROP TABLE series");
        connection().execute("ALTER TABLE record DROP COLUMN state");
        connection().execute("ALTER TABLE entry DROP COLUMN offering");
        connection().execute("ALTER TABLE entry DROP COLUMN tags");
        connection().execute("ALTER TABLE entry DROP COLUMN group_de");
        connection().execute("ALTER TABLE entry DROP COLUMN group_en");
        for (const char* table : {"event", "job_pc", "job"})
            connection().execute(std::string("DROP TABLE ") + table);
        for (const char* table : {"favourite", "pc_login", "pc_person", "audit", "access_token", "session",
                                  "role_grant", "role", "member", "person_group", "person"})
            connection().execute(std::string("DROP TABLE ") + table);
        connection().execute("DELETE FROM counter WHERE name IN ('user', 'group', 'role', 'token', 'audit', "
                             "'job', 'event', 'upload')");
        connection().execute("CREATE TABLE account (name TEXT PRIMARY KEY, password_hash TEXT NOT NULL)");
        connection().execute("CREATE TABLE session (hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account "
                             "(name), csrf TEXT NOT NULL, expires BIGINT NOT NULL)");
        connection().execute(
            "CREATE TABLE token (name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, created BIGINT NOT NULL)");
        connection().execute("UPDATE schema_version SET version = 3");
    }
};
FARBOOT_ON_EACH_DATABASE(MigrateTest);

} // namespace

TEST_P(MigrateTest, IsDoneOnce)
{
    const auto before = revision(connection());
    EXPECT_TRUE(migrate(connection()));
    EXPECT_EQ(revision(connection()), before);
}

TEST_P(MigrateTest, TheFirstSchemasEntriesAreKept)
{
    Entry entry;
    entry.kind = "system";
    entry.record = {"boot", "debian"};
    entry.title = {"", "Debian"};
    entry.icon = "desktop";
    const auto made = change([&](Connection& each) { return create_entry(each, entry); });
    undo_users();
    for (const char* table : {"pc_trace", "pc_command", "pc_boot", "pc_boot_token", "pc_session", "pc", "secret",
                              "rule_use", "rule", "hardware_class", "location_key", "location"})
        connection().execute(std::string("DROP TABLE ") + table);
    connection().execute("DELETE FROM counter WHERE name IN ('location', 'hardware', 'rule', 'pc', 'pc-boot', "
                         "'pc-command', 'pc-trace')");
    connection().execute("UPDATE schema_version SET version = 1");
    const auto migrated = migrate(connection());
    ASSERT_TRUE(migrated) << migrated.error().sentence;
    EXPECT_EQ(list_entries(connection()), (std::vector{*made}));
    rules::Location room;
    room.name.en = "Room";
    EXPECT_EQ(change([&](Connection& each) { return create_location(each, room); })->id, 1);
}

TEST_P(MigrateTest, AdminsBecomeUsersWithAllRightsAndTokensTheServersOwn)
{
    undo_users();
    connection().execute("INSERT INTO account (name, password_hash) VALUES ('zoe', 'z'), ('admin', 'a')");
    connection().execute("INSERT INTO session (hash, account, csrf, expires) VALUES ('h', 'zoe', 'c', 1)");
    connection().execute(fmt::format("INSERT INTO token (name, hash, created) VALUES ('ci', '{}', 7)",
                                     sha256(as_bytes("secret")).hex()));
    const auto migrated = migrate(connection());
    ASSERT_TRUE(migrated) << migrated.error().sentence;
    EXPECT_EQ(password_hash(connection(), "zoe"), "z");
    for (const auto& user : list_users(connection()))
        EXPECT_TRUE(rights_of_user(connection(), user.id).everywhere(people::Right::manage_users)) << user.name;
    const auto token = token_of_secret(connection(), "secret", {});
    ASSERT_TRUE(token);
    EXPECT_EQ(token->name, "ci");
    EXPECT_FALSE(token->user);
    EXPECT_TRUE(token->scope.everywhere(people::Right::manage_users));
    EXPECT_EQ(change([](Connection& each) { return set_admin(each, "new", "x"); })->id, 3);
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
