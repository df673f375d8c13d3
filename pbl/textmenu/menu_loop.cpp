#include "pbl/textmenu/menu_loop.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace farboot::textmenu
{

namespace
{

constexpr int escape_wait_ms = 100; ///< a serial line brings the rest of a sequence sooner

}

MenuLoop::MenuLoop(Terminal terminal, AgentClient agent, Charset charset)
    : terminal_(std::move(terminal)), agent_(std::move(agent)), charset_(charset), painter_(terminal_.size())
{
}

Result<void> MenuLoop::run(int stop_fd)
{
    terminal_.write("\x1b[2J");
    Result<void> result;
    while (result) {
        std::array<pollfd, 3> waits{{{stop_fd, POLLIN, 0}, {agent_.fd(), POLLIN, 0}, {terminal_.fd(), POLLIN, 0}}};
        const int ready = ::poll(waits.data(), waits.size(), keys_.is_waiting() ? escape_wait_ms : -1);
        if (ready < 0 && errno != EINTR)
            result = fail("terminal", "Waiting for keys failed.");
        if (ready <= 0) {
            if (const auto key = ready == 0 ? keys_.give_up_waiting() : std::nullopt)
                press(*key);
            continue;
        }
        if (waits[0].revents)
            break;
        if (waits[1].revents)
            result = read_events();
        if (result && waits[2].revents)
            result = read_keys();
    }
    terminal_.write(painter_.leave());
    return result;
}

Result<void> MenuLoop::read_events()
{
    if (auto received = agent_.receive(); !received)
        return received;
    const auto state = model_.state;
    const bool first_menu = model_.entries.empty();
    while (const auto line = agent_.next_line()) {
        const bool greeted = model_.greeted;
        const auto language = model_.language;
        if (auto applied = model_.apply(*line); !applied)
            return applied;
        if (greeted)
            model_.language = language; // what was chosen here stays
    }
    if (first_menu)
        selected_ = model_.preselected;
    selected_ = std::min(selected_, model_.entries.empty() ? 0 : model_.entries.size() - 1);
    paint(model_.state != state); // now and then everything, as foreign lines may have hit the menu
    return {};
}

Result<void> MenuLoop::read_keys()
{
    std::array<char, 256> buffer;
    const auto got = ::read(terminal_.fd(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return {};
    if (got <= 0)
        return fail("terminal", "The terminal is gone.");
    keys_.add({buffer.data(), static_cast<std::size_t>(got)});
    while (const auto key = keys_.next())
        press(*key);
    return {};
}

void MenuLoop::press(const Key& key)
{
    if (model_.state == "countdown")
        return agent_.send("cancel");
    const auto last = model_.entries.empty() ? 0 : model_.entries.size() - 1;
    const bool can_start = model_.state == "menu" || model_.state == "error" || model_.state == "waiting";
    switch (key.name) {
    case KeyName::up:
        selected_ = selected_ == 0 ? last : selected_ - 1;
        break;
    case KeyName::down:
        selected_ = selected_ >= last ? 0 : selected_ + 1;
        break;
    case KeyName::first:
        selected_ = 0;
        break;
    case KeyName::last:
        selected_ = last;
        break;
    case KeyName::enter:
        if (can_start && !model_.entries.empty())
            agent_.send("boot", model_.entries[selected_].record);
        break;
    case KeyName::escape:
        agent_.send(model_.login.state.empty() || model_.login.state == "none" ? "cancel" : "log-out");
        break;
    case KeyName::character:
        press_letter(key.character);
        break;
    }
    paint(false);
}

void MenuLoop::press_letter(char letter)
{
    if (letter >= '1' && letter <= '9' && static_cast<std::size_t>(letter - '1') < model_.entries.size())
        selected_ = static_cast<std::size_t>(letter - '1');
    else if (letter == 'u')
        agent_.send("refresh");
    else if (letter == 'r')
        agent_.send("reboot");
    else if (letter == 'p')
        agent_.send("power-off");
    else if (letter == 'a' && !model_.person.empty())
        agent_.send("log-out");
    else if (letter == 'a' && model_.can_log_in)
        agent_.send("log-in");
    else if (letter == 'l')
        model_.language = model_.language == "de" ? "en" : "de";
}

void MenuLoop::paint(bool everything)
{
    terminal_.write(painter_.paint(lay_out(model_, selected_, terminal_.size(), charset_), everything));
}

} // namespace farboot::textmenu
