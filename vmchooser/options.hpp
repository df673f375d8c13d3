#pragma once

#include "vmchooser/domain/domain_spec.hpp"

#include <QCoreApplication>
#include <QString>

#include <filesystem>
#include <optional>

namespace farboot::vmchooser
{

struct Options {
    std::filesystem::path data;             ///< folder of server.json, policy.dsse, ca.pem
    std::filesystem::path sessions;         ///< folder of the installed desktops' .desktop files
    std::filesystem::path scratch;          ///< empty: default_scratch_base()
    std::filesystem::path reader_control;   ///< control socket of the reader of virtual disks
    std::filesystem::path nbd_socket;       ///< its NBD socket
    std::filesystem::path root_reader;      ///< control socket of the root file system's reader, asked for its counters
    std::filesystem::path relay;            ///< where farboot-system asks the server as this PC
    QString language;                       ///< "de", "en", or empty: the session's
    std::optional<Accelerator> accelerator; ///< nothing: find out
    bool usb = true;                        ///< an entry may hand the PC's USB ports to its machine
    bool share_home = false;                ///< an entry may let its machine see the user's home
};

/// Prints help or what is wrong, and ends the program, as QCommandLineParser does.
[[nodiscard]] Options parse_options(const QCoreApplication& application);

} // namespace farboot::vmchooser
