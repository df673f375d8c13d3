"""The whole way of one PC, from power-on to a virtual machine, as a student goes it: by keyboard alone."""

import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .pc import StageTimeout

# Deadlines in seconds: several times what a quiet two-core machine under emulation needs.
FIRMWARE = 180
BROWSER = 900
DOWNLOAD = 600
SYSTEM = 1200
VIRTUAL_MACHINE = 1200
PAINT = 240

USER, PASSWORD = "student", "student"


def recognise(picture, *output):
    """What tesseract reads on a picture, and its width and height as tesseract saw it: enlarged, for screens are small."""
    from PIL import Image, ImageOps  # Debian's python3-pil

    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.png"
        with Image.open(picture) as image:
            grey = ImageOps.grayscale(image.convert("RGB")).resize((image.width * 2, image.height * 2))
            # Dark pages read better as dark letters on light ground.
            if sum(grey.resize((16, 16)).getdata()) / 256 < 110:
                grey = ImageOps.invert(grey)
            grey.save(large)
        text = subprocess.run(["tesseract", str(large), "-", "--psm", "11", *output], check=True, capture_output=True,
                              text=True).stdout
        return text, grey.size


def read_text(picture):
    """The text on a picture."""
    return recognise(picture)[0]


def place_of(picture, word):
    """Where the middle of a word is on a picture, from 0 to 1 from left and top. Raises ValueError."""
    table, (width, height) = recognise(picture, "tsv")
    for line in table.splitlines()[1:]:
        *_, left, top, across, down, _confidence, text = line.split("\t")
        if text.strip().lower() == word.lower():
            return (int(left) + int(across) / 2) / width, (int(top) + int(down) / 2) / height
    raise ValueError(f"{picture} does not show the word {word}")


def picture_with_text(pc, path, words, deadline=PAINT):
    """Takes pictures until one shows all `words`: painting lags behind its stage line. Raises StageTimeout."""
    end = time.monotonic() + deadline
    while True:
        pc.screenshot(path)
        text = read_text(path)
        missing = [word for word in words if word.lower() not in text.lower()]
        if not missing:
            return text
        if time.monotonic() > end or not pc.running():
            raise StageTimeout(f"the screen ({path}) does not show {missing}; it reads:\n{text}")
        time.sleep(2)


@dataclass
class Phase:
    stage: str
    seconds: float  # since the phase before
    bytes: int | None  # fetched in all when the stage was reached, where the stage says so


class Chain:
    """Drives `pc`; leaves NN-stage.png files in `pictures`."""

    def __init__(self, site, pc, pictures):
        self.site = site
        self.pc = pc
        self.pictures = Path(pictures)
        self.pictures.mkdir(parents=True, exist_ok=True)

    def power_on(self):
        self.pc.power_on(self.site.pbl / "vmlinuz", self.site.pbl / "initramfs.img")

    def boot_text(self):
        self.pc.wait_stage("menu-ready", FIRMWARE)
        picture_with_text(self.pc, self.pictures / "01-boot-text.png", ["Farboot"])

    def menu(self):
        self.pc.wait_stage("page-ready", BROWSER)
        picture_with_text(self.pc, self.pictures / "02-menu.png", ["Debian", "desktop"])

    def choose_system(self):
        """Down and up again, to show that keys move; Enter starts the first system."""
        self.pc.press("down", "up", "ret")
        self.pc.wait_stage("choice", PAINT, record="boot/debian-desktop")
        self.pc.wait_stage("record-verified", DOWNLOAD)
        self.progress_picture(self.pictures / "03-progress.png")
        self.pc.wait_stage("kexec", DOWNLOAD)

    def progress_picture(self, path):
        """The page lags behind and the download may be quick: taken again until progress shows, or the download is over."""
        while True:
            self.pc.screenshot(path)
            if "MB" in read_text(path) or "files-verified" in [stage.name for stage in self.pc.stages]:
                return

    def system(self):
        self.pc.wait_stage("root-mounted", SYSTEM)
        self.pc.wait_stage("session-up", SYSTEM)
        self.pc.wait_stage("vmchooser-ready", SYSTEM)
        picture_with_text(self.pc, self.pictures / "04-vmchooser.png", ["Tiny", "Xfce"])

    def virtual_machine(self):
        self.pc.press("ret")
        self.pc.wait_stage("vm-running", VIRTUAL_MACHINE)
        self.pc.wait_stage("virtual-os-up", VIRTUAL_MACHINE)
        picture_with_text(self.pc, self.pictures / "05-virtual-os.png", ["sample virtual machine"])
        self.pc.wait_stage("guest-script", VIRTUAL_MACHINE, status="0")

    def run(self):
        for step in (self.power_on, self.boot_text, self.menu, self.choose_system, self.system, self.virtual_machine):
            step()

    def phases(self):
        before = 0.0
        result = []
        for stage in self.pc.stages:
            count = stage.values.get("bytes")
            result.append(Phase(stage.name, stage.seconds - before, int(count) if count and count.isdigit() else None))
            before = stage.seconds
        return result


def table(phases):
    """The phases as text, one a line."""
    lines = [f"{'stage':<20}{'seconds':>9}{'at':>9}{'MB fetched':>12}"]
    at = 0.0
    for phase in phases:
        at += phase.seconds
        fetched = "" if phase.bytes is None else f"{phase.bytes / 1e6:.1f}"
        lines.append(f"{phase.stage:<20}{phase.seconds:>9.1f}{at:>9.1f}{fetched:>12}")
    return "\n".join(lines)


def clear(folder):
    shutil.rmtree(folder, ignore_errors=True)
    Path(folder).mkdir(parents=True)
