#pragma once

#include "pbl/agent/system.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::agent
{

/// A program that runs beside the agent: its output comes line by line, its end is told.
class Service
{
public:
    using OnLine = std::function<void(std::string_view)>;
    using OnExit = std::function<void(int status)>;

    Service(boost::asio::io_context& loop, System& system);
    /// Asks a running program to end, and does not wait.
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// `on_line` may be empty: the output is not wanted. `on_exit` is called once, from the event loop. Reason:
    /// program-failed.
    [[nodiscard]] Result<void> start(const std::vector<std::string>& argv, OnLine on_line, OnExit on_exit);
    [[nodiscard]] bool running() const;
    /// Asks the program to end; `on_exit` follows.
    void terminate();

private:
    struct Run;
    static void read_lines(const std::shared_ptr<Run>& run);
    static void wait_for_end(const std::shared_ptr<Run>& run);

    boost::asio::io_context& loop_;
    System& system_;
    std::shared_ptr<Run> run_;
};

} // namespace farboot::agent
