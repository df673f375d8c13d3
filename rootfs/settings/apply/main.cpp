/// farboot-settings(8): sets up the booted system as the server says, before anybody logs in.
#include "rootfs/settings/apply/apply.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace
{

using namespace farboot;

void say(const std::string& sentence)
{
    fmt::print(stderr, "farboot-settings: {}\n", sentence);
}

/// Empty: nothing was handed over.
std::string handed(const std::string& folder)
{
    std::ifstream stream(std::filesystem::path(folder) / settings::file_name, std::ios::binary);
    std::string text(settings::max_bytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

int apply_handed(const std::string& folder, const std::vector<std::string>& without)
{
    settings::LinuxMachine machine;
    const bool done = settings::apply_all(settings::receive(handed(folder), without), machine, say);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

int add_printers(const std::string& folder)
{
    settings::LinuxMachine machine;
    const auto received = settings::receive(handed(folder));
    const auto added = settings::add_printers(received.settings.printers.value_or(settings::Printers{}), machine);
    if (!added)
        say(added.error().sentence);
    return added ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app("Sets up the booted system as its server says.", "farboot-settings");
    std::string folder = "/run/farboot";
    app.set_version_flag("--version", FARBOOT_VERSION);
    app.add_option("--folder", folder, "What the preboot system has handed over")->capture_default_str();
    app.require_subcommand(1);
    std::vector<std::string> without;
    auto* apply_command = app.add_subcommand("apply", "Apply them; a service of systemd's does, at every start");
    apply_command->add_option("--without", without, "A setting that this image does not take from its server")
        ->type_name("NAME")
        ->allow_extra_args(false)
        ->check(CLI::IsMember(settings::names()));
    app.add_subcommand("printers", "Make CUPS know the printers");
    app.footer("Example:\n  farboot-settings apply\n  journalctl -u farboot-settings");
    CLI11_PARSE(app, argc, argv);
    return apply_command->parsed() ? apply_handed(folder, without) : add_printers(folder);
}
