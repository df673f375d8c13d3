#include "server/catalog/migrate.hpp"

#include "server/catalog/sql.hpp"

namespace farboot::catalog
{

namespace
{

/// Qt's SQLite driver takes one statement at a time; they end with a semicolon at the end of a line.
void execute_all(Connection& connection, std::string_view script)
{
    while (!script.empty()) {
        const auto end = std::min(script.find(";\n"), script.size());
        const auto statement = script.substr(0, end);
        if (statement.find_first_not_of(" \n") != std::string_view::npos)
            connection.execute(std::string(statement));
        script.remove_prefix(std::min(end + 2, script.size()));
    }
}

/// The statement is over when it returns: SQLite drops no table while one still reads.
std::int64_t version_of(Connection& connection)
{
    auto found = connection.run("schema-version");
    return found.next() ? number_of(found, "version") : 0;
}

} // namespace

Result<void> migrate(Connection& connection)
{
    const auto steps = migrations();
    for (const auto& [number, script] : steps) {
        Transaction transaction(connection, Transaction::Kind::write);
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
        const auto version = version_of(connection);
        if (version > steps.back().first)
            return fail("schema-newer",
                        "The database has schema {}, and this farboot-server knows schemas up to {} only: a newer "
                        "farboot-server has "
                        "used it. Install that version again.",
                        version, steps.back().first);
        if (version < number) {
            execute_all(connection, script);
            connection.execute("DELETE FROM schema_version");
            connection.execute(fmt::format("INSERT INTO schema_version (version) VALUES ({})", number));
        }
        transaction.commit();
    }
    return {};
}

} // namespace farboot::catalog
