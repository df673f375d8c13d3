#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace farboot::agent
{

/// The agent's settings, with their defaults.
struct Options {
    std::filesystem::path etc = "/etc/farboot"; ///< site.json, ca.pem, policy.dsse
    std::filesystem::path run = "/run/farboot"; ///< everything that is made at run time
    std::vector<std::filesystem::path> consoles{"/dev/tty1", "/dev/ttyS0"};
    std::filesystem::path gui_start = "/usr/lib/farboot/gui-start";
    std::filesystem::path text_menu = "farboot-textmenu"; ///< empty: no text menus
    std::string browser_user = "farboot-browser";
    std::string kexec = "kexec";
    std::filesystem::path tpm = "/dev/tpmrm0";                ///< where this PC's key may be
    std::filesystem::path pc_key = "/usr/lib/farboot/pc-key"; ///< finds it on a disk; empty: it is not looked for
};

/// A user's number, by name or number; nothing if there is none.
[[nodiscard]] std::optional<uid_t> find_user(const std::string& name);

} // namespace farboot::agent
