#pragma once

#include "pbl/agent/server_api.hpp"
#include "pbl/agent/site.hpp"
#include "pbl/agent/worker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string>

namespace farboot::agent
{

/// Lets somebody log in at this PC with another device: shows what he is to open there, and asks the server until he
/// has confirmed it (docs/users.md "At a PC"). The server keeps who it is; this PC has no secret of his. All functions
/// are called from the event loop's thread.
class PersonLogin
{
public:
    struct Events {
        std::function<void(const nlohmann::json&)> told; ///< {"event": "login", …} of docs/agent-protocol.md
        std::function<void()> changed;                   ///< another person: the menu is another one, too
        std::function<void(const std::string&)> failed;  ///< a sentence for the log
    };

    PersonLogin(boost::asio::io_context& loop, const Site& site, Events events);

    /// Asks for a code. `session`: this PC's; empty: the server does not know this PC, and says so.
    void begin(const std::string& session);
    /// Whoever has logged in leaves, or does not want to log in after all.
    void end(const std::string& session);
    /// Nothing is asked any more: a system is about to start.
    void pause();
    /// What was told last.
    [[nodiscard]] const nlohmann::json& event() const { return event_; }

private:
    void tell(nlohmann::json event);
    void tell_state(const char* state);
    void began(const Result<std::string>& answer);
    void wait(std::int64_t seconds);
    void ask();
    void answered(const Result<std::string>& answer);

    std::string server_;
    Events events_;
    ServerApi api_; ///< the worker's
    std::string session_;
    nlohmann::json event_;
    int failures_ = 0; ///< of questions, one after another
    boost::asio::steady_timer timer_;
    Worker worker_; ///< last: its thread ends before what it uses
};

} // namespace farboot::agent
