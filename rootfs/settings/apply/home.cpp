#include "rootfs/settings/apply/apply.hpp"

namespace farboot::settings
{

namespace
{

/// The network is there since the initramfs: no unit that waits for it is waited for.
constexpr std::string_view mount_unit = R"([Unit]
Description=Users' files on {0}, by Farboot's settings
DefaultDependencies=no
Conflicts=umount.target
Before=umount.target

[Mount]
What={1}:{2}
Where=/home
Type=nfs
Options=rw,hard,nosuid,nodev,_netdev
TimeoutSec=60
)";

/// Mounted when somebody looks: a server that is away keeps no PC from starting.
constexpr std::string_view automount_unit = R"([Unit]
Description=Users' files, by Farboot's settings
DefaultDependencies=no
Conflicts=umount.target
Before=umount.target systemd-user-sessions.service

[Automount]
Where=/home
)";

Result<void> apply_nfs(const Home& home, Machine& machine)
{
    if (!machine.has("/usr/sbin/mount.nfs") && !machine.has("/sbin/mount.nfs"))
        return fail("lacking", "NFS cannot be mounted by this system: install nfs-common in its image.");
    const auto server = home.server.find(':') == std::string::npos ? home.server : "[" + home.server + "]";
    const auto unit = fmt::format(mount_unit, home.server, server, home.path);
    if (auto written = machine.write_unit("home.mount", unit, false); !written)
        return written;
    return machine.write_unit("home.automount", automount_unit, true);
}

Result<void> apply_cifs(const Home& home, Machine& machine)
{
    if (machine.read("/etc/pam.d/common-session").find("pam_mount.so") == std::string::npos)
        return fail("lacking", "PAM mounts nothing in this system: install libpam-mount and cifs-utils in its image.");
    auto share = home.share;
    if (const auto user = share.find("{user}"); user != share.npos)
        share.replace(user, 6, "%(USER)");
    const auto domain = home.domain.empty() ? "" : ",domain=" + home.domain;
    const auto text = fmt::format(
        R"(<?xml version="1.0" encoding="utf-8" ?>
<!DOCTYPE pam_mount SYSTEM "pam_mount.conf.xml.dtd">
<!-- By Farboot's settings: the password that somebody logs in with opens his share. -->
<pam_mount>
<volume fstype="cifs" server="{}" path="{}" mountpoint="~" uid="1000-4294967294"
  options="sec=ntlmssp,nosuid,nodev,uid=%(USERUID),gid=%(USERGID),file_mode=0600,dir_mode=0700{}" />
<mkmountpoint enable="1" remove="true" />
<logout wait="0" hup="no" term="yes" kill="no" />
</pam_mount>
)",
        home.server, share, domain);
    return machine.write("/etc/security/pam_mount.conf.xml", text);
}

} // namespace

Result<void> apply(const Home& home, Machine& machine)
{
    switch (home.kind) {
    case Home::Kind::nfs:
        return apply_nfs(home, machine);
    case Home::Kind::cifs:
        return apply_cifs(home, machine);
    case Home::Kind::none:
        break;
    }
    return {};
}

Result<void> tell_home(const std::optional<Home>& home, Machine& machine)
{
    const bool vanish = (!home || home->kind == Home::Kind::none) && !machine.has_own_home();
    const auto* kind = vanish ? "none" : home && home->kind != Home::Kind::none ? home->kind_name() : "own";
    if (auto written =
            machine.write("/run/farboot-session/home.json", Json{{"version", 1}, {"home", kind}}.dump() + "\n");
        !written)
        return written;
    if (!vanish)
        return machine.remove("/run/motd.d/farboot");
    return machine.write("/run/motd.d/farboot",
                         "What you save on this PC is gone when it is switched off.\n"
                         "Was Sie auf diesem PC speichern, ist weg, wenn er ausgeschaltet wird.\n");
}

} // namespace farboot::settings
