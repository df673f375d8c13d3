"""A kiosk on a bad day: its clock is in 1970, the server is away at power-on and again in the middle of the download.

It boots all the same, with no key pressed and no graphical layer fetched.
"""

import pytest
from lab import chain
from lab.pc import PC
from lab.site import ROOT


@pytest.fixture(scope="module")
def kiosk(site):
    site.set_auto("boot/debian-kiosk", 5)
    site.stop_server()
    pc = PC(ROOT / "build/e2e/kiosk", memory_mib=2048, extra=["-rtc", "base=1970-01-02T00:00:00"])
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
