"""A pinned image: once all of it is on the PC's disk, the running system needs no server. The same boot shows the words of
the kernel's command line that need no PC of their own."""

import subprocess

import pytest
from lab import chain
from machine import READER, Machine

# Two cards of which each would do: a DHCP server and a router's advertisements on either, the server behind both.
CARDS = [argument for number, address in enumerate(("52:54:00:fa:2b:01", "52:54:00:fa:2b:07"))
         for argument in ("-netdev", f"user,id=net{number},ipv6=on,ipv6-prefix=2001:db8:6::,ipv6-prefixlen=64",
                          "-device", f"virtio-net-pci,netdev=net{number},id=nic{number},mac={address}")]
NAMED = "BOOTIF=01-52-54-00-fa-2b-07"


@pytest.fixture(scope="module")
def machine(small_system, site, tmp_path_factory):
    disk = tmp_path_factory.mktemp("pinned") / "disk.img"
    # The reader of the root gets half of it.
    subprocess.run(["mkfs.ext4", "-q", "-L", "FARBOOT-CACHE", disk, "2G"], check=True)
    made = Machine(small_system, "pinned", CARDS, ["-drive", f"file={disk},format=raw,if=virtio"])
    made.power_on(f"net.ifnames=0 {NAMED} ip=auto6 farboot.upper=tmpfs,300m farboot.pin",
                  sources=[f"http://[2001:db8:6::2]:{site.plain_port}/store"])
    yield made
    made.pc.power_off()


def test_named_card_asks_for_ipv6_alone(machine):
    """The other card comes first, and a DHCP server would have answered on both."""
    other, named = (machine.run(f"ip addr show dev {card}") for card in ("eth0", "eth1"))
    assert "inet" not in other
    assert "inet6 2001:db8:6:" in named and "inet " not in named


def test_layer_in_memory_is_as_large_as_asked(machine):
    assert machine.run("df --output=size -m /").split()[-1] == "300"


def test_pinned_image_is_read_without_a_server(machine, site):
    machine.wait(f"{READER} status | grep -q '\"complete\"'", chain.SYSTEM)
    export = machine.status()["exports"][0]
    assert export["pinned"]["state"] == "complete"
    assert export["pinned"]["present"] == export["pinned"]["chunks"] > 0
    site.stop_server(kill=True)
    try:
        for _ in range(3):
            before, after = machine.end_cold_read(machine.start_cold_read())
            assert before == after
    finally:
        site.start_server()
    assert machine.status()["exports"][0]["disk_hits"] > export["disk_hits"]
    machine.no_errors()
