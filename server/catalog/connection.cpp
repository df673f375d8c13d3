#include "server/catalog/connection.hpp"

#include "server/catalog/sql.hpp"

#include <QSqlError>

#include <atomic>

namespace farboot::catalog
{

namespace
{

constexpr std::string_view connecting = "connecting";

QString fresh_name()
{
    static std::atomic<int> next = 0;
    return QStringLiteral("farboot-%1").arg(next++);
}

[[noreturn]] void failed(std::string_view what, const QSqlError& error)
{
    const auto sentence = fmt::format("The database failed at {}: {}", what, error.text().trimmed().toStdString());
    if (what == connecting)
        throw DatabaseAway(sentence);
    const auto code = error.nativeErrorCode();
    // SQLite's SQLITE_FULL, and PostgreSQL's SQLSTATE disk_full
    if (code == QLatin1String("13") || code == QLatin1String("53100"))
        throw DatabaseFull(sentence);
    throw DatabaseError(sentence);
}

} // namespace

DatabaseAway::DatabaseAway(const std::string& what)
    : DatabaseError(what),
      Unavailable{"database-away",
                  "The server's database cannot be reached at the moment: try again in a little while.", what}
{
}

DatabaseFull::DatabaseFull(const std::string& what)
    : DatabaseError(what),
      Unavailable{"disk-full",
                  "The disk of the server's database is full: nothing was changed. An admin must make room.", what}
{
}

Connection::Connection(const DatabaseSettings& settings)
    : sqlite_(settings.kind == DatabaseSettings::Kind::sqlite), name_(fresh_name())
{
    database_ = QSqlDatabase::addDatabase(sqlite_ ? QStringLiteral("QSQLITE") : QStringLiteral("QPSQL"), name_);
    database_.setDatabaseName(QString::fromStdString(settings.name));
    if (sqlite_) {
        database_.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=10000"));
    } else {
        database_.setHostName(QString::fromStdString(settings.host));
        if (settings.port)
            database_.setPort(settings.port);
        database_.setUserName(QString::fromStdString(settings.user));
        database_.setConnectOptions(QString::fromStdString(settings.options));
    }
    try {
        if (!database_.open())
            failed(connecting, database_.lastError());
        if (sqlite_) {
            execute("PRAGMA journal_mode = WAL");
            execute("PRAGMA synchronous = FULL"); // what was acknowledged survives a power cut
            execute("PRAGMA foreign_keys = ON");
        } else {
            execute("SET client_min_messages = warning"); // libpq prints the others to the standard error
        }
    } catch (...) {
        database_ = {};
        QSqlDatabase::removeDatabase(name_);
        throw;
    }
}

Connection::~Connection()
{
    database_.close();
    database_ = {};
    QSqlDatabase::removeDatabase(name_);
}

QSqlQuery Connection::run(std::string_view name, std::initializer_list<Value> values)
{
    QSqlQuery query(database_);
    query.setForwardOnly(true);
    const auto text = sql(name);
    if (!query.prepare(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()))))
        failed(name, query.lastError());
    for (const auto& [placeholder, content] : values)
        query.bindValue(QString::fromLatin1(placeholder), content);
    if (!query.exec())
        failed(name, query.lastError());
    return query;
}

void Connection::execute(const std::string& statement)
{
    QSqlQuery query(database_);
    if (!query.exec(QString::fromStdString(statement)))
        failed(statement, query.lastError());
}

bool Connection::alive()
{
    if (sqlite_)
        return true;
    QSqlQuery query(database_);
    return query.exec(QStringLiteral("SELECT 1"));
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection)
{
    if (connection.is_sqlite()) {
        connection.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
        return;
    }
    connection.execute(kind == Kind::write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (kind == Kind::write) {
        try {
            connection.execute("SELECT pg_advisory_xact_lock(1178686033)"); // any number, the same in all servers
        } catch (...) {
            connection.execute("ROLLBACK");
            throw;
        }
    }
}

Transaction::~Transaction()
{
    if (!open_)
        return;
    try {
        connection_.execute("ROLLBACK");
    } catch (const DatabaseError&) { // the connection is gone, and the transaction with it
    }
}

void Transaction::commit()
{
    connection_.execute("COMMIT");
    open_ = false;
}

QVariant value(std::string_view text)
{
    return text.empty() ? QString(QLatin1String(""))
                        : QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

std::string text_of(const QSqlQuery& query, const char* column)
{
    return query.value(QString::fromLatin1(column)).toString().toStdString();
}

std::int64_t number_of(const QSqlQuery& query, const char* column)
{
    return query.value(QString::fromLatin1(column)).toLongLong();
}

} // namespace farboot::catalog
