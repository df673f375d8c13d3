"""One PC from power-on to a virtual machine, and what then happens to its network. The tests build on each other."""

import base64
import contextlib
import hashlib
import json
import shutil
import sqlite3
import subprocess
import time

import pytest
from lab import chain
from lab.pc import PC
from lab.site import ROOT
from lab.site import run as run_program

OUT = ROOT / "build/e2e"
UUID = "4c4c4544-0042-3510-8052-b4c04f4e4d34"


class Run:
    """The chain with a memory: after a failed step the later ones fail at once, with its reason."""

    def __init__(self, site):
        self.site = site
        self.key = OUT / "chain-key.img"
        self.pc = PC(OUT / "pc", extra=["-uuid", UUID, "-drive", f"if=virtio,format=raw,file={self.key}"])
        self.chain = chain.Chain(site, self.pc, OUT)
        self.failure = None
        self._shell = None

    def step(self, function):
        if self.failure:
            pytest.fail(f"an earlier step failed: {self.failure}")
        try:
            return function()
        except BaseException as error:
            self.failure = str(error).splitlines()[0] if str(error) else repr(error)
            raise

    def make_key_disk(self):
        """Another key than that of an earlier run, which the server forgets."""
        if known := self.registered():
            self.site.request("DELETE", f"/api/v1/pcs/{known['id']}", headers={"If-Match": known["etag"]})
        self.key.unlink(missing_ok=True)
        run_program("mkfs.ext4", "-q", "-L", "FARBOOT-KEY", self.key, "16M")

    def registered(self):
        """What the server knows of the PC."""
        found = [pc for pc in self.site.request("GET", "/api/v1/pcs?limit=500")["pcs"] if pc["uuid"] == UUID]
        return found[0] if found else None

    def enrol(self):
        known = None
        end = time.monotonic() + chain.PAINT
        while not (known and known["asking"]) and time.monotonic() < end:  # a disk with a key may be found late
            known = self.registered()
            time.sleep(0.2)
        before = len(self.pc.stages)
        self.site.request("POST", f"/api/v1/pcs/{known['id']}/enrolment", {"code": known["asking"]["code"]})
        self.pc.wait_stage("menu-ready", chain.PAINT, after=before)  # it has shown its key anew

    def traces(self):
        """What the PC has sent, by what it was read of."""
        known = self.registered()
        return {trace["session"]: trace for trace in self.site.request("GET", "/api/v1/traces")["traces"]
                if trace["pc"] == known["id"]}

    def shell(self):
        if not self._shell:
            self._shell = self.pc.shell(chain.USER, chain.PASSWORD)
        return self._shell

    def sudo(self, command, deadline=180):
        status, output = self.shell().run(f"echo {chain.PASSWORD} | sudo -S -p '' sh -c '{command}'", deadline)
        assert status == 0, output
        return output


@pytest.fixture(scope="module")
def run(site):
    made = Run(site)
    yield made
    (OUT / "phases.json").write_text(json.dumps([vars(stage) for stage in made.pc.stages], indent=2) + "\n")
    print("\n" + chain.table(made.chain.phases()))
    made.pc.power_off()


def test_text_menu_is_there_before_any_browser(run):
    run.step(run.make_key_disk)
    run.step(run.chain.power_on)
    run.step(run.chain.boot_text)
    names = [stage.name for stage in run.pc.stages]
    assert names.index("agent-start") < names.index("network-up") < names.index("statement-ok") < names.index("menu-ready")
    assert "page-ready" not in names


def test_pc_is_enrolled_while_its_menu_is_there(run):
    run.step(run.enrol)


def test_browser_shows_the_menu_inside_its_sandbox(run):
    run.step(run.chain.menu)
    sandbox = run.step(lambda: run.pc.wait_stage("sandbox", chain.PAINT))
    assert sandbox.values["seccomp"] == "2"
    assert {"user", "pid", "net"} <= set(sandbox.values["namespaces"].split(","))


def test_graphical_layer_comes_lazily(run):
    page = run.step(lambda: run.pc.wait_stage("page-ready", chain.PAINT))
    assert 0 < int(page.values["bytes"]) < (run.site.images / "gui.squashfs").stat().st_size


def test_altered_record_is_refused_and_the_menu_stays_usable(run):
    """The server's own database is changed behind its back, as a thief of the server could. The mouse chooses here."""
    def choose():
        with altered_record(run.site, "boot", "debian-kiosk"):
            run.pc.click(*chain.place_of(OUT / "02-menu.png", "console"))
            run.pc.wait_text(r"farboot: refused: reason=signature-invalid record=boot/debian-kiosk", chain.DOWNLOAD)
            chain.picture_with_text(run.pc, OUT / "02a-refused.png", ["signature"])
            run.pc.press("esc", "home")
    run.step(choose)
    assert "kexec" not in [stage.name for stage in run.pc.stages]


@contextlib.contextmanager
def altered_record(site, kind, series):
    """Changes a byte of a stored record's payload; puts the record back afterwards."""
    database = sqlite3.connect(site.data / "catalog.sqlite", timeout=30)
    query = "SELECT envelope FROM record WHERE type = ? AND series = ? ORDER BY number DESC LIMIT 1"
    update = "UPDATE record SET envelope = ? WHERE type = ? AND series = ? AND envelope = ?"
    [whole] = database.execute(query, (kind, series)).fetchone()
    envelope = json.loads(whole)
    payload = base64.b64decode(envelope["payload"]).replace(b"multi-user", b"rescue-use")
    envelope["payload"] = base64.b64encode(payload).decode()
    altered = json.dumps(envelope)
    with database:
        assert database.execute(update, (altered, kind, series, whole)).rowcount == 1
    try:
        yield
    finally:
        with database:
            database.execute(update, (whole, kind, series, altered))
        database.close()


def test_chosen_system_is_verified_and_started(run):
    run.step(run.chain.choose_system)
    names = [stage.name for stage in run.pc.stages]
    last_choice = len(names) - 1 - names[::-1].index("choice")
    assert names[last_choice:] == ["choice", "record-verified", "files-verified", "kexec-loaded", "kexec"]


def test_desktop_comes_up_with_the_chooser(run):
    run.step(run.chain.system)


def test_at_most_a_quarter_of_the_image_was_fetched(run):
    ready = run.step(lambda: run.pc.wait_stage("vmchooser-ready", chain.PAINT))
    root = (run.site.images / "root.squashfs").stat().st_size
    assert 0 < int(ready.values["bytes"]) <= root / 4


def test_virtual_machine_starts_from_its_network_disk(run):
    run.step(run.chain.virtual_machine)


def test_readers_tell_what_was_read(run):
    """The traces of this start are kept: tests/bench/traces are such ones."""
    for name, socket in (("desktop", "/run/initramfs/run/control.sock"), ("vm", "/run/farboot-reader/control.sock")):
        trace = run.step(lambda: run.sudo(f"farboot-reader --socket {socket} trace --session {name}"))
        trace = trace.replace("\r", "").lstrip()
        assert trace.startswith("# farboot trace 1\n")
        assert len(trace.splitlines()) > 10
        (OUT / f"{name}.csv").write_text(trace)


def test_pictures_have_the_size_of_a_screen_and_are_not_blank(run):
    from PIL import Image

    if run.failure:
        pytest.fail(f"an earlier step failed: {run.failure}")
    for name in ("01-boot-text", "02-menu", "03-progress", "04-vmchooser", "05-virtual-os"):
        with Image.open(OUT / f"{name}.png") as picture:
            assert picture.width >= 640 and picture.height >= 400, name
            assert len(picture.convert("RGB").getcolors(1 << 24)) > 1, f"{name} has one colour only"


# Files that nothing has read yet: the kernel must fetch them through the reader.
COLD = ["/usr/bin/evince", "/usr/bin/ristretto", "/usr/bin/mousepad"]


def cold_read(run, path):
    """Reads a file that was not read before; compares it with the image's own copy."""
    status, output = run.shell().run(f"sha256sum {path}", 600)
    assert status == 0, output
    whole = subprocess.run(["unsquashfs", "-cat", run.site.images / "root.squashfs", path[1:]], check=True,
                           capture_output=True).stdout
    assert output.split()[0] == hashlib.sha256(whole).hexdigest(), f"{path} differs from the image"


def test_cold_files_are_read_after_the_lease_was_renewed(run):
    run.step(lambda: run.sudo('pkill -USR1 -f "[k]eep-lease|[u]dhcpc"'))
    run.step(lambda: cold_read(run, COLD[0]))


def test_cold_files_are_read_after_the_cable_was_out(run):
    run.step(lambda: run.shell().run("sleep 0"))  # the program has to be there before the cable is out
    run.step(lambda: run.pc.cable(False))
    run.step(lambda: run.shell().run("sleep 5"))
    run.step(lambda: run.pc.cable(True))
    run.step(lambda: cold_read(run, COLD[1]))


def test_cold_files_are_read_after_the_server_was_restarted(run):
    run.step(lambda: run.site.stop_server(kill=True))
    run.step(run.site.start_server)
    run.step(lambda: cold_read(run, COLD[2]))
    assert "I/O error" not in run.sudo("dmesg")


def test_server_has_what_system_and_machine_have_read(run):
    """The machine has come to rest by now; nobody has asked the PC for anything."""
    def wait():
        end = time.monotonic() + chain.VIRTUAL_MACHINE
        while not {"boot/debian-desktop", "vm/tiny-linux"} <= run.traces().keys():
            assert time.monotonic() < end, run.traces()
            time.sleep(1)
    run.step(wait)
    machine = run.traces()["vm/tiny-linux"]
    assert machine["reads"] > 10, machine
    folder = OUT / "chain-traces"
    shutil.rmtree(folder, ignore_errors=True)
    run_program(run.site.farboot, "profile", "fetch", machine["manifest"], "-o", folder, "--server", run.site.local_url,
                "--ca", run.site.data / "ca.pem", "--token-file", run.site.token_file)
    made = run_program(run.site.farboot, "profile", "make", *folder.glob("*.csv"), "--json", "--store", run.site.store,
                       stdout=subprocess.PIPE).stdout
    assert [profile["chunks"] > 10 for profile in json.loads(made)] == [True], made


def test_system_powers_off_cleanly(run):
    run.step(lambda: run.shell()._send(f"echo {chain.PASSWORD} | sudo -S poweroff\n"))
    run.step(lambda: run.pc.wait_off(600))
