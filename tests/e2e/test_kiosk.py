"""A system that is marked boots by itself: no key, no graphical layer."""

import pytest
from lab import chain
from lab.pc import PC
from lab.site import ROOT


@pytest.fixture()
def kiosk(site):
    site.set_auto("boot/debian-kiosk", 5)
    pc = PC(ROOT / "build/e2e/kiosk", memory_mib=2048)
    yield pc
    pc.power_off()
    site.set_auto("boot/debian-kiosk", None)


def test_kiosk_boots_alone_without_the_graphical_layer(site, kiosk):
    kiosk.power_on(site.pbl / "vmlinuz", site.pbl / "initramfs.img")
    choice = kiosk.wait_stage("choice", chain.FIRMWARE * 2)
    assert choice.values["record"] == "boot/debian-kiosk"
    kiosk.wait_stage("kexec", chain.DOWNLOAD)
    kiosk.wait_stage("root-mounted", chain.SYSTEM)
    kiosk.wait_text("farboot login:", chain.SYSTEM)
    names = {stage.name for stage in kiosk.stages}
    assert not names & {"gui-record", "gui-mounted", "browser-start", "page-ready"}
