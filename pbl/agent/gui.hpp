#pragma once

#include "pbl/agent/service.hpp"
#include "pbl/agent/stage_log.hpp"

#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <functional>
#include <string>

namespace farboot::agent
{

/// The graphical menu: runs the script that mounts the layer and starts the browser, and starts it again a few times
/// when it ends. Its output goes to a log file, but for what it may announce on the consoles.
class Gui
{
public:
    struct Events {
        std::function<void()> gone;     ///< the screen is free
        std::function<void()> given_up; ///< follows the last `gone`
    };

    Gui(boost::asio::io_context& loop, System& system, StageLog& log, Events events);

    void start(const std::filesystem::path& script, const std::filesystem::path& folder);
    /// True from start() until it is given up.
    [[nodiscard]] bool wanted() const { return wanted_; }
    [[nodiscard]] bool running() const { return service_.running(); }

private:
    void run();
    void ended(int status);
    void take_line(std::string_view line);

    StageLog& log_;
    Events events_;
    Service service_;
    boost::asio::steady_timer restart_;
    std::filesystem::path script_;
    std::filesystem::path log_file_;
    std::size_t logged_ = 0;
    bool wanted_ = false;
    int failures_ = 0;
};

} // namespace farboot::agent
