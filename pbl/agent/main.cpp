#include "pbl/agent/agent.hpp"
#include "pbl/agent/linux_system.hpp"

#include <CLI/CLI.hpp>

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace
{

using namespace farboot;
using namespace farboot::agent;

void add_options(CLI::App& app, Options& options)
{
    app.set_version_flag("--version", FARBOOT_VERSION);
    app.add_option("--etc", options.etc, "Folder with site.json, ca.pem and policy.dsse")->capture_default_str();
    app.add_option("--run", options.run, "Folder for what is made at run time")->capture_default_str();
    app.add_option("--console", options.consoles, "Terminal for stage lines and a text menu; may be repeated")
        ->take_all()
        ->allow_extra_args(false)
        ->capture_default_str();
    app.add_option("--gui-start", options.gui_start, "Program that starts the graphical menu")->capture_default_str();
    app.add_option("--text-menu", options.text_menu, "Program of the text menus; empty for none")
        ->capture_default_str();
    app.add_option("--browser-user", options.browser_user, "User, name or number, who may connect besides root")
        ->capture_default_str();
    app.add_option("--tpm", options.tpm, "The TPM that may have this PC's key")->capture_default_str();
    app.add_option("--pc-key", options.pc_key,
                   "Program that finds this PC's key on a disk; empty: it is not looked for")
        ->capture_default_str();
    app.add_option("--kexec", options.kexec, "Program that loads and starts kernels")->capture_default_str();
}

int run(const Options& options)
{
    ::setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 0); // what init does not set
    StageLog log(options.consoles);
    log.stage("agent-start");
    auto site = Site::load(options.etc);
    if (!site) {
        log.note(site.error().sentence);
        fmt::print(stderr, "farboot-agent: {}\n", site.error().sentence);
        return EXIT_FAILURE;
    }

    boost::asio::io_context loop(1);
    boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
    signals.async_wait([&](boost::system::error_code, int) { loop.stop(); });
    LinuxSystem system;
    farboot::agent::Agent agent(loop, system, log, std::move(*site), options);
    if (const auto started = agent.start(); !started) {
        log.note(started.error().sentence);
        fmt::print(stderr, "farboot-agent: {}\n", started.error().sentence);
        return EXIT_FAILURE;
    }
    loop.run();
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app("The preboot system's agent: fetches, checks and starts the system that is chosen.", "farboot-agent");
    Options options;
    add_options(app, options);
    CLI11_PARSE(app, argc, argv);
    ::signal(SIGPIPE, SIG_IGN);
    try {
        return run(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "farboot-agent: {}\n", error.what());
        return EXIT_FAILURE;
    }
}
