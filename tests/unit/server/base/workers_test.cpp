#include "server/base/workers.hpp"
#include "tests/unit/server/finish.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <gtest/gtest.h>

#include <future>
#include <string>

namespace asio = boost::asio;
using farboot::server::Overloaded;
using farboot::server::Workers;
using farboot::test::finish;

namespace
{

asio::awaitable<std::string> ask(Workers& workers, std::string text)
{
    auto work = [&](std::size_t) { return text + "!"; };
    co_return co_await workers.run(work);
}

asio::awaitable<int> fail_in_work(Workers& workers)
{
    auto work = [](std::size_t) -> int { throw std::runtime_error("no"); };
    co_return co_await workers.run(work);
}

} // namespace

TEST(Workers, GiveResultsAndFailuresBack)
{
    Workers workers(2, 10);
    EXPECT_EQ(finish(ask(workers, "hello")), "hello!");
    EXPECT_THROW(finish(fail_in_work(workers)), std::runtime_error);
}

TEST(Workers, RefuseMoreThanTheyCanHold)
{
    asio::io_context io;
    std::promise<void> go;
    std::promise<void> started;
    auto waiting = go.get_future().share();
    Workers workers(1, 1);
    auto block = [&]() -> asio::awaitable<int> {
        auto work = [&](std::size_t) {
            started.set_value();
            waiting.wait();
            return 1;
        };
        co_return co_await workers.run(work);
    };
    auto running = asio::co_spawn(io, block, asio::use_future);
    io.poll();
    started.get_future().wait(); // now the thread is busy, and the queue empty
    auto queued = asio::co_spawn(io, ask(workers, "queued"), asio::use_future);
    auto refused = asio::co_spawn(io, ask(workers, "refused"), asio::use_future);
    io.poll();
    EXPECT_THROW(refused.get(), Overloaded);
    go.set_value();
    io.run();
    EXPECT_EQ(running.get(), 1);
    EXPECT_EQ(queued.get(), "queued!");
}

TEST(Workers, EndTheirThreadsOnThem)
{
    std::thread::id in_work;
    std::thread::id at_exit;
    {
        Workers workers(1, 10, [&](std::size_t) { at_exit = std::this_thread::get_id(); });
        auto work = [&](std::size_t) { return in_work = std::this_thread::get_id(); };
        auto once = [&]() -> asio::awaitable<int> {
            co_await workers.run(work);
            co_return 1;
        };
        finish(once());
    }
    EXPECT_EQ(in_work, at_exit);
    EXPECT_NE(in_work, std::this_thread::get_id());
}
