"""What the kernel's command line says of the network, and of where the system writes: one boot each."""

import subprocess

import pytest
from lab import chain
from lab.segment import Segment
from machine import Machine

NAMES = "net.ifnames=0"  # so that the test knows what a card is called
# A card with a link and nobody at the other end.
DEAF_CARD = ["-netdev", "hubport,id=deaf,hubid=9", "-device", "virtio-net-pci,netdev=deaf,mac=52:54:00:fa:2b:01"]
# QEMU's network with IPv6 alone; the router's address leads to ::1.
NETWORK6 = ["-netdev", "user,id=net0,ipv4=off,ipv6=on,ipv6-prefix=2001:db8:6::,ipv6-prefixlen=64",
            "-device", "virtio-net-pci,netdev=net0,id=nic0,mac=52:54:00:fa:2b:07"]


@pytest.fixture
def boot(small_system):
    """Starts a PC: boot(name, network, cmdline, …)."""
    started = []

    def start(name, network, cmdline, extra=(), **options):
        machine = Machine(small_system, name, network, extra)
        started.append(machine)
        machine.power_on(f"{NAMES} {cmdline}", **options)
        machine.run("sha256sum --version; ip addr; sleep 0.1; dmesg; df; pgrep -f x; true")
        return machine

    yield start
    for machine in started:
        machine.pc.power_off()


def cold_read_without(machine, command):
    """A command takes the network away. Reads while it is gone; it is put back, which is said on the console."""
    before = machine.pc.text_length()
    machine.cold_read(command)
    machine.pc.wait_text("farboot: something took the address of", chain.SYSTEM, start=before)


def megabytes_of_root(machine):
    return int(machine.run("df --output=size -m /").split()[-1])


def test_card_with_ipv6_alone_is_found_and_writes_are_compressed(boot, site):
    """Two cards with a link and no word of which: one is deaf, the other hears router advertisements and no DHCP server.
    The system writes to zram."""
    machine = boot("two-cards", [*DEAF_CARD, *NETWORK6], "farboot.upper=zram,60%",
                   sources=[f"http://[2001:db8:6::2]:{site.plain_port}/store"])
    assert "inet6 2001:db8:6:" in machine.run("ip addr show dev eth1")
    machine.cold_read()
    cold_read_without(machine, "ip -6 addr flush dev eth1; ip -6 route flush dev eth1")
    assert 400 < megabytes_of_root(machine) < 700  # 60 % of 1 GiB
    machine.run("head -c 100000000 /dev/zero | tr '\\0' x > /var/tmp/file; sync")
    stored, compressed = (int(word) for word in machine.run("cat /sys/block/zram0/mm_stat").split()[:2])
    assert stored > 100_000_000 > 5 * compressed
    machine.run("head -c 100000000 /dev/zero | tr '\\0' x | cmp - /var/tmp/file")
    machine.no_errors()


def test_vlan_with_a_fixed_address_and_a_scratch_partition(boot, tmp_path):
    """Untagged frames get nowhere. What an earlier boot wrote on the partition is gone."""
    left = tmp_path / "left/upper/etc"
    left.mkdir(parents=True)
    (left / "left-behind").write_text("of the boot before")
    disk = tmp_path / "disk.img"
    subprocess.run(["mkfs.ext4", "-q", "-L", "FARBOOT-SCRATCH", "-d", tmp_path / "left", disk, "300M"], check=True)
    machine = boot("vlan", Segment(vlan=7).arguments(),
                   "vlan=vlan7:eth0 ip=10.0.2.77::10.0.2.2:255.255.255.0::vlan7:none nameserver=10.0.2.3 "
                   "farboot.upper=LABEL=FARBOOT-SCRATCH",
                   extra=["-drive", f"file={disk},format=raw,if=virtio"])
    assert "inet 10.0.2.77/24" in machine.run("ip addr show dev vlan7")
    assert machine.run("cat /run/initramfs/etc/resolv.conf").split() == ["nameserver", "10.0.2.3"]
    machine.cold_read()
    cold_read_without(machine, "ip link delete vlan7")
    assert 200 < megabytes_of_root(machine) < 300
    machine.run("! test -e /etc/left-behind; echo new > /etc/written; sync")
    machine.no_errors()
    machine.power_off()
    listing = subprocess.run(["debugfs", "-R", "ls -p /", disk], check=True, capture_output=True, text=True).stdout
    assert "/upper/" in listing and "/old." not in listing
    assert "Inode:" in subprocess.run(["debugfs", "-R", "stat /upper/etc/written", disk], check=True, capture_output=True,
                                      text=True).stdout


def test_fixed_ipv6_address_and_reboot(boot, site):
    """A partition that is not there stops nothing."""
    machine = boot("ipv6-fixed", NETWORK6, "ip=[2001:DB8:6::0077]::[2001:db8:6::2]:64::eth0:none farboot.upper=LABEL=ABSENT",
                   sources=[f"http://[2001:db8:6::2]:{site.plain_port}/store"])
    assert "inet6 2001:db8:6::77/64" in machine.run("ip addr show dev eth0")
    machine.cold_read()
    cold_read_without(machine, "ip link set dev eth0 down")
    assert "there is no partition ABSENT" in machine.run("dmesg")
    machine.no_errors()
    machine.reboot()
