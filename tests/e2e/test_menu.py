"""What is in the menu besides starting what is newest: tools, and versions that are taken back."""

import queue

import pytest
from lab import chain
from lab.pc import PC
from lab.site import ROOT

CMDLINE = "boot=farboot console=tty0 console=ttyS0 systemd.default_device_timeout_sec=900"
RECORD = "boot/small-menu"


@pytest.fixture
def pc(site):
    made = PC(ROOT / "build/e2e/menu", memory_mib=1024)
    made.ended = queue.SimpleQueue()
    made.on_event = lambda event: event["event"] == "SHUTDOWN" and made.ended.put(event["data"]["reason"])

    def choose_first(title):
        """From power-on to the choice of the menu's first entry, by keyboard in the text menu."""
        made.stages.clear()
        made.power_on(site.pbl / "vmlinuz", site.pbl / "initramfs.img")
        made.wait_stage("menu-ready", chain.FIRMWARE)
        made.wait_text(title, chain.PAINT)
        made.press("ret")
        return made.wait_stage("choice", chain.PAINT)

    made.choose_first = choose_first
    yield made
    made.power_off()


@pytest.mark.parametrize(("tool", "title", "reason"), [("tool/reboot", "Restart this PC", "guest-reset"),
                                                       ("tool/power-off", "Switch it off", "guest-shutdown")])
def test_tools_of_the_menu_end_the_preboot_system(menu, pc, tool, title, reason):
    menu("tool", tool, title)
    assert pc.choose_first(title).values["record"] == tool
    pc.wait_off(chain.PAINT)
    assert pc.ended.get(timeout=60) == reason


def test_a_tool_that_needs_uefi_says_so_on_a_bios(menu, pc):
    menu("tool", "tool/firmware-setup", "Firmware set-up")
    pc.choose_first("Firmware set-up")
    pc.wait_text("works on PCs with UEFI firmware only", chain.PAINT)


def test_a_version_that_was_rolled_back_is_what_pcs_boot(site, small_system, menu, pc):
    def publish():
        small_system.publish("small-menu", CMDLINE, small_system.folder / "small-menu.dsse")
        return site.request("GET", f"/api/v1/series/{RECORD}")

    def boots():
        """The number that the PC verifies, and that its system comes up with."""
        pc.choose_first("Small system")
        number = int(pc.wait_stage("record-verified", chain.DOWNLOAD, record=RECORD).values["number"])
        pc.wait_stage("root-mounted", chain.SYSTEM)
        pc.power_off()
        return number

    first = publish()["current"]
    series = publish()
    second = series["current"]
    assert second == first + 1
    menu("system", RECORD, "Small system")
    assert boots() == second

    series = site.request("PUT", f"/api/v1/series/{RECORD}", {"current": first}, {"If-Match": series["etag"]})
    assert (series["current"], series["floor"]) == (first, first)
    site.request("PUT", f"/api/v1/series/{RECORD}/{second}", {"state": "revoked"}, {"If-Match": series["etag"]})
    assert boots() == first
