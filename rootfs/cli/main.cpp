#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"

#include <exception>
#include <iostream>

namespace
{

constexpr int exit_failure = 1;
constexpr int exit_usage = 2;
constexpr int exit_interrupted = 130; // as a shell says of Ctrl-C

int run(int argc, char** argv)
{
    using namespace farboot::rootfs;
    CLI::App app("Publishes systems and virtual machines with their images, and says who sees them where.", "farboot");
    app.set_version_flag("--version", std::string("farboot ") + FARBOOT_VERSION);
    app.require_subcommand(1);
    app.footer("\"farboot COMMAND --help\" shows a command's options and examples; the manual is farboot(1).");
    Action chosen;
    add_key_commands(app, chosen);
    add_policy_commands(app, chosen);
    add_publish_commands(app, chosen);
    add_record_commands(app, chosen);
    add_version_commands(app, chosen);
    add_image_commands(app, chosen);
    add_profile_commands(app, chosen);
    add_nbd_export_command(app, chosen);
    add_catalog_commands(app, chosen);
    add_password_command(app, chosen);
    add_account_commands(app, chosen);
    add_audit_command(app, chosen);
    add_pc_commands(app, chosen);
    add_job_commands(app, chosen);
    add_upload_commands(app, chosen);
    add_explain_command(app, chosen);
    add_bucket_commands(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error, std::cout, std::cerr) == 0 ? 0 : exit_usage;
    }
    const auto done = chosen();
    if (done)
        return 0;
    note(fmt::format("farboot: {}", done.error().sentence));
    if (done.error().reason == "usage")
        return exit_usage;
    return done.error().reason == "cancelled" ? exit_interrupted : exit_failure;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        farboot::rootfs::note(fmt::format("farboot: It cannot go on: {}.", error.what()));
        return exit_failure;
    }
}
