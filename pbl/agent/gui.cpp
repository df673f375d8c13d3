#include "pbl/agent/gui.hpp"

#include <algorithm>
#include <array>
#include <fstream>

namespace farboot::agent
{

namespace
{

constexpr std::size_t max_log = 1 << 20; ///< it lies in memory
constexpr int max_restarts = 3;

/// The script's and the browser's output is one stream, and the browser may not announce anything else.
bool is_announcement(std::string_view line)
{
    constexpr std::array<std::string_view, 4> lines{"farboot: stage: gui-mounted", "farboot: stage: browser-start",
                                                    "farboot: stage: sandbox",
                                                    "farboot: the graphical menu cannot be started:"};
    return std::ranges::any_of(lines, [&](auto begin) {
        return line.starts_with(begin) && (line.size() == begin.size() || line[begin.size()] == ' ');
    });
}

} // namespace

Gui::Gui(boost::asio::io_context& loop, System& system, StageLog& log, Events events)
    : log_(log), events_(std::move(events)), service_(loop, system), restart_(loop)
{
}

void Gui::start(const std::filesystem::path& script, const std::filesystem::path& folder)
{
    wanted_ = true;
    failures_ = 0;
    script_ = script;
    log_file_ = folder / "gui.log";
    run();
}

void Gui::run()
{
    const auto started = service_.start(
        {script_.string()}, [this](auto line) { take_line(line); }, [this](int status) { ended(status); });
    if (!started) {
        take_line(started.error().sentence);
        ended(127);
    }
}

void Gui::ended(int status)
{
    take_line(fmt::format("ended with status {}", status));
    events_.gone();
    if (failures_ == max_restarts) {
        wanted_ = false;
        events_.given_up();
        return;
    }
    log_.note(fmt::format("the graphical menu ended with status {} and is started again", status));
    restart_.expires_after(std::chrono::seconds(1 << failures_++));
    restart_.async_wait([this](boost::system::error_code error) {
        if (!error)
            run();
    });
}

void Gui::take_line(std::string_view line)
{
    constexpr std::string_view mark = "farboot: ";
    if (is_announcement(line)) {
        log_.note(line.substr(mark.size()));
    } else if (logged_ + line.size() < max_log) {
        logged_ += line.size() + 1;
        std::ofstream(log_file_, std::ios::app) << line << '\n';
    }
}

} // namespace farboot::agent
