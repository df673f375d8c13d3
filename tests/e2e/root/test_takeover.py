"""What may happen to the network and the reader under a running root file system: each network manager takes over the
card, its address goes, changes or cannot be renewed, the server's name leads elsewhere, the reader and what keeps it are
killed. After each, files that nothing has read before must come over the network, and be right.

The system is a small one, started without the preboot system. The tests build on each other.
"""

import re
import time

import pytest
from lab import chain
from lab.segment import SITE_ADDRESSES, Segment
from lab.site import NAME_FROM_GUEST
from machine import Machine

LEASE = 20


PUT_BACK = "farboot: something took the address of"


@pytest.fixture(scope="module")
def machine(small_system, site):
    """The server is away for a while in the middle of its boot, which nothing foresees."""
    small_system.forget_profile()
    segment = Segment(lease_seconds=LEASE, names={NAME_FROM_GUEST: SITE_ADDRESSES[0]})
    made = Machine(small_system, "takeover", segment.arguments())
    made.segment = segment
    small_system.power_on(made.pc, sources=[f"https://{NAME_FROM_GUEST}:{site.port}/store"])
    try:
        made.pc.wait_stage("nbd-attached", chain.SYSTEM)
        site.stop_server(kill=True)
        made.pc.wait_text("farboot: waiting for the network or the server, it goes on by itself", chain.SYSTEM)
    finally:
        site.start_server()
    made.pc.wait_text("farboot login:", chain.SYSTEM)
    made.log_in()
    made.card = made.run("ls -d /sys/class/net/*/device | cut -d/ -f5").strip()
    # What the test itself needs while there is no network must not be what is cold.
    made.run("sha256sum --version; dmesg; ip addr; pgrep -f x; echo | grep -c x | head; sleep 0.1; cut --version; stat /; "
             "mv --version")
    yield made
    made.pc.power_off()
    segment.close()


def test_boot_outlives_its_server(machine):
    assert [stage.name for stage in machine.pc.stages][:4] == ["initramfs-start", "reader-start", "nbd-attached", "root-mounted"]
    machine.pc.wait_text(r"farboot: back after \d+ s of waiting", chain.SYSTEM)
    machine.no_errors()


def uptime(machine):
    return int(machine.run("cut -d. -f1 /proc/uptime"))


def test_lease_is_renewed_and_twice_its_time_goes_by(machine):
    """udhcpc asks again after half of it; had it not, the machine would have no address that is its own."""
    before = machine.segment.acknowledged
    machine.wait(f"[ $(cut -d. -f1 /proc/uptime) -gt {uptime(machine) + 2 * LEASE} ]")
    end = time.monotonic() + 120
    while machine.segment.acknowledged < before + 2 and time.monotonic() < end:
        time.sleep(0.1)
    assert machine.segment.acknowledged >= before + 2
    assert machine.run("stat -c %a /run/initramfs/etc/resolv.conf").strip() == "644"  # every user asks for names
    machine.cold_read()


def test_link_down_and_up(machine):
    machine.pc.cable(False)
    machine.wait(f"grep -q 0 /sys/class/net/{machine.card}/carrier")
    machine.pc.cable(True)
    machine.cold_read()
    before = machine.pc.text_length()
    machine.cold_read(f"ip link set dev {machine.card} down")
    machine.pc.wait_text(PUT_BACK, chain.SYSTEM, start=before)


def test_dhcp_server_gives_another_address(machine):
    """The old one is refused from then on, and nothing from it gets through."""
    machine.segment.move("10.0.2.15")
    machine.wait(f"ip addr show dev {machine.card} | grep -q 'inet 10.0.2.1[^5]/'")
    machine.cold_read()
    assert "10.0.2.15" not in machine.run(f"ip addr show dev {machine.card}")


def test_servers_name_leads_to_another_address(machine):
    """Nothing gets through to the old one."""
    machine.segment.move_name(NAME_FROM_GUEST, SITE_ADDRESSES[1])
    machine.cold_read()


def test_lease_names_another_name_server(machine):
    """The old one falls silent, and does not know where the server is by now."""
    machine.segment.name_server = "192.0.2.53"
    machine.wait("grep -q 192.0.2.53 /run/initramfs/etc/resolv.conf")
    machine.segment.move_name(NAME_FROM_GUEST, SITE_ADDRESSES[0])
    machine.cold_read()


def test_what_keeps_the_root_is_started_again_when_killed(machine):
    """What the network managers do in the tests after this, they do to those in their place."""
    machine.kill_keepers("udhcpc", "keep-network", "keep-reader")
    machine.kill_keepers("keep")
    machine.keepers_killed = uptime(machine)
    machine.cold_read()


def test_networkmanager_leaves_the_card_alone(machine):
    machine.run("systemctl start NetworkManager")
    machine.wait("nmcli --terse --fields STARTUP general | grep -q started")  # it has looked at every card
    assert f"{machine.card}:unmanaged" in machine.run("nmcli --terse --fields DEVICE,STATE device")
    machine.cold_read()


def test_networkmanager_takes_over(machine):
    """Against what it was told: somebody has deleted Farboot's setting, and activates a connection."""
    machine.run("rm /run/NetworkManager/conf.d/00-farboot.conf; nmcli general reload")
    machine.start(f"nmcli device set {machine.card} managed yes; nmcli connection add type ethernet ifname {machine.card} "
                  f"con-name taken ipv4.method auto; nmcli connection up taken; nmcli connection down taken; "
                  f"nmcli connection up taken")
    machine.cold_read()
    machine.ended()
    machine.wait(f"nmcli --terse --fields DEVICE,STATE device | grep -q '^{machine.card}:connected$'")
    machine.cold_read()
    machine.start("systemctl restart NetworkManager")
    machine.cold_read()
    machine.ended()
    machine.cold_read()
    machine.start("nmcli networking off")
    machine.ended()
    machine.cold_read()
    machine.run("systemctl stop NetworkManager")
    machine.cold_read()


def test_networkd_leaves_the_card_alone(machine):
    machine.run("systemctl start systemd-networkd")
    machine.wait(f"networkctl --no-legend list {machine.card} | grep -q unmanaged")
    machine.start("systemctl restart systemd-networkd")
    machine.cold_read()
    machine.ended()
    machine.cold_read()


def test_networkd_takes_over(machine):
    """Farboot's setting is deleted, and another one asks for DHCP."""
    machine.run("rm /run/systemd/network/00-farboot.network")
    machine.run(f"printf '[Match]\\nName={machine.card}\\n[Network]\\nDHCP=yes\\n' > /etc/systemd/network/10-taken.network")
    machine.start("systemctl restart systemd-networkd")
    machine.cold_read()
    machine.ended()
    machine.wait(f"networkctl --no-pager --lines 0 status {machine.card} | grep -q 10-taken")
    machine.cold_read()
    before = machine.pc.text_length()
    machine.cold_read(f"networkctl down {machine.card}")
    machine.pc.wait_text(PUT_BACK, chain.SYSTEM, start=before)
    machine.start("systemctl restart systemd-networkd")
    machine.cold_read()
    machine.ended()
    machine.run("systemctl stop systemd-networkd.socket systemd-networkd")
    machine.cold_read()


def test_ifupdown_takes_over(machine):
    machine.run(f"printf 'iface {machine.card} inet dhcp\\n' >> /etc/network/interfaces")
    machine.start(f"ifup {machine.card}")
    machine.cold_read()
    machine.ended()
    machine.cold_read()
    machine.start(f"ifdown {machine.card}")
    machine.cold_read()
    machine.ended()
    machine.cold_read()


def test_lease_is_renewed_by_what_was_started_again(machine):
    """Twice its time has gone by since."""
    machine.wait(f"[ $(cut -d. -f1 /proc/uptime) -gt {machine.keepers_killed + 2 * LEASE} ]")
    renewed = "stat -c %i-%Y /run/initramfs/etc/lease"
    before = machine.run(renewed).strip()
    machine.wait(f"[ $({renewed}) != {before} ]")
    machine.cold_read()


def test_systemd_executes_itself_anew(machine):
    machine.run("systemctl daemon-reexec")
    machine.cold_read()


def test_killed_reader_is_attached_again(machine):
    """The last one together with the process that had started it."""
    for _ in range(2):
        machine.kill_reader()
        machine.cold_read()
    machine.kill_reader(machine.keepers()["keep-reader"])
    machine.cold_read()


def test_what_was_asked_of_a_killed_reader_is_asked_again(machine):
    """The cable is out, so that a read is on its way when the reader is killed; the kernel gives it to the next one."""
    before = machine.pc.text_length()
    reader = machine.reader()
    machine.pc.cable(False)
    path = machine.start_read_that_waits()
    machine.run(f"kill -9 {reader}")
    machine.pc.wait_text("the reader of the root file system has ended", chain.SYSTEM, start=before)
    machine.pc.cable(True)
    machine.pc.wait_text("the reader of the root file system runs again", chain.SYSTEM, start=before)
    machine.end_cold_read(path)
    machine.cold_read()


def test_what_keeps_the_root_is_marked_and_safe(machine):
    """From systemd's killing at the end (argv[0] begins with @), from the kernel's when memory is short."""
    for name, process in machine.keepers().items():
        assert machine.run(f"cat /proc/{process}/oom_score_adj").strip() == "-1000", name


def test_memory_is_bounded(machine):
    """64 MiB for chunks on a PC of this size, and at most as much besides; the reader's root holds 160 MiB at most."""
    status = machine.run(f"cat /proc/{machine.reader()}/status")
    resident, locked = (int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) for name in ("VmRSS", "VmLck"))
    root = int(machine.run("du -sm -x /run/initramfs").split()[0])
    limit = int(machine.run("df --output=size -m /run/initramfs").split()[-1])
    print(f"resident: {resident} KiB; locked address space: {locked} KiB; files in the reader's root: {root} MiB of {limit}")
    assert resident < 128 * 1024
    assert locked >= resident > 0
    assert root < limit == 160


def test_no_read_has_failed(machine):
    machine.no_errors()


def test_clean_power_off(machine):
    machine.power_off()
