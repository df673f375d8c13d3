"""A published system, started as the preboot system would start it, but directly by QEMU: a boot takes a minute less."""

import json
import shutil
import subprocess
from pathlib import Path

from .site import run


class System:
    """One sample system of a site, made and published when it is first asked for."""

    def __init__(self, site, sample):
        self.site = site
        self.folder = site.folder / sample
        self.folder.mkdir(parents=True, exist_ok=True)
        site.make_system(sample, self.folder)
        self.record = self.folder / "record.dsse"
        self.publish(sample, "boot=farboot", self.record)

    def publish(self, series, cmdline, record):
        """As a boot record of its own, which the file `record` gets."""
        site = self.site
        run(site.farboot, "publish", "boot", "--series", series, "--title", series, "--cmdline", cmdline,
            "--kernel", self.folder / "vmlinuz", "--initramfs", self.folder / "initrd.img",
            "--image", self.folder / "root.squashfs", "--store", site.store, "--key", site.key, "--number", "auto",
            "--server", site.local_url, "--ca", site.data / "ca.pem", "--token-file", site.token_file, "-o", record)

    def forget_profile(self):
        """What was guessed, or what another test's PCs have learnt."""
        record = json.loads(run(self.site.farboot, "record", "show", "--json", self.record, stdout=subprocess.PIPE).stdout)
        run(self.site.farboot, "profile", "drop", record["payload"]["image"]["manifest"], "--store", self.site.store)

    def power_on(self, pc, cmdline="", handover=None, sources=None, initramfs="initrd.img"):
        """Starts it on a PC. `cmdline` is added to the kernel's; `handover` is what the preboot system tells of the network
        (nothing: the system asks by itself); `sources` are other addresses of the store; `initramfs` is another one that
        the sample has."""
        handed = self.folder / "handed"
        shutil.rmtree(handed, ignore_errors=True)
        given = handed / "farboot"
        given.mkdir(parents=True)
        shutil.copy(self.record, given / "record.dsse")
        shutil.copy(self.site.folder / "policy.dsse", given / "policy.dsse")
        shutil.copy(self.site.data / "ca.pem", given / "ca.pem")
        urls = sources or [f"{self.site.url}/store"]
        (given / "sources.json").write_text(json.dumps({"version": 1, "sources": [{"url": url} for url in urls]}) + "\n")
        (given / "handover.env").write_text("".join(f"{name}={value}\n" for name, value in (handover or {}).items()))
        names = "\n".join(str(path.relative_to(handed)) for path in sorted(given.rglob("*")))
        cpio = subprocess.run(["cpio", "--create", "--format=newc", "--quiet", "--owner=0:0"], cwd=handed,
                              input=f"farboot\n{names}\n".encode(), check=True, capture_output=True).stdout
        whole = self.folder / "initrd.handed"
        made = (self.folder / initramfs).read_bytes()
        whole.write_bytes(made + bytes(-len(made) % 4) + cpio)  # the kernel finds an archive on a multiple of 4 bytes
        pc.power_on(self.folder / "vmlinuz", whole,
                    f"boot=farboot console=tty0 console=ttyS0 systemd.default_device_timeout_sec=900 {cmdline}")

    def content(self, path):
        """What a file of the image has in it."""
        return subprocess.run(["unsquashfs", "-cat", self.folder / "root.squashfs", str(path).lstrip("/")], check=True,
                              capture_output=True).stdout

    def files(self, under, least=65536):
        """Regular files below a folder of the image, none smaller than `least` bytes; largest first."""
        listing = subprocess.run(["unsquashfs", "-lln", self.folder / "root.squashfs", under.lstrip("/")], check=True,
                                 capture_output=True, text=True).stdout
        found = []
        for line in listing.splitlines():
            part = line.split(maxsplit=5)
            if len(part) == 6 and part[0].startswith("-") and int(part[2]) >= least:
                found.append((int(part[2]), Path(part[5]).relative_to("squashfs-root")))
        return ["/" + str(path) for _, path in sorted(found, reverse=True)]
