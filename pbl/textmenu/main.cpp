#include "pbl/textmenu/menu_loop.hpp"

#include <CLI/CLI.hpp>

#include <sys/signalfd.h>

#include <csignal>
#include <cstdlib>

namespace
{

using namespace farboot;
using namespace farboot::textmenu;

int report(const Error& error)
{
    fmt::print(stderr, "farboot-textmenu: {}\n", error.sentence);
    return EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app("The preboot system's text menu: a face of farboot-agent on one terminal.", "farboot-textmenu");
    std::string tty = "/dev/tty";
    std::string socket = "/run/farboot/agent.sock";
    bool ascii = false;
    app.set_version_flag("--version", FARBOOT_VERSION);
    app.add_option("--tty", tty, "Terminal to use")->capture_default_str();
    app.add_option("--socket", socket, "The agent's socket")->capture_default_str();
    app.add_flag("--ascii", ascii, "Write ae for \u00e4, as on a terminal that knows ASCII only");
    CLI11_PARSE(app, argc, argv);

    sigset_t stop;
    sigemptyset(&stop);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&stop, signal);
    ::sigprocmask(SIG_BLOCK, &stop, nullptr);
    const int stop_fd = ::signalfd(-1, &stop, SFD_CLOEXEC);

    auto agent = AgentClient::connect(socket);
    if (!agent)
        return report(agent.error());
    auto terminal = Terminal::open(tty);
    if (!terminal)
        return report(terminal.error());
    const auto charset = ascii ? Charset::ascii : terminal->charset();
    const auto ended = MenuLoop(std::move(*terminal), std::move(*agent), charset).run(stop_fd);
    return ended ? EXIT_SUCCESS : report(ended.error());
}
