#pragma once

#include "pbl/agent/service.hpp"

#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <memory>
#include <vector>

namespace farboot::agent
{

/// The text menus, one program a console, started again when they end. Those on the screen rest while the browser has
/// it: two programs would read the same keys.
class TextMenus
{
public:
    TextMenus(boost::asio::io_context& loop, System& system);
    ~TextMenus();

    void start(const std::filesystem::path& program, const std::filesystem::path& socket,
               const std::vector<std::filesystem::path>& consoles);
    void leave_screen();
    void return_to_screen();

private:
    struct Instance;
    void run(Instance& instance);

    boost::asio::io_context& loop_;
    System& system_;
    bool screen_taken_ = false;
    std::vector<std::unique_ptr<Instance>> instances_;
};

/// True for a virtual terminal of the screen (/dev/tty1), false for a serial line.
[[nodiscard]] bool is_screen(const std::filesystem::path& console);

} // namespace farboot::agent
