#pragma once

#include "pbl/agent/pc_hello.hpp"
#include "pbl/agent/server_api.hpp"
#include "pbl/agent/site.hpp"
#include "pbl/agent/stage_log.hpp"
#include "pbl/agent/worker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace farboot::agent
{

/// Tells the server from time to time that this PC is in its menu, and brings what an admin wants of it (docs/pcs.md).
/// All functions are called from the event loop's thread. What fails is tried again at the next time, and nothing else
/// depends on it.
class Reporter
{
public:
    struct Events {
        std::function<void(PcCommand)> command; ///< the PC is to do this
        std::function<void()> hello;            ///< the server wants to meet this PC anew
    };

    Reporter(boost::asio::io_context& loop, StageLog& log, const Site& site, Events events);

    /// A hello has been answered; without a session there is nothing to tell. True: a command came along, and has been
    /// passed on.
    bool begin(const Registered& registered);
    /// Reports at once that the PC is in its menu (again).
    void in_menu();
    /// Reports that the PC goes off, and calls `then` when that is done or takes too long. `ending`: "reboot" or
    /// "power-off".
    void leave(const std::string& ending, std::function<void()> then);
    /// Nothing is reported any more: a system is about to start.
    void pause();

private:
    static constexpr int leave_seconds = 3;

    void wait();
    void report(nlohmann::json body);
    void answered(const Result<std::string>& answer);

    boost::asio::io_context& loop_;
    StageLog& log_;
    Events events_;
    ServerApi api_; ///< the worker's
    std::string session_;
    int again_ = 30;
    std::int64_t done_ = 0; ///< a command that has been begun and not been told of
    bool leaving_ = false;
    boost::asio::steady_timer timer_;
    Worker worker_; ///< last: its thread ends before what it uses
};

} // namespace farboot::agent
