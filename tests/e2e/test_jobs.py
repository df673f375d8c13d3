"""Two PCs and their jobs: one wakes the other, then a partition of the first is backed up, and one of the other scanned."""

import hashlib
import http.server
import json
import os
import shutil
import subprocess
import threading
import time

import pytest
from lab import chain
from lab.pc import PC
from lab.site import HOST_FROM_GUEST, ROOT, run
from lab.system import System

PASSWORD = "a password of the repository's"
MARK = "a sentence that is on the first PC's disk " * 50
VIRUS = "this file is bad, as the test's signature says\n"


def make_disk(path, label, files=()):
    """A file system on a disk of its own, with files by their names."""
    tree = path.with_suffix(".tree")
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    for name, text in files:
        (tree / name).write_text(text)
    path.unlink(missing_ok=True)
    run("mkfs.ext4", "-q", "-L", label, "-d", tree, path, "48M")


class Seat:
    """A PC with a key on a disk and a partition that jobs are about."""

    def __init__(self, site, number, files):
        self.site = site
        self.number = number
        self.folder = ROOT / f"build/e2e/seat{number}"
        self.disks = ROOT / f"build/e2e/disks{number}"
        self.disks.mkdir(parents=True, exist_ok=True)
        self.uuid = f"4c4c4544-0042-3510-8052-00000000000{number}"
        self.mac = f"52:54:00:fa:2b:1{number}"
        make_disk(self.disks / "key.img", "FARBOOT-KEY")
        make_disk(self.disks / "data.img", "data", files)
        self.heard = self.disks / "card.pcap"  # what goes over its card
        drives = [word for name in ("key", "data")
                  for word in ("-drive", f"if=virtio,format=raw,file={self.disks / name}.img")]
        self.pc = PC(self.folder, memory_mib=1024,
                     network=("-netdev", "user,id=net0", "-device", f"virtio-net-pci,netdev=net0,id=nic0,mac={self.mac}",
                              "-object", f"filter-dump,id=dump0,netdev=net0,file={self.heard}"),
                     extra=["-uuid", self.uuid, *drives])

    def power_on(self):
        self.pc.stages.clear()
        self.pc.power_on(self.site.pbl / "vmlinuz", self.site.pbl / "initramfs.img")

    def registered(self):
        found = [pc for pc in self.site.request("GET", "/api/v1/pcs?limit=500")["pcs"] if pc["uuid"] == self.uuid]
        return found[0] if found else None

    def forget(self):
        """What an earlier run has left."""
        if known := self.registered():
            self.site.request("DELETE", f"/api/v1/pcs/{known['id']}", headers={"If-Match": known["etag"]})

    def enrol(self):
        known = self.registered()
        self.site.request("POST", f"/api/v1/pcs/{known['id']}/enrolment", {"code": known["asking"]["code"]})
        self.id = known["id"]

    def hears_wish_to_wake(self, mac, deadline):
        packet = b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) * 16
        end = time.monotonic() + deadline
        while packet not in self.heard.read_bytes():
            assert time.monotonic() < end and self.pc.running(), "nothing woke the other PC"
            time.sleep(1)


class Jobs:
    """`farboot job` of an admin."""

    def __init__(self, site):
        self.site = site
        self.at = ("--server", site.local_url, "--ca", site.data / "ca.pem", "--token-file", site.token_file)

    def run(self, *words):
        return run(self.site.farboot, "job", "run", *words, *self.at, stdout=subprocess.PIPE).stdout.decode().strip()

    def end(self, job, deadline):
        """The parts of a job that has ended, by their PCs."""
        end = time.monotonic() + deadline
        while True:
            shown = json.loads(run(self.site.farboot, "job", "show", job, "--json", *self.at, stdout=subprocess.PIPE).stdout)
            if shown["state"] == "done":
                return {part["pc"]: part for part in shown["pcs_told"]}
            assert time.monotonic() < end, json.dumps(shown, indent=1)
            time.sleep(2)


@pytest.fixture
def repository(site):
    """A backup server: rclone speaks restic's protocol. It has the site's own certificate. Gives its address for
    PCs."""
    folder = site.folder / "backups"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    process = subprocess.Popen(["rclone", "serve", "restic", "--addr", "127.0.0.1:8471", "--cert", site.data / "server.pem",
                                "--key", site.data / "server.key", folder],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield f"rest:https://{HOST_FROM_GUEST}:8471/"
    process.kill()
    process.wait()


@pytest.fixture
def signatures(tmp_path):
    """A server of virus signatures with one for the test's file."""
    folder = tmp_path / "www"
    folder.mkdir()
    digest = hashlib.sha256(VIRUS.encode()).hexdigest()
    (folder / "test.hsb").write_text(f"{digest}:{len(VIRUS)}:Farboot.Test\n")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=folder)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{HOST_FROM_GUEST}:{server.server_port}/test.hsb"
    server.shutdown()


@pytest.fixture
def seats(site):
    maintenance = System(site, "maintenance")
    for what in ("backup", "scan"):
        maintenance.publish(f"night-{what}", "boot=farboot console=tty0 console=ttyS0 "
                            f"systemd.default_device_timeout_sec=900 farboot.job={what}",
                            maintenance.folder / f"{what}.dsse")
    places = site.request("GET", "/api/v1/locations")["locations"]
    if not any(place["name"]["en"] == "Night" for place in places):
        site.request("POST", "/api/v1/locations",
                     {"name": {"en": "Night"}, "uuids": [f"4c4c4544-0042-3510-8052-00000000000{n}" for n in (1, 2)]})
    both = Seat(site, 1, [("mark", MARK)]), Seat(site, 2, [("bad", VIRUS), ("good", "nothing to see")])
    for seat in both:
        seat.forget()
    yield both
    for seat in both:
        seat.pc.power_off()


@pytest.mark.skipif("FARBOOT_SOAK" not in os.environ, reason="it makes a sample system of its own: tests/run soak runs it")
def test_a_partition_is_backed_up_and_one_scanned(site, seats, repository, signatures, tmp_path):
    first, second = seats
    jobs = Jobs(site)
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD + "\n")
    for seat in seats:
        seat.power_on()
    for seat in seats:
        seat.pc.wait_stage("menu-ready", chain.FIRMWARE * 2)
        seat.enrol()
    second.pc.power_off()

    # The first one is on: the server wakes the second through it.
    job = jobs.run("wake", "--pc", second.id, "--patience", 1800)
    first.hears_wish_to_wake(second.mac, chain.PAINT)
    second.power_on()
    assert jobs.end(job, chain.SYSTEM)[second.id]["state"] == "done"

    backup = jobs.run("boot", "--record", "boot/night-backup", "--pc", first.id, "--then", "power-off", "--patience", 1800,
                      "--set", "partition=LABEL=data", "--set", f"repository={repository}",
                      "--secret-file", f"password={secret}")
    scan = jobs.run("boot", "--record", "boot/night-scan", "--pc", second.id, "--then", "power-off", "--patience", 1800,
                    "--set", "partition=LABEL=data", "--set", f"signatures={signatures}")
    part = jobs.end(backup, chain.SYSTEM * 2)[first.id]
    assert part["state"] == "done", part
    assert "LABEL=data (extfs) is in the repository" in part["sentence"]
    part = jobs.end(scan, chain.SYSTEM * 2)[second.id]
    assert part["state"] == "failed", part
    assert part["sentence"].endswith("1 of 2 files are infected, the first: bad")
    for seat in seats:
        seat.pc.wait_off(chain.SYSTEM)

    # What was backed up is there again.
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "RESTIC_REPOSITORY": "rest:https://localhost:8471/",
                   "RESTIC_PASSWORD_FILE": str(secret), "RESTIC_CACHE_DIR": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    clone = tmp_path / "clone"
    with open(clone, "wb") as file:
        run("restic", "--quiet", "--cacert", site.data / "ca.pem", "dump", "--host", first.uuid, "latest", "/LABEL=data.partclone", env=environment, stdout=file)
    disk = tmp_path / "disk"
    run("partclone.restore", "--restore_raw_file", "--source", clone, "--output", disk, "--logfile", tmp_path / "log",
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert run("debugfs", "-R", "cat /mark", disk, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode() == MARK
