"""A kiosk on a bad day: its clock is in 1970, the server is away at power-on and again in the middle of the download.

It boots all the same, with no key pressed and no graphical layer fetched.
"""

import base64
import json

import pytest
from lab import chain
from lab.dump import Dump
from lab.pc import PC
from lab.site import ROOT, run

READER = "farboot-reader --socket /run/initramfs/run/control.sock"


def new_pc(extra=()):
    return PC(ROOT / "build/e2e/kiosk", memory_mib=2048, extra=["-rtc", "base=1970-01-02T00:00:00", *extra])


def forget_profile(site):
    """What an earlier run on this machine has learnt: the image inherits it."""
    envelope = json.loads((site.folder / "kiosk.dsse").read_text())
    record = json.loads(base64.b64decode(envelope["payload"]))
    run(site.farboot, "profile", "drop", record["image"]["manifest"], "--store", site.store)


@pytest.fixture(scope="module")
def kiosk(site):
    forget_profile(site)
    site.set_auto("boot/debian-kiosk", 5)
    site.stop_server()
    dump = Dump(site.folder / "kiosk.pcap")
    pc = new_pc(dump.arguments)
    pc.dump = dump
    pc.power_on(site.pbl / "vmlinuz", site.pbl / "initramfs.img")
    yield pc
    pc.power_off()
    if site.server.poll() is not None:
        site.start_server()
    site.set_auto("boot/debian-kiosk", None)


def test_unreachable_server_shows_a_countdown(kiosk):
    kiosk.wait_stage("network-up", chain.FIRMWARE)
    kiosk.wait_text(r"[Tt]ry(ing)? again in \d+", chain.FIRMWARE)


def test_it_goes_on_when_the_server_is_back(site, kiosk):
    site.start_server()
    kiosk.wait_stage("statement-ok", chain.FIRMWARE)
    choice = kiosk.wait_stage("choice", chain.FIRMWARE)
    assert choice.values["record"] == "boot/debian-kiosk"


def test_a_download_survives_the_loss_of_the_server(site, kiosk):
    kiosk.wait_stage("record-verified", chain.FIRMWARE)
    before = kiosk.text_length()
    site.stop_server(kill=True)
    kiosk.wait_text(r"[Tt]ry(ing)? again in \d+", chain.FIRMWARE, start=before)
    assert "kexec" not in {stage.name for stage in kiosk.stages}
    site.start_server()
    kiosk.wait_stage("files-verified", chain.DOWNLOAD)
    kiosk.wait_stage("kexec", chain.DOWNLOAD)


def test_the_system_goes_on_with_the_address_that_it_is_handed(kiosk):
    """The new kernel is about to start: what the PC has sent until now was asked by the preboot system."""
    before = kiosk.dump.dhcp_questions()
    assert {1, 3} <= set(before), "the preboot system has asked for an address, and confirmed it"
    kiosk.wait_stage("root-mounted", chain.SYSTEM)
    assert kiosk.dump.dhcp_questions() == before, "DHCP was asked a second time"


def test_system_comes_up_without_the_graphical_layer(kiosk):
    kiosk.wait_stage("root-mounted", chain.SYSTEM)
    kiosk.wait_text("farboot login:", chain.SYSTEM)
    assert not {stage.name for stage in kiosk.stages} & {"gui-record", "gui-mounted", "browser-start", "page-ready"}


def ask_reader(shell, command, reader=READER):
    """What a reader says to root."""
    status, output = shell.run(f"echo {chain.PASSWORD} | sudo -S -p '' {reader} {command}", 240)
    assert status == 0, output
    return output.replace("\r", "").lstrip()


def boot_again(site, disk):
    """Boots the kiosk once more, with a disk in it; returns what the root's reader and the virtual machines' say then."""
    pc = new_pc(["-drive", f"file={disk},format=raw,if=virtio"])
    try:
        pc.power_on(site.pbl / "vmlinuz", site.pbl / "initramfs.img")
        pc.wait_stage("root-mounted", chain.SYSTEM)
        pc.wait_text("farboot login:", chain.SYSTEM)
        shell = pc.shell(chain.USER, chain.PASSWORD)
        root = json.loads(ask_reader(shell, "status"))
        shell.run(f"echo {chain.PASSWORD} | sudo -S -p '' systemctl start farboot-reader", 240)  # waits for its socket
        machines = json.loads(ask_reader(shell, "status", "farboot-reader"))
        shell.run(f"echo {chain.PASSWORD} | sudo -S -p '' sync", 240)
        return root, machines
    finally:
        pc.power_off()


@pytest.fixture(scope="module")
def first_boot(site, kiosk):
    """Somebody has logged in on the kiosk: his shell, the trace until then, and its reader's counters."""
    shell = kiosk.shell(chain.USER, chain.PASSWORD)
    trace = site.folder / "kiosk.csv"
    trace.write_text(ask_reader(shell, "trace --session kiosk"))
    return shell, trace, json.loads(ask_reader(shell, "status"))["exports"][0]


def test_who_sits_there_is_told_that_the_system_waits_for_its_server(site, kiosk, first_boot):
    shell, _, _ = first_boot
    before = kiosk.text_length()
    site.stop_server(kill=True)
    # Nothing has read these yet, and they lie in many places: they have not all come along with something else.
    shell.start("find /usr/bin/mousepad /usr/share/perl -type f -exec cat {} + > /dev/null")
    kiosk.wait_text("farboot: waiting for the network or the server, it goes on by itself", chain.SYSTEM, start=before)
    chain.picture_with_text(kiosk, kiosk.folder / "waiting.png", ["waiting for the network"])
    site.start_server()
    kiosk.wait_text(r"farboot: back after \d+ s of waiting", chain.SYSTEM, start=before)
    assert shell.run("true", 600)[0] == 0  # after the reading


@pytest.fixture(scope="module")
def learnt(site, kiosk, first_boot):
    """The first boot's trace has become the image's profile; its reader's counters."""
    _, trace, first = first_boot
    kiosk.power_off()
    run(site.farboot, "profile", "make", trace, "--store", site.store)
    return first


@pytest.fixture(scope="module")
def disk(site):
    """A disk as a PC may have one, with a partition for chunks (here the whole disk)."""
    path = site.folder / "cache.img"
    path.unlink(missing_ok=True)
    with open(path, "wb") as file:
        file.truncate(1 << 30)
    run("mkfs.ext4", "-q", "-L", "FARBOOT-CACHE", path)
    return path


def test_what_one_boot_read_comes_by_itself_at_the_next(site, learnt, disk):
    status, machines = boot_again(site, disk)
    second = status["exports"][0]
    for name in ("requests", "demand_bytes", "read_ahead_bytes", "hot_bytes", "meta_bytes"):
        print(f"{name}: {learnt[name]} without a profile, {second[name]} with one")
    assert second["hot"]["state"] == "done"
    assert second["requests"] < learnt["requests"] / 4
    assert second["demand_bytes"] < learnt["demand_bytes"] / 4
    assert second["fetched_bytes"] < 1.1 * learnt["fetched_bytes"]
    for reader in (status, machines):
        assert reader["disk"]["writable"]
        assert reader["disk"]["limit"] > 300 << 20
    assert machines["disk"]["view_chunks"] > 100, "the machines' reader does not see what the root's keeps"


def test_a_disk_keeps_what_was_fetched(site, learnt, disk):
    status, _ = boot_again(site, disk)
    third = status["exports"][0]
    print(f"fetched_bytes: {learnt['fetched_bytes']} at first, {third['fetched_bytes']} with what the disk kept")
    assert third["disk_hits"] > 100
    assert third["fetched_bytes"] < learnt["fetched_bytes"] / 10
    assert status["disk"]["damaged"] < 10
