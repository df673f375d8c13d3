"""A kiosk on a bad day: its clock is in 1970, the server is away at power-on and again in the middle of the download.

It boots all the same, with no key pressed and no graphical layer fetched.
"""

import json

import pytest
from lab import chain
from lab.pc import PC
from lab.site import ROOT, run

READER = "farboot-reader --socket /run/initramfs/run/control.sock"


def new_pc():
    return PC(ROOT / "build/e2e/kiosk", memory_mib=2048, extra=["-rtc", "base=1970-01-02T00:00:00"])


@pytest.fixture(scope="module")
def kiosk(site):
    site.set_auto("boot/debian-kiosk", 5)
    site.stop_server()
    pc = new_pc()
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


def test_system_comes_up_without_the_graphical_layer(kiosk):
    kiosk.wait_stage("root-mounted", chain.SYSTEM)
    kiosk.wait_text("farboot login:", chain.SYSTEM)
    assert not {stage.name for stage in kiosk.stages} & {"gui-record", "gui-mounted", "browser-start", "page-ready"}


def ask_reader(shell, command):
    """What the root's reader says to root."""
    status, output = shell.run(f"echo {chain.PASSWORD} | sudo -S -p '' {READER} {command}", 240)
    assert status == 0, output
    return output.replace("\r", "")


def test_what_one_boot_read_comes_by_itself_at_the_next(site, kiosk):
    """The first boot's trace becomes the image's profile: the second one asks for hardly anything by itself."""
    shell = kiosk.shell(chain.USER, chain.PASSWORD)
    trace = site.folder / "kiosk.csv"
    trace.write_text(ask_reader(shell, "trace --session kiosk"))
    first = json.loads(ask_reader(shell, "status"))["exports"][0]
    kiosk.power_off()
    run(site.farboot, "profile", "make", trace, "--store", site.store)

    second_boot = new_pc()
    try:
        second_boot.power_on(site.pbl / "vmlinuz", site.pbl / "initramfs.img")
        second_boot.wait_stage("root-mounted", chain.SYSTEM)
        second_boot.wait_text("farboot login:", chain.SYSTEM)
        second = json.loads(ask_reader(second_boot.shell(chain.USER, chain.PASSWORD), "status"))["exports"][0]
    finally:
        second_boot.power_off()
    for name in ("requests", "demand_bytes", "read_ahead_bytes", "hot_bytes", "meta_bytes"):
        print(f"{name}: {first[name]} without a profile, {second[name]} with one")
    assert second["hot"]["state"] == "done"
    assert second["requests"] < first["requests"] / 4
    assert second["demand_bytes"] < first["demand_bytes"] / 4
    assert second["fetched_bytes"] < 1.1 * first["fetched_bytes"]
