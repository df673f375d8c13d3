"""A PC with UEFI firmware, started from a stick with the preboot system: what the menu asks the firmware for, it does."""

import queue
import shutil

import efi_disk
import pytest
from lab import chain
from lab.pc import PC
from lab.site import ROOT

STICK = """
search --no-floppy --file --set=root /vmlinuz
linux /vmlinuz console=tty0 console=ttyS0
initrd /initramfs.img
boot
"""
DISK = """
serial --unit=0
terminal_output serial console
echo "The system on the local disk is up."
sleep --interruptible 3600
"""


@pytest.fixture(scope="module")
def disks(site):
    folder = ROOT / "build/e2e/firmware-disks"
    folder.mkdir(parents=True, exist_ok=True)
    efi_disk.make(folder / "stick.img", STICK, [site.pbl / "vmlinuz", site.pbl / "initramfs.img"])
    efi_disk.make(folder / "local.img", DISK)
    return folder


@pytest.fixture
def pc(disks):
    shutil.copy("/usr/share/OVMF/OVMF_VARS_4M.fd", disks / "variables.fd")
    made = PC(ROOT / "build/e2e/firmware", memory_mib=1024, extra=[
        "-drive", "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd",
        "-drive", f"if=pflash,format=raw,unit=1,file={disks}/variables.fd",
        "-drive", f"if=none,id=stick,format=raw,readonly=on,file={disks}/stick.img", "-device", "usb-storage,drive=stick,bootindex=0",
        "-drive", f"if=none,id=local,format=raw,file={disks}/local.img", "-device", "ide-hd,drive=local,bootindex=1",
        "-action", "reboot=reset"])
    made.resets = queue.SimpleQueue()
    made.on_event = lambda event: event["event"] == "RESET" and made.resets.put(event["data"]["reason"])
    yield made
    made.power_off()


def choose(pc, menu, tool, title):
    """From power-on to the restart that the tool asks for."""
    menu("tool", tool, title)
    pc.power_on()
    pc.wait_stage("menu-ready", chain.FIRMWARE)
    pc.wait_text(title, chain.PAINT)
    pc.press("ret")
    assert pc.wait_stage("choice", chain.PAINT).values["record"] == tool
    assert pc.resets.get(timeout=chain.PAINT) == "guest-reset"


def test_the_firmware_shows_its_set_up(pc, menu):
    choose(pc, menu, "tool/firmware-setup", "Firmware set-up")
    chain.picture_with_text(pc, pc.folder / "set-up.png", ["Boot Manager", "Device Manager"], chain.FIRMWARE)


def test_the_local_disk_is_started(pc, menu):
    choose(pc, menu, "tool/local-disk", "Start from the disk")
    pc.wait_text("The system on the local disk is up", chain.FIRMWARE)
