#include "server/cli/commands.hpp"

#include <QCoreApplication>

#include <cstdio>
#include <exception>
#include <sys/stat.h>

int main(int argc, char** argv)
{
    ::umask(077);                             // the data folder's files are nobody else's
    QCoreApplication application(argc, argv); // Qt loads its database drivers through it
    CLI::App app("The Farboot server: menus, records, freshness and images for PCs that boot from afar.",
                 "farboot-server");
    app.set_version_flag("--version", FARBOOT_VERSION);
    app.require_subcommand(1);
    farboot::server::cli::Chosen chosen;
    farboot::server::cli::add_manage(app, chosen);
    farboot::server::cli::add_backup(app, chosen);
    farboot::server::cli::add_run(app, chosen);
    CLI11_PARSE(app, argc, argv);
    try {
        const auto done = chosen();
        if (done)
            return 0;
        fmt::print(stderr, "farboot-server: {}\n", done.error().sentence);
    } catch (const std::exception& exception) {
        fmt::print(stderr, "farboot-server: {}\n", exception.what());
    }
    return 1;
}
