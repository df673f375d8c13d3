"""What may happen to the network and the reader under a running root file system: each network manager takes over the
card, its address goes, changes or cannot be renewed, the reader is killed. After each, files that nothing has read before
must be read, and be right.

The system is a small one, started without the preboot system. The tests build on each other.
"""

import hashlib
import itertools
import re

import pytest
from lab import chain
from lab.pc import PC
from lab.segment import Segment
from lab.site import ROOT
from lab.system import System

LEASE = 20
KEPT = r"address of \S+ away; it is put back"


class Machine:
    """A PC with the small system, and its files that nobody has read yet."""

    def __init__(self, system, segment, name, extra=()):
        self.system = system
        self.segment = segment
        self.pc = PC(ROOT / "build/e2e" / name, memory_mib=1024, network=segment.arguments() if segment else PC.CARD,
                     extra=extra)
        self._cold = itertools.chain(system.files("usr/share/perl"), system.files("usr/lib/python3.11"),
                                     system.files("usr/share/gdb"), system.files("usr/lib/x86_64-linux-gnu/perl"))
        self._shell = None

    def power_on(self, *arguments, **options):
        self.system.power_on(self.pc, *arguments, **options)
        self.pc.wait_stage("root-mounted", chain.SYSTEM)
        self.pc.wait_text("farboot login:", chain.SYSTEM)
        self._shell = self.pc.shell("root", "farboot")

    def run(self, command, deadline=300):
        status, output = self._shell.run(command, deadline)
        assert status == 0, f"{command}: {output}"
        return output.replace("\r", "")

    def start(self, command):
        """Runs a command that takes away the network, and so perhaps itself, without waiting for it."""
        self.run(f"({command}) > /run/started.log 2>&1 &")

    def cold_read(self, deadline=600):
        """Reads a file that was never read; compares it with what was published."""
        path = next(self._cold)
        status, output = self._shell.run(f"sha256sum {path}", deadline)
        assert status == 0, output
        assert output.split()[0] == hashlib.sha256(self.system.content(path)).hexdigest(), f"{path} differs from the image"

    def wait(self, condition, deadline=300):
        """Waits until a shell condition is true on the machine."""
        self.run(f"until {condition}; do sleep 1; done", deadline)

    def no_errors(self):
        # What the kernel says of a lost block, a file system that misses one, and an attached device that was given up.
        assert not re.findall(r".*(?:I/O error|SQUASHFS error|Buffer I/O|nbd0: shutting down).*", self.run("dmesg"))


@pytest.fixture(scope="module")
def system(site):
    return System(site, "managers")


@pytest.fixture(scope="module")
def machine(system):
    segment = Segment(lease_seconds=LEASE)
    made = Machine(system, segment, "takeover")
    made.power_on()
    made.card = made.run("ls -d /sys/class/net/*/device | cut -d/ -f5").strip()
    # What the test itself needs while there is no network must not be what is cold.
    made.run("sha256sum --version; dmesg; ip addr; pgrep -f x; echo | grep -c x; sleep 0.1; cut --version")
    yield made
    made.pc.power_off()
    segment.close()


def test_lease_is_renewed_and_twice_its_time_goes_by(machine):
    """udhcpc asks again after half of it; had it not, the machine would have no address that is its own."""
    before = machine.segment.acknowledged
    machine.wait(f"[ $(cut -d. -f1 /proc/uptime) -gt {int(machine.run('cut -d. -f1 /proc/uptime')) + 2 * LEASE} ]")
    assert machine.segment.acknowledged >= before + 2
    machine.cold_read()


def test_link_down_and_up(machine):
    machine.pc.cable(False)
    machine.wait(f"grep -q 0 /sys/class/net/{machine.card}/carrier")
    machine.pc.cable(True)
    machine.cold_read()
    machine.start(f"ip link set dev {machine.card} down")
    machine.cold_read()


def test_dhcp_server_gives_another_address(machine):
    """The old one is refused from then on, and nothing from it gets through."""
    machine.segment.move("10.0.2.15")
    machine.wait(f"ip addr show dev {machine.card} | grep -q 'inet 10.0.2.1[^5]/'")
    machine.cold_read()
    assert "10.0.2.15" not in machine.run(f"ip addr show dev {machine.card}")


def test_networkmanager_leaves_the_card_alone(machine):
    machine.run("systemctl start NetworkManager")
    machine.wait("nmcli --terse general")
    assert f"{machine.card}:unmanaged" in machine.run("nmcli --terse --fields DEVICE,STATE device")
    machine.cold_read()


def test_networkmanager_takes_over(machine):
    """Against what it was told: somebody has deleted Farboot's setting, and activates a connection."""
    machine.run("rm /run/NetworkManager/conf.d/00-farboot.conf; nmcli general reload")
    machine.start(f"nmcli device set {machine.card} managed yes; nmcli connection add type ethernet ifname {machine.card} "
                  f"con-name taken ipv4.method auto; nmcli connection up taken; nmcli connection down taken; "
                  f"nmcli connection up taken")
    machine.cold_read()
    machine.wait(f"nmcli --terse --fields DEVICE,STATE device | grep -q '^{machine.card}:connected$'")
    machine.cold_read()
    machine.start("systemctl restart NetworkManager")
    machine.cold_read()
    machine.start("nmcli networking off")
    machine.wait("! pgrep -x nmcli")
    machine.cold_read()
    machine.run("systemctl stop NetworkManager")
    machine.cold_read()


def test_networkd_leaves_the_card_alone(machine):
    machine.run("systemctl start systemd-networkd")
    machine.wait(f"networkctl --no-legend list {machine.card} | grep -q unmanaged")
    machine.start("systemctl restart systemd-networkd")
    machine.cold_read()


def test_networkd_takes_over(machine):
    """Farboot's setting is deleted, and another one asks for DHCP."""
    machine.run("rm /run/systemd/network/00-farboot.network")
    machine.run(f"printf '[Match]\\nName={machine.card}\\n[Network]\\nDHCP=yes\\n' > /etc/systemd/network/10-taken.network")
    machine.start("systemctl restart systemd-networkd")
    machine.cold_read()
    machine.wait(f"networkctl --no-legend list {machine.card} | grep -q configured")
    machine.cold_read()
    machine.start(f"networkctl down {machine.card}")
    machine.cold_read()
    machine.start("systemctl restart systemd-networkd")
    machine.cold_read()
    machine.run("systemctl stop systemd-networkd.socket systemd-networkd")
    machine.cold_read()


def test_ifupdown_takes_over(machine):
    machine.run(f"printf 'iface {machine.card} inet dhcp\\n' >> /etc/network/interfaces")
    machine.start(f"ifup {machine.card}")
    machine.cold_read()
    machine.wait(f"! pgrep -x ifup")
    machine.start(f"ifdown {machine.card}")
    machine.cold_read()
    machine.wait(f"! pgrep -x ifdown")
    machine.cold_read()


def test_systemd_executes_itself_anew(machine):
    machine.run("systemctl daemon-reexec")
    machine.cold_read()


def test_killed_reader_is_attached_again(machine):
    """At a moment when the machine reads through it, and once more."""
    for _ in range(2):
        before = machine.pc.text_length()
        reader = machine.run("pgrep -f '^@nbdkit'").strip()
        machine.start(f"sleep 1; kill -9 {reader}")
        for _ in range(3):
            machine.cold_read()
        machine.pc.wait_text("the reader of the root file system runs again", chain.SYSTEM, start=before)
        assert machine.run("pgrep -f '^@nbdkit'").strip() != reader
        machine.cold_read()


def test_what_keeps_the_root_is_marked_and_safe(machine):
    """From systemd's killing at the end (argv[0] begins with @), from the kernel's when memory is short."""
    for name in ("@nbdkit", "keep-reader", "keep-network", "udhcpc"):
        process = machine.run(f"pgrep -f '^@.*{name.lstrip('@')}'").split()[0]
        assert machine.run(f"cat /proc/{process}/oom_score_adj").strip() == "-1000", name


def test_no_read_has_failed(machine):
    machine.no_errors()


def test_clean_power_off(machine):
    before = machine.pc.text_length()
    machine._shell._send("systemctl poweroff\n")
    machine.pc.wait_off(chain.SYSTEM)
    assert not re.search(r"I/O error|SQUASHFS error", machine.pc._text[before:])
