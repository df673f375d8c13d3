#include "rootfs/guess/start_guess.hpp"

#include "rootfs/guess/session_picks.hpp"
#include "rootfs/guess/unit_walk.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

namespace farboot::rootfs
{

namespace
{

using Node = FileTree::Node;

/// The second is the first, or a system's own before /usr was merged.
constexpr std::array library_tops{"/usr/lib", "/lib"};
constexpr auto* systemd = "/systemd/systemd";
constexpr auto* other_init = "/sbin/init";
constexpr std::uint64_t probe = 4096;
constexpr std::uint64_t first_probe = 128 * 1024;
constexpr std::uint64_t last_probe = 4 * 1024 * 1024;
/// blkid: Promise's, 3087 sectors from the end, which lie in this block.
constexpr std::uint64_t raid_probe = 1'581'056;
constexpr std::uint64_t largest_setting = 128 * 1024;

std::string_view name_of(const Node& file)
{
    return std::string_view(file.path).substr(file.path.rfind('/') + 1);
}

/// Where a mounting PC looks for other file systems and RAIDs, whatever lies there.
void add_probes(const FileRange& place, StartRanges& ranges)
{
    const auto bytes = (place.length + probe - 1) / probe * probe;
    for (auto offset = first_probe; offset <= last_probe && offset + probe <= bytes; offset *= 2)
        ranges.add({place.offset + offset, probe});
    if (bytes > raid_probe)
        ranges.add({place.offset + bytes - raid_probe, probe});
}

/// Of kernel modules.
void pick_indexes(FilePicks& picks)
{
    for (const std::string top : library_tops)
        picks.add_below(top + "/modules", [](const Node& file) {
            return name_of(file).starts_with("modules.") && (file.path.ends_with(".bin") || file.path.ends_with("dep"));
        });
}

/// What systemd looks at first, whatever it starts then.
void pick_systemd(FilePicks& picks)
{
    for (const std::string top : library_tops)
        picks.add(top + systemd);
    for (const std::string top : library_tops)
        picks.add_below(top + "/systemd/system-generators");
    pick_indexes(picks);
    for (const auto* name : {"autofs4", "ip_tables", "qemu_fw_cfg", "dmi-sysfs", "efi-pstore", "configfs"})
        picks.add_module(name);
}

/// Modules of what nearly every PC has, which udev loads.
void pick_modules(FilePicks& picks)
{
    for (const auto* name : {"aesni-intel", "crc32-pclmul", "crct10dif-pclmul", "crc32c-intel", "ghash-clmulni-intel",
                             "sha1-ssse3",  "sha256-ssse3", "sha512-ssse3",     "kvm-intel",    "kvm-amd",
                             "rapl",        "button",       "battery",          "serio_raw",    "evdev",
                             "psmouse",     "joydev",       "pcspkr",           "usbhid",       "hid-generic",
                             "binfmt_misc"})
        picks.add_module(name);
}

/// Of the devices of a virtual machine.
void pick_virtual_devices(FilePicks& picks)
{
    for (const auto* name : {"virtio-gpu", "qxl", "virtio-net", "e1000e", "virtio-console", "virtio-rng",
                             "virtio-balloon", "i2c-i801", "lpc_ich", "iTCO_wdt", "snd-hda-intel"})
        picks.add_module(name);
}

/// What looks at the file systems that are mounted.
void pick_checkers(FilePicks& picks)
{
    const auto* table = picks.tree().find("/etc/fstab");
    if (table == nullptr || !picks.tree().read(*table, largest_setting).contains("ext4"))
        return;
    for (const std::string top : library_tops)
        picks.add(top + "/systemd/systemd-fsck");
    for (const auto* command : {"fsck", "fsck.ext4"})
        picks.add_command(command, FilePicks::Commands::followed);
}

/// Those of the units that the start has.
std::deque<std::string> wanted_of(const UnitWalk& units, std::initializer_list<const char*> names)
{
    std::deque<std::string> wanted;
    for (const auto* name : names)
        if (units.wants(name))
            wanted.emplace_back(name);
    return wanted;
}

void pick_early(FilePicks& picks, UnitWalk& units, Hardware hardware)
{
    pick_checkers(picks);
    units.start(
        wanted_of(units, {"systemd-journald.service", "systemd-udevd.service", "sysinit.target", "basic.target"}));
    for (const auto* command : {"mount", "kmod", "bash", "sh", "udevadm", "systemctl"})
        picks.add_command(command, FilePicks::Commands::followed);
    for (const std::string top : library_tops)
        picks.add(top + "/udev/hwdb.bin");
    picks.add("/usr/lib/locale/C.utf8/LC_CTYPE");
    for (const std::string top : library_tops)
        picks.add_below(top + "/udev", [](const Node& file) {
            return file.path.contains("/udev/rules.d/") || !file.path.ends_with(".hwdb");
        });
    pick_modules(picks);
    if (hardware == Hardware::virtual_machine)
        pick_virtual_devices(picks);
}

/// What services call.
void pick_commands(FilePicks& picks)
{
    for (const auto* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/ld.so.cache"})
        picks.add(path);
    for (const auto* command :
         {"cat", "chmod", "cp",   "cut",  "env",   "expr",   "grep", "gzip",     "head", "hostname",
          "id",  "ip",    "ln",   "ls",   "mkdir", "mktemp", "mv",   "readlink", "rm",   "run-parts",
          "sed", "sort",  "stty", "tail", "tar",   "touch",  "tr",   "uname"})
        picks.add_command(command);
    // What Farboot's services start
    for (const auto* command : {"nbdkit", "farboot-reader", "farboot-system"})
        picks.add_command(command);
    for (const auto& folder : picks.library_folders())
        picks.add(folder + "/nbdkit/plugins/nbdkit-farboot-plugin.so");
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
            picks.add(fmt::format("{}/security/{}", folder, module));
        for (const auto& [name, entry] : picks.tree().find(folder)->entries)
            if (name.starts_with("libnss_"))
                picks.add(entry->path);
    }
}

void pick_settings(FilePicks& picks)
{
    for (const auto* folder : {"/usr/lib/systemd/system", "/lib/systemd/system", "/usr/lib/tmpfiles.d",
                               "/usr/lib/sysctl.d", "/usr/lib/sysusers.d", "/usr/share/dbus-1", "/etc"})
        picks.add_plain_below(folder, largest_setting);
}

/// In the order of a start: what everything waits for first.
void pick_all(FilePicks& picks, const Start& start)
{
    UnitWalk units(picks, start.units);
    const auto graphical = units.wants("display-manager.service") &&
                           picks.tree().find("/etc/systemd/system/display-manager.service") != nullptr;
    const auto services = units.wants("sysinit.target"); // not in an emergency
    const auto logins = graphical || units.wants("basic.target");
    pick_systemd(picks);
    if (services)
        pick_early(picks, units, start.hardware);
    auto goals = wanted_of(units, {"dbus.service", "systemd-logind.service"});
    goals.insert(goals.end(), units.goals().begin(), units.goals().end());
    if (logins)
        goals.insert(goals.end(), {"getty@tty1.service", "user@0.service"});
    units.start(goals);
    for (const auto* command : {"agetty", "login"})
        if (logins)
            picks.add_command(command, FilePicks::Commands::followed);
    if (units.wants("rescue.service") || units.wants("emergency.service"))
        for (const auto* command : {"sulogin", "bash", "sh"})
            picks.add_command(command, FilePicks::Commands::followed);
    if (services)
        pick_commands(picks);
    if (logins)
        pick_login(picks);
    pick_settings(picks);
    if (graphical) {
        pick_desktop(picks);
        // Elsewhere nobody is there who would ask for these.
        pick_entries(picks, "/usr/share/dbus-1/system-services");
        units.start_on_use();
    }
    if (graphical || picks.has("/usr/bin/vmchooser"))
        pick_machines(picks);
}

/// Of busybox, OpenRC, runit: what it begins with, and settings.
void pick_other_init(FilePicks& picks)
{
    pick_indexes(picks);
    for (const auto* path : {other_init, "/etc/inittab", "/bin/sh"})
        picks.add(path);
    picks.add_below("/etc/init.d");
    picks.add_plain_below("/etc", largest_setting);
}

} // namespace

bool guess_start(const FileTree& tree, const Start& start, StartRanges& ranges)
{
    const auto has_systemd = std::ranges::any_of(
        library_tops, [&](const std::string& top) { return tree.find_file(top + systemd) != nullptr; });
    if (!has_systemd && tree.find_file(other_init) == nullptr)
        return false;
    FilePicks picks(tree);
    ranges.add_tables(tree);
    if (has_systemd) {
        pick_all(picks, start);
        add_probes(tree.place(), ranges);
    } else {
        pick_other_init(picks);
    }
    for (const auto* file : picks.files())
        ranges.add(tree, *file);
    return true;
}

} // namespace farboot::rootfs
