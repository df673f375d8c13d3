"""A PC with a TPM: registered, enrolled, told what to boot, followed, crashed, worked at by a student, switched off."""

import contextlib
import json
import shutil
import sqlite3
import subprocess
import time

import pytest
from lab import chain
from lab.pc import DOMAIN, PC, StageTimeout
from lab.site import ROOT, SiteError, run
from phone import Phone

UUID = "4c4c4544-0042-3510-8052-b4c04f4e4d32"


class Tpm:
    """A TPM 2.0 in software, which keeps its seeds when the PC is switched off."""

    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        self.folder = folder
        (folder / "state").mkdir(parents=True)
        self.socket = folder / "sock"
        self.process = None

    def start(self):
        self.stop()
        self.process = subprocess.Popen(["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.folder}/state",
                                         "--ctrl", f"type=unixio,path={self.socket}", "--log", f"file={self.folder}/log"])
        end = time.monotonic() + 60
        while not self.socket.exists():
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.socket.unlink(missing_ok=True)

    def arguments(self):
        return ["-chardev", f"socket,id=tpm,path={self.socket}", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
                "-device", "tpm-crb,tpmdev=tpm0"]


class Registry:
    """What an admin sees of the one PC."""

    def __init__(self, site):
        self.site = site
        self.id = None

    def pc(self):
        if self.id is None:
            found = [pc for pc in self.site.request("GET", "/api/v1/pcs")["pcs"] if pc["uuid"] == UUID]
            assert len(found) == 1, found
            self.id = found[0]["id"]
        return self.site.request("GET", f"/api/v1/pcs/{self.id}")

    def wait(self, condition, deadline):
        end = time.monotonic() + deadline
        while True:
            pc = self.pc()
            if condition(pc):
                return pc
            assert time.monotonic() < end, json.dumps(pc, indent=1)
            time.sleep(1)

    def confirm(self, code):
        return self.site.request("POST", f"/api/v1/pcs/{self.id}/enrolment", {"code": code})

    def command(self, **what):
        return self.site.request("POST", f"/api/v1/pcs/{self.id}/commands", what)

    def starts(self):
        return self.site.request("GET", f"/api/v1/pcs/{self.id}/boots")["boots"]

    def traces(self):
        return [trace for trace in self.site.request("GET", "/api/v1/traces")["traces"] if trace["pc"] == self.id]

    def commands(self):
        return self.site.request("GET", f"/api/v1/pcs/{self.id}/commands")["commands"]


@pytest.fixture
def machine(site, small_system):
    """A PC with firmware that names it and a TPM; power_on() starts its preboot system."""
    for known in site.request("GET", "/api/v1/pcs")["pcs"]:  # of an earlier run, with another TPM
        if known["uuid"] == UUID:
            site.request("DELETE", f"/api/v1/pcs/{known['id']}", headers={"If-Match": known["etag"]})
    tpm = Tpm(ROOT / "build/e2e/tpm")
    small_system.publish("small-pc", "boot=farboot console=tty0 console=ttyS0 systemd.default_device_timeout_sec=900",
                         small_system.folder / "small-pc.dsse")
    pc = PC(ROOT / "build/e2e/pcs", memory_mib=1024, extra=["-uuid", UUID, *tpm.arguments()])

    def power_on():
        tpm.start()
        pc.stages.clear()
        pc.power_on(site.pbl / "vmlinuz", site.pbl / "initramfs.img")
        pc.wait_stage("menu-ready", chain.FIRMWARE)

    pc.start = power_on
    yield pc
    pc.power_off()
    tpm.stop()


@pytest.fixture
def student(site):
    """Somebody whose group alone sees "For students"."""
    made = []
    for kind, name in (("users", "anna"), ("groups", "students")):  # of a run that was killed
        for left in site.request("GET", f"/api/v1/{kind}")[kind]:
            if left["name"] == name:
                site.request("DELETE", f"/api/v1/{kind}/{left['id']}", headers={"If-Match": "*"})

    def make(path, body):
        made.append(f"{path}/{site.request('POST', path, body)['id']}")
        return int(made[-1].rpartition("/")[2])

    group = make("/api/v1/groups", {"name": "students"})
    user = make("/api/v1/users", {"name": "anna", "full_name": "Anna", "groups": [group]})
    site.request("PUT", f"/api/v1/users/{user}/password", {"password": "a long password"}, {"If-Match": "*"})
    entry = make("/api/v1/entries", {"kind": "system", "record": "boot/small-pc", "title": {"en": "For students"}, "visible": False})
    make("/api/v1/rules", {"name": {"en": "Students"}, "groups": ["students"], "show": [entry]})
    yield "anna", "a long password"
    for path in reversed(made):
        site.request("DELETE", path, headers={"If-Match": "*"})


def tokens(site, pc):
    """How many boot tokens the PC has been given and not used."""
    with contextlib.closing(sqlite3.connect(site.data / "catalog.sqlite", timeout=30)) as database:
        [(count,)] = database.execute("SELECT count(*) FROM pc_boot_token WHERE pc = ?", (pc["id"],))
        return count


def log_in_and_out(pc, machine, phone):
    """A student at the PC's menu: types "a", confirms the code on the phone, sees what is for students, and leaves."""
    machine.wait_text("a: log in", chain.PAINT)
    machine.press("a")
    code = machine.wait_text(r"type\s*([B-Z]{4}-[B-Z]{4})\b", chain.PAINT)[1]
    with pytest.raises(StageTimeout):
        machine.wait_text("For students", 0)
    asking = phone.confirm(code)
    assert asking["id"] == pc["id"] and asking["enrolled"]
    machine.wait_text("For students", chain.PAINT)
    machine.wait_text("a: log out", chain.PAINT)
    before = machine.text_length()
    machine.press("a")
    machine.wait_text("a: log in", chain.PAINT, start=before)
    assert phone.request("GET", "/api/v1/account")["pcs"] == []


def test_a_pc_is_enrolled_by_its_tpm_and_followed(site, machine, student):
    registry = Registry(site)
    machine.start()
    pc = registry.pc()
    assert pc["state"] == "preboot"
    assert pc["key"] is None
    assert pc["asking"]["kept"] == "tpm"
    assert f"domain={DOMAIN}" in pc["dhcp"]
    assert pc["hardware"]["gpus"] == ["1234:1111"], "QEMU's standard VGA"
    with pytest.raises(SiteError, match="not-enrolled"):
        registry.command(action="reboot")
    code = pc["asking"]["code"]
    machine.wait_text(f"PC {pc['id']}: the key {code} waits to be confirmed", chain.PAINT)
    registry.confirm(code)

    # It learns of that by itself, and does what an admin wants.
    registry.command(action="boot", record="boot/small-pc")
    machine.wait_stage("command", chain.PAINT, action="boot")
    machine.wait_stage("kexec", chain.DOWNLOAD)
    assert registry.pc()["state"] == "booting"
    assert tokens(site, pc) == 1
    machine.wait_stage("reader-start", chain.SYSTEM)
    assert tokens(site, pc) == 0, "the system has begun its session: its token lives five minutes, and the root may take longer"
    machine.wait_stage("root-mounted", chain.SYSTEM)
    pc = registry.wait(lambda pc: pc["state"] == "running", chain.SYSTEM)
    assert pc["key"]["code"] == code
    start = registry.starts()[0]
    assert start["record"] == "boot/small-pc"
    assert {"network-up", "menu-ready", "record-verified"} <= {stage["name"] for stage in start["stages"]}
    assert registry.commands()[0]["taken"]

    # What it has read comes to the server, for boot profiles.
    registry.wait(lambda pc: registry.traces(), chain.SYSTEM)
    [trace] = registry.traces()
    assert trace["session"] == "boot/small-pc" and trace["reads"] > 100, trace
    folder = site.folder / "traces"
    shutil.rmtree(folder, ignore_errors=True)
    run(site.farboot, "profile", "fetch", trace["manifest"], "-o", folder, "--server", site.local_url,
        "--ca", site.data / "ca.pem", "--token-file", site.token_file)
    run(site.farboot, "profile", "make", *folder.glob("*.csv"), "--store", site.store)

    # The plug is pulled: the next start tells. The TPM has the same key without anything on a disk.
    machine.power_off()
    machine.start()
    pc = registry.pc()
    assert pc["key"]["code"] == code and pc["asking"] is None
    starts = registry.starts()
    assert starts[1]["ending"] == "crash"
    assert {"initramfs-start", "root-mounted"} <= {stage["name"] for stage in starts[1]["system_stages"]}

    log_in_and_out(pc, machine, Phone(site, *student))

    # A command of the booted system's.
    registry.command(action="boot", record="boot/small-pc")
    machine.wait_stage("root-mounted", chain.SYSTEM, after=len(machine.stages))
    registry.wait(lambda pc: pc["state"] == "running", chain.SYSTEM)
    registry.command(action="power-off")
    machine.wait_off(chain.SYSTEM)
    registry.wait(lambda pc: pc["state"] == "off", 60)
    assert registry.starts()[0]["ending"] == "power-off"
    assert registry.commands()[0]["outcome"] == "done"
