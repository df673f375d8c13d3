#pragma once

#include "server/base/workers.hpp"
#include "server/catalog/connection.hpp"

#include <memory>
#include <type_traits>
#include <vector>

namespace farboot::catalog
{

/// The catalog's database: threads that each own one connection, one for changes and some for reading.
/// Work gets a Connection&, runs on such a thread, and must not keep anything of the connection.
class Database
{
public:
    /// Connects and migrates. Reasons: database (cannot be used), schema-newer.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const DatabaseSettings& settings);
    /// Ends the threads once their queues are done: whatever awaits them must still exist.
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Throws DatabaseError, server::Overloaded, and what `work` throws.
    template <class Work>
    boost::asio::awaitable<std::invoke_result_t<Work&, Connection&>> read(Work work)
    {
        co_return co_await readers_.run([this, work = std::move(work)](std::size_t thread) mutable {
            return with_connection(reading_[thread], [&](Connection& connection) { return work(connection); });
        });
    }

    /// In a write transaction. `work` returns a Result: what it changed is undone if that is an error, or on an
    /// exception.
    template <class Work>
    boost::asio::awaitable<std::invoke_result_t<Work&, Connection&>> write(Work work)
    {
        co_return co_await writer_.run([this, work = std::move(work)](std::size_t) mutable {
            return with_connection(writing_, [&](Connection& connection) { return in_transaction(connection, work); });
        });
    }

    /// The same for programs without coroutines.
    template <class Work>
    static std::invoke_result_t<Work&, Connection&> in_transaction(Connection& connection, Work& work)
    {
        Transaction transaction(connection, Transaction::Kind::write);
        auto result = work(connection);
        if (result)
            transaction.commit();
        return result;
    }

private:
    using Slot = std::unique_ptr<Connection>;
    explicit Database(DatabaseSettings settings);

    template <class Work>
    std::invoke_result_t<Work&, Connection&> with_connection(Slot& slot, Work work)
    {
        if (slot && !slot->alive()) // PostgreSQL was restarted, most likely
            slot.reset();
        if (!slot)
            slot = std::make_unique<Connection>(settings_);
        return work(*slot);
    }

    DatabaseSettings settings_;
    Slot writing_;
    std::vector<Slot> reading_;
    server::Workers writer_; // last: their threads use all the above
    server::Workers readers_;
};

} // namespace farboot::catalog
