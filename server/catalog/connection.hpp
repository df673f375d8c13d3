#pragma once

#include "server/base/unavailable.hpp"
#include "server/catalog/settings.hpp"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QVariant>

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace farboot::catalog
{

/// The database did not do what it must. Nothing that a caller could repair.
struct DatabaseError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The database cannot be reached, or its disk is full: that may be over soon.
struct DatabaseAway : DatabaseError, server::Unavailable {
    explicit DatabaseAway(const std::string& what);
};
struct DatabaseFull : DatabaseError, server::Unavailable {
    explicit DatabaseFull(const std::string& what);
};

/// One connection to the database. It belongs to the thread that made it, as Qt demands.
class Connection
{
public:
    using Value = std::pair<const char*, QVariant>; ///< ":name" and what to put there

    /// Throws DatabaseError.
    explicit Connection(const DatabaseSettings& settings);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs sql/<name>.sql. Throws DatabaseError.
    QSqlQuery run(std::string_view name, std::initializer_list<Value> values = {});
    /// Runs a statement that is not a file: transactions and settings. Throws DatabaseError.
    void execute(const std::string& statement);

    [[nodiscard]] bool is_sqlite() const { return sqlite_; }
    /// False when the connection is lost and must be made anew. Asks a PostgreSQL server; a file is not lost.
    [[nodiscard]] bool alive();

private:
    bool sqlite_;
    QString name_;
    QSqlDatabase database_;
};

/// A transaction: rolled back unless committed. There is one writer at a time in all servers of the database, on
/// PostgreSQL by an advisory lock: changes to a catalog are rare, and numbers and revisions then need no thought.
class Transaction
{
public:
    enum class Kind {
        read, ///< sees one state of the database
        write
    };
    Transaction(Connection& connection, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Connection& connection_;
    bool open_ = true;
};

[[nodiscard]] QVariant value(std::string_view text);
[[nodiscard]] inline QVariant value(std::int64_t number)
{
    return QVariant::fromValue<qlonglong>(number);
}
[[nodiscard]] std::string text_of(const QSqlQuery& query, const char* column);
[[nodiscard]] std::int64_t number_of(const QSqlQuery& query, const char* column);

} // namespace farboot::catalog
