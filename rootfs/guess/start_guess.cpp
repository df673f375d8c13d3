#include "rootfs/guess/start_guess.hpp"

#include "rootfs/guess/unit_walk.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace farboot::rootfs
{

namespace
{

using Node = SquashfsTree::Node;

/// Of a file, in the image: of the few that are larger, a start reads a part.
constexpr std::uint64_t most_of_a_file = 1024 * 1024;
constexpr std::uint64_t largest_setting = 128 * 1024;
constexpr std::uint64_t largest_keyboard = 64 * 1024;
constexpr std::uint64_t largest_font = 512 * 1024;

std::string_view name_of(const Node& file)
{
    return std::string_view(file.path).substr(file.path.rfind('/') + 1);
}

void pick_system(FilePicks& picks)
{
    picks.add("/usr/lib/systemd/systemd");
    picks.add_below("/usr/lib/systemd/system-generators");
    UnitWalk(picks).start({"default.target", "dbus.service", "systemd-udevd.service", "systemd-journald.service",
                           "systemd-logind.service", "getty@tty1.service", "user@0.service"});
    for (const auto* path :
         {"/usr/bin/mount", "/usr/bin/kmod", "/usr/bin/bash", "/usr/bin/sh", "/usr/bin/udevadm", "/usr/bin/systemctl",
          "/usr/sbin/agetty", "/usr/bin/login", "/usr/lib/udev/hwdb.bin", "/usr/lib/locale/C.utf8/LC_CTYPE",
          "/etc/ssl/certs/ca-certificates.crt", "/etc/ld.so.cache"})
        picks.add(path);
    picks.add_below("/usr/lib/udev", [](const Node& file) {
        return file.path.starts_with("/usr/lib/udev/rules.d/") || !file.path.ends_with(".hwdb");
    });
    picks.add_below("/usr/lib/modules", [](const Node& file) {
        return name_of(file).starts_with("modules.") && (file.path.ends_with(".bin") || file.path.ends_with("dep"));
    });
}

void pick_login(FilePicks& picks)
{
    std::set<std::string> modules;
    if (const auto* folder = picks.tree().find("/etc/pam.d"); folder != nullptr)
        for (const auto& [name, file] : folder->entries) {
            std::istringstream words(picks.tree().read(*file, largest_setting));
            for (std::string word; words >> word;)
                if (word.starts_with("pam_") && word.ends_with(".so"))
                    modules.insert(word);
        }
    for (const auto& folder : picks.library_folders()) {
        for (const auto& module : modules)
            picks.add(folder + "/security/" + module);
        for (const auto& [name, entry] : picks.tree().find(folder)->entries)
            if (name.starts_with("libnss_"))
                picks.add(entry->path);
    }
}

void pick_settings(FilePicks& picks)
{
    for (const auto* folder : {"/usr/lib/systemd/system", "/usr/lib/tmpfiles.d", "/usr/lib/sysctl.d",
                               "/usr/lib/sysusers.d", "/usr/share/dbus-1", "/etc"})
        picks.add_plain_below(folder, largest_setting);
}

/// "Exec=" and "TryExec=" of desktop entries.
void pick_entries(FilePicks& picks, std::string_view folder)
{
    const auto* found = picks.tree().find(folder);
    if (found == nullptr)
        return;
    for (const auto& [name, file] : found->entries) {
        std::istringstream text(picks.tree().read(*file, largest_setting));
        for (std::string line; std::getline(text, line);) {
            const auto sign = line.find("Exec=");
            if (sign != 0 && !line.starts_with("TryExec="))
                continue;
            std::istringstream words(line.substr(line.find('=') + 1));
            std::string command;
            words >> command;
            picks.add_command(command, FilePicks::Commands::followed);
        }
    }
}

void pick_desktop(FilePicks& picks)
{
    picks.add("/usr/lib/xorg/Xorg");
    picks.add_below("/usr/lib/xorg/modules");
    picks.add_plain_below("/usr/share/X11", largest_keyboard);
    picks.add("/usr/bin/xkbcomp");
    for (const auto* folder : {"/usr/share/xsessions", "/usr/share/wayland-sessions", "/etc/xdg/autostart"})
        pick_entries(picks, folder);
    if (const auto* folder = picks.tree().find("/etc/X11/Xsession.d"); folder != nullptr)
        for (const auto& [name, file] : folder->entries)
            picks.add_commands_in(picks.tree().read(*file, largest_setting));
    picks.add_plain_below("/usr/share/fonts", largest_font);
    picks.add_plain_below("/usr/share/fontconfig", largest_setting);
    for (const auto& folder : picks.library_folders())
        for (const auto* plugins :
             {"/qt6/plugins/platforms", "/qt6/plugins/xcbglintegrations", "/qt5/plugins/platforms",
              "/qt6/plugins/platformthemes", "/gtk-3.0", "/gdk-pixbuf-2.0", "/gio/modules"})
            picks.add_below(folder + plugins);
    picks.add("/usr/share/mime/mime.cache");
    picks.add("/usr/share/glib-2.0/schemas/gschemas.compiled");
}

} // namespace

std::vector<FileRange> guess_start(const SquashfsTree& tree)
{
    FilePicks picks(tree);
    pick_system(picks);
    if (picks.files().empty() || picks.files().front()->path != "/usr/lib/systemd/systemd")
        return {};
    pick_login(picks);
    pick_settings(picks);
    if (tree.find("/etc/systemd/system/display-manager.service") != nullptr)
        pick_desktop(picks);
    pick_entries(picks, "/usr/share/dbus-1/system-services");

    auto ranges = tree.tables();
    std::set<std::uint64_t> seen; // small files share theirs
    for (const auto* file : picks.files())
        for (const auto& extent : file->extents)
            if (seen.insert(extent.offset).second)
                ranges.push_back({extent.offset, std::min(extent.length, most_of_a_file)});
    return ranges;
}

} // namespace farboot::rootfs
