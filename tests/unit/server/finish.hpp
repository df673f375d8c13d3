#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace farboot::test
{

/// Runs a coroutine to its end; gives its result or throws what it threw.
template <class T>
T finish(boost::asio::awaitable<T> coroutine)
{
    boost::asio::io_context io;
    auto future = boost::asio::co_spawn(io, std::move(coroutine), boost::asio::use_future);
    io.run();
    return future.get();
}

} // namespace farboot::test
