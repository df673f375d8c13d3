"""One institution in a folder: keys, server, store, sample images, catalog, and a preboot system that knows it all.

Everything goes through the programs that an admin would use; nothing here knows a format.
"""

import json
import os
import re
import secrets
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The address of the host as a QEMU guest with user networking sees it.
HOST_FROM_GUEST = "10.0.2.2"
# A name for it, where a guest's network has one that it can ask.
NAME_FROM_GUEST = "boot.lab.farboot.example"


class SiteError(Exception):
    """A step of setting the site up failed; the message is for the person who started it."""


def run(*command, **options):
    """Runs a program of the set-up; its output goes where ours goes. Raises SiteError."""
    command = [str(part) for part in command]
    result = subprocess.run(command, check=False, **options)
    if result.returncode != 0:
        raise SiteError(f"{' '.join(command)} ended with {result.returncode}.")
    return result


class Site:
    def __init__(self, folder, build, port=8443):
        self.folder = Path(folder)
        self.build = Path(build)
        self.port = port
        self.plain_port = port + 1  # plain HTTP, IPv6, this machine only: for PCs in networks without IPv4
        self.farboot = self.build / "rootfs/cli/farboot"
        self.server_program = self.build / "server/farboot-server"
        self.store = self.folder / "store"
        self.data = self.folder / "server"
        self.images = self.folder / "images"
        self.pbl = self.folder / "pbl"
        self.key = self.folder / "keys/publisher.pem"
        self.server = None
        self.url = f"https://{HOST_FROM_GUEST}:{port}"
        self.local_url = f"https://localhost:{port}"

    # Making it

    def make_images(self):
        """The preboot system's graphical layer and the samples. Each script keeps a cache of its own."""
        self.images.mkdir(parents=True, exist_ok=True)
        self.make_system("desktop", self.images)
        run(ROOT / "packaging/samples/tiny/build", "--kernel", self.images / "vmlinuz",
            "--modules", self.images / "modules", "--out", self.images / "tiny.img")
        run(ROOT / "pbl/image/build-gui", "--build", self.build, "--out", self.images / "gui.squashfs")

    def make_system(self, sample, out):
        """A sample system in the folder `out`: root.squashfs, vmlinuz, initrd.img, modules."""
        run(ROOT / "packaging/samples/build-system", "--sample", sample, "--build", self.build, "--out", out)

    def make_server(self):
        """Server data, publisher's key, policy, and a token for what follows."""
        for folder in (self.data, self.store, self.folder / "keys"):
            folder.mkdir(parents=True, exist_ok=True)
        run(self.server_program, "init", "--data", self.data, "--name", HOST_FROM_GUEST, "--name", NAME_FROM_GUEST,
            "--name", "localhost")
        policy = self.folder / "policy.dsse"
        if not policy.exists():
            run(self.farboot, "key", "new", self.key)
            run(self.farboot, "policy", "new", "--number", "1", "--publisher", self.key, "--threshold", "1",
                "--statement", self.data / "statement.pub", "--sign", self.key, "-o", policy)
            run(self.server_program, "policy", "--data", self.data, policy)
        self.token_file = self.folder / "keys/token"
        if not self.token_file.exists():
            token = run(self.server_program, "token", "--data", self.data, "--name", "demo", stdout=subprocess.PIPE).stdout
            with open(os.open(self.token_file, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
                file.write(token.strip())

    def start_server(self):
        log = open(self.folder / "server.log", "ab")
        self.server = subprocess.Popen(
            [self.server_program, "run", "--data", self.data, "--store", self.store,
             "--web", ROOT / "server/web/dist", "--listen", f"0.0.0.0:{self.port}", "--source", f"{self.url}/store",
             "--listen-plain", f"[::1]:{self.plain_port}", "--report-seconds", "5"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while True:
            try:
                self.request("GET", "/healthz")
                return
            except (OSError, SiteError):
                if self.server.poll() is not None or time.monotonic() > end:
                    raise SiteError(f"farboot-server does not answer; its log is {self.folder / 'server.log'}.") from None
                time.sleep(0.1)

    def stop_server(self, kill=False):
        if self.server and self.server.poll() is None:
            if kill:
                self.server.kill()
            else:
                self.server.terminate()
            self.server.wait()

    def publish(self):
        """Publishes the images and fills the catalog."""
        send = ["--store", self.store, "--key", self.key, "--number", "auto",
                "--server", self.local_url, "--ca", self.data / "ca.pem", "--token-file", self.token_file]
        run(self.farboot, "publish", "gui", "--series", "standard", "--title", "Graphical menu",
            "--image", self.images / "gui.squashfs", *send, "-o", self.folder / "gui.dsse")
        system = ["--kernel", self.images / "vmlinuz", "--initramfs", self.images / "initrd.img",
                  "--image", self.images / "root.squashfs", *send]
        # An emulated PC on a busy machine may need more than systemd's 90 s until udev has seen its serial lines.
        cmdline = "boot=farboot console=tty0 console=ttyS0 quiet systemd.default_device_timeout_sec=900"
        run(self.farboot, "publish", "boot", "--series", "debian-desktop", "--title", "Debian 12 desktop",
            "--cmdline", cmdline, *system, "-o", self.folder / "desktop.dsse")
        run(self.farboot, "publish", "boot", "--series", "debian-kiosk", "--title", "Debian 12 text console",
            "--cmdline", f"{cmdline} systemd.unit=multi-user.target",
            *system, "-o", self.folder / "kiosk.dsse")
        run(self.farboot, "publish", "vm", "--series", "tiny-linux", "--title", "Tiny Linux",
            "--image", self.images / "tiny.img", "--chunking", "fixed", "--memory", "256", "--cpus", "1", "--guest-scripts", *send,
            "-o", self.folder / "vm.dsse")

        have = {entry["record"] for entry in self.request("GET", "/api/v1/entries")["entries"]}
        for entry in (
            {"kind": "system", "record": "boot/debian-desktop", "icon": "desktop",
             "title": {"en": "Debian desktop", "de": "Debian-Arbeitsplatz"},
             "description": {"en": "Xfce, and the virtual machines of your courses",
                             "de": "Xfce und die virtuellen Maschinen Ihrer Kurse"}},
            {"kind": "system", "record": "boot/debian-kiosk", "icon": "terminal",
             "title": {"en": "Debian text console", "de": "Debian-Textkonsole"},
             "description": {"en": "The same system without a desktop", "de": "Dasselbe System ohne Arbeitsfläche"}},
            {"kind": "vm", "record": "vm/tiny-linux", "icon": "vm",
             "title": {"en": "Tiny Linux", "de": "Kleines Linux"},
             "description": {"en": "A virtual machine that starts in seconds",
                             "de": "Eine virtuelle Maschine, die in Sekunden startet"},
             "offering": {"script": {"name": "Greeting", "interpreter": "sh",
                                     "text": "echo 'The menu entry has brought this script.' > /dev/tty0\n"}}},
        ):
            if entry["record"] not in have:
                self.request("POST", "/api/v1/entries", {**entry, "visible": True, "auto_seconds": None})

    def make_pbl(self):
        """The preboot system: knows the server's address, its authority and the policy."""
        config = self.folder / "pbl-site"
        shutil.rmtree(config, ignore_errors=True)
        config.mkdir(parents=True)
        (config / "site.json").write_text(json.dumps({"version": 1, "server": self.url, "language": "en"}) + "\n")
        shutil.copy(self.data / "ca.pem", config / "ca.pem")
        shutil.copy(self.folder / "policy.dsse", config / "policy.dsse")
        run(ROOT / "pbl/image/build-core", "--build", self.build, "--site", config, "--out", self.pbl)

    # Talking to it

    def request(self, method, path, body=None, headers=None, want=None):
        """A request as admin; returns the decoded JSON, the metrics' text or None, or the header `want`. Raises SiteError with the server's
        sentence."""
        all_headers = {"Content-Type": "application/json", **(headers or {})}
        if path.startswith("/api/") or path == "/metrics":
            all_headers["Authorization"] = f"Bearer {self.token_file.read_text().strip()}"
        request = urllib.request.Request(self.local_url + path, method=method, headers=all_headers,
                                         data=None if body is None else json.dumps(body).encode())
        context = ssl.create_default_context(cafile=str(self.data / "ca.pem"))
        try:
            with urllib.request.urlopen(request, context=context, timeout=60) as answer:
                text = answer.read()
                if want:
                    return answer.headers[want]
                kind = answer.headers.get("Content-Type", "")
                return json.loads(text) if "json" in kind else text.decode() if path == "/metrics" else None
        except urllib.error.HTTPError as error:
            raise SiteError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from error

    def sent_of_store(self):
        """Bytes of the store that the server has sent since it was started."""
        return int(float(re.search(r"^farboot_store_sent_bytes_total (\S+)$", self.request("GET", "/metrics"), re.M)[1]))

    def set_auto(self, record, seconds):
        """Marks a system as the one that boots by itself; None takes the mark away."""
        for entry in self.request("GET", "/api/v1/entries")["entries"]:
            if entry["record"] == record:
                changed = {key: value for key, value in entry.items() if key not in ("id", "number", "position")}
                changed["auto_seconds"] = seconds
                path = f"/api/v1/entries/{entry['id']}"
                self.request("PUT", path, changed, {"If-Match": self.request("GET", path, want="ETag")})
                return
        raise SiteError(f"The catalog has no entry for {record}.")


def one_time_password():
    """Eight characters, as many as VNC's authentication looks at."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return "".join(secrets.choice(alphabet) for _ in range(8))
