#pragma once

#include "rootfs/base/error.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace farboot::vmchooser
{

/// An installed desktop that a person can log in to: a file of /usr/share/xsessions (Desktop Entry Specification 1.5).
struct DesktopSession {
    std::string id;   ///< the file's name without .desktop
    std::string name; ///< in the wanted language
    std::string comment;
    std::vector<std::string> command;  ///< Exec, cut into arguments; no shell
    std::vector<std::string> desktops; ///< DesktopNames
};

/// All usable ones, by name. Left out are hidden ones, ones whose TryExec or program is not there, files that are
/// malformed, and `self` (the chooser's own). `languages` are tried in order ("de_DE", "de").
[[nodiscard]] std::vector<DesktopSession> find_desktop_sessions(const std::filesystem::path& folder,
                                                                const std::vector<std::string>& languages,
                                                                const std::string& self = "vmchooser");

/// Becomes the session: sets what a display manager would have set for it, and replaces this program, so that its end
/// is the log-out. Returns only on failure. Reason: program-missing.
[[nodiscard]] Error become(const DesktopSession& session);

} // namespace farboot::vmchooser
