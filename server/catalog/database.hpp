#pragma once

#include "server/base/workers.hpp"
#include "server/catalog/connection.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

namespace farboot::catalog
{

/// How much work of a sort there was, and how long it took. Waiting for a thread is not in it.
struct WorkTimes {
    std::atomic<std::uint64_t> count = 0;
    std::atomic<std::int64_t> nanoseconds = 0;
    [[nodiscard]] double seconds() const { return static_cast<double>(nanoseconds.load()) / 1e9; }
};

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

    struct Times {
        WorkTimes reads;
        WorkTimes writes;
    };
    [[nodiscard]] const Times& times() const { return times_; }

    /// Throws DatabaseError, server::Overloaded, and what `work` throws.
    template <class Work>
    boost::asio::awaitable<std::invoke_result_t<Work&, Connection&>> read(Work work)
    {
        co_return co_await readers_.run([this, work = std::move(work)](std::size_t thread) mutable {
            const Timer timer(times_.reads);
            return with_connection(reading_[thread], [&](Connection& connection) { return work(connection); });
        });
    }

    /// In a write transaction. `work` returns a Result: what it changed is undone if that is an error, or on an
    /// exception.
    template <class Work>
    boost::asio::awaitable<std::invoke_result_t<Work&, Connection&>> write(Work work)
    {
        co_return co_await writer_.run([this, work = std::move(work)](std::size_t) mutable {
            const Timer timer(times_.writes);
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
    using Clock = std::chrono::steady_clock;
    class Timer
    {
    public:
        explicit Timer(WorkTimes& into) : into_(into) {}
        ~Timer()
        {
            ++into_.count;
            into_.nanoseconds += std::chrono::nanoseconds(Clock::now() - start_).count();
        }
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;

    private:
        WorkTimes& into_;
        Clock::time_point start_ = Clock::now();
    };
    explicit Database(DatabaseSettings settings);

    template <class Work>
    std::invoke_result_t<Work&, Connection&> with_connection(Slot& slot, Work work)
    {
        if (slot && !slot->alive()) // PostgreSQL was restarted, most likely
            slot.reset();
        if (!slot)
            slot = std::make_unique<Connection>(settings_);
        try {
            return work(*slot);
        } catch (const DatabaseAway&) {
            throw;
        } catch (const DatabaseError& error) { // was the statement wrong, or the connection?
            if (slot->alive())
                throw;
            throw DatabaseAway(error.what());
        }
    }

    DatabaseSettings settings_;
    Times times_;
    Slot writing_;
    std::vector<Slot> reading_;
    server::Workers writer_; // last: their threads use all the above
    server::Workers readers_;
};

} // namespace farboot::catalog
