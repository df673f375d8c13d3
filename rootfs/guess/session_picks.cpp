#include "rootfs/guess/session_picks.hpp"

#include <sstream>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t largest_setting = 128 * 1024;
constexpr std::uint64_t largest_keyboard = 64 * 1024;
constexpr std::uint64_t largest_font = 512 * 1024;

} // namespace

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
    for (const auto* name : {"drm_kms_helper", "ttm", "fuse"})
        picks.add_module(name);
    picks.add("/usr/lib/xorg/Xorg");
    picks.add_below("/usr/lib/xorg/modules");
    picks.add_plain_below("/usr/share/X11", largest_keyboard);
    picks.add("/usr/bin/xkbcomp");
    for (const auto* folder : {"/usr/share/polkit-1", "/usr/share/libinput"})
        picks.add_plain_below(folder, largest_setting);
    picks.add("/usr/share/misc/pci.ids");
    if (const auto* folder = picks.tree().find("/etc/X11/Xsession.d"); folder != nullptr)
        for (const auto& [name, file] : folder->entries)
            picks.add_commands_in(picks.tree().read(*file, largest_setting));
    for (const auto* folder : {"/usr/share/xsessions", "/usr/share/wayland-sessions", "/etc/xdg/autostart"})
        pick_entries(picks, folder);
    for (const auto& folder : picks.library_folders())
        for (const auto* plugins :
             {"/qt6/plugins/platforms", "/qt6/plugins/xcbglintegrations", "/qt5/plugins/platforms",
              "/qt6/plugins/platformthemes", "/gtk-3.0", "/gdk-pixbuf-2.0", "/gio/modules"})
            picks.add_below(folder + plugins);
    picks.add_plain_below("/usr/share/fontconfig", largest_setting);
    picks.add_plain_below("/var/cache/fontconfig", largest_font);
    picks.add_plain_below("/usr/share/fonts", largest_font);
    picks.add("/usr/share/icons/hicolor/icon-theme.cache");
    picks.add("/usr/share/icons/Adwaita/icon-theme.cache");
    picks.add("/usr/share/mime/mime.cache");
    picks.add("/usr/share/glib-2.0/schemas/gschemas.compiled");
}

void pick_machines(FilePicks& picks)
{
    if (picks.tree().find("/usr/bin/vmchooser") == nullptr)
        return;
    for (const auto* path : {"/usr/bin/vmchooser", "/usr/sbin/libvirtd", "/usr/bin/qemu-img"})
        picks.add(path);
    for (const auto& folder : picks.library_folders())
        picks.add_below(folder + "/libvirt/connection-driver");
    picks.add("/usr/bin/qemu-system-x86_64");
    for (const auto& folder : picks.library_folders())
        picks.add_below(folder + "/qemu");
    for (const auto* path :
         {"/usr/share/seabios/bios-256k.bin", "/usr/share/seabios/vgabios-stdvga.bin",
          "/usr/lib/ipxe/qemu/efi-virtio.rom", "/usr/share/qemu/kvmvapic.bin", "/usr/bin/virt-viewer"})
        picks.add(path);
}

} // namespace farboot::rootfs
