"""Settings of a location in a booted system: a user of a directory logs in, leaves a file, and finds it after a reboot;
without a home directory he is told that his files vanish."""

import shutil

import pytest
from directory import BASE, Directory
from home_server import HomeServer
from lab import chain
from lab.pc import PC
from lab.site import HOST_FROM_GUEST, ROOT
from lab.system import System

UUID = "4c4c4544-0051-3510-8052-b4c04f4e4d32"
USERS = {"anna": 20001}


@pytest.fixture
def servers():
    folder = ROOT / "build/e2e/settings-servers"
    shutil.rmtree(folder, ignore_errors=True)
    made = [Directory(folder / "directory", 6360, USERS), HomeServer(folder / "homes", USERS)]
    for server in made:
        server.start()
    yield made
    for server in made:
        server.stop()


class Place:
    """A location with one PC, which boots one system by itself."""

    def __init__(self, site):
        self.site = site
        entry = site.request("POST", "/api/v1/entries", {"kind": "system", "record": "boot/login", "icon": "terminal",
                                                         "title": {"en": "Log-in"}, "visible": False})
        self.location = site.request("POST", "/api/v1/locations", {"name": {"en": "Büro 3"}, "uuids": [UUID]})
        rule = site.request("POST", "/api/v1/rules", {"name": {"en": "Log-in"}, "location": self.location["id"],
                                                      "only": [entry["id"]], "auto": {"id": entry["id"], "seconds": 0}})
        self.made = [f"/api/v1/rules/{rule['id']}", f"/api/v1/locations/{self.location['id']}",
                     f"/api/v1/entries/{entry['id']}"]

    def set(self, **settings):
        self.location["settings"] = settings
        self.site.request("PUT", f"/api/v1/locations/{self.location['id']}", self.location, {"If-Match": "*"})

    def remove(self):
        for path in self.made:
            self.site.request("DELETE", path, headers={"If-Match": "*"})


@pytest.fixture
def place(site):
    System(site, "login").publish("login", "boot=farboot console=tty0 console=ttyS0 systemd.default_device_timeout_sec=900",
                                  site.folder / "login.dsse")
    made = Place(site)
    yield made
    made.remove()


@pytest.fixture
def pc():
    made = PC(ROOT / "build/e2e/settings", memory_mib=1024, extra=["-uuid", UUID])
    yield made
    made.power_off()


class Seat:
    """The PC, and who sits at it."""

    def __init__(self, site, pc):
        self.site = site
        self.pc = pc

    def power_on(self):
        self.pc.stages.clear()
        self.pc.power_on(self.site.pbl / "vmlinuz", self.site.pbl / "initramfs.img")
        self.pc.wait_stage("kexec", chain.FIRMWARE + chain.DOWNLOAD)
        self.pc.wait_stage("root-mounted", chain.SYSTEM)

    def log_in(self, name, password):
        self.shell = self.pc.shell(name, password, chain.SYSTEM)

    def run(self, command):
        status, output = self.shell.run(command, 300)
        assert status == 0, f"{command}: {output}"
        return output.replace("\r", "").strip()

    def log_out(self):
        self.shell.log_out()

    def reboot(self):
        """As root; the lab's PCs stay off instead of starting again."""
        self.log_in("root", "farboot")
        self.shell.start("systemctl reboot")
        self.pc.wait_off(chain.SYSTEM)


def test_a_users_files_are_there_after_a_reboot(site, servers, place, pc):
    directory, homes = servers
    seat = Seat(site, pc)
    login = {"kind": "ldap", "servers": [directory.url], "base": BASE, "ca": directory.ca()}
    home = {"kind": "nfs", "server": HOST_FROM_GUEST, "path": "/export/home"}
    place.set(hostname="{location}-{mac}", time_zone="Asia/Kathmandu", login=login, home=home,
              proxy={"url": "http://proxy.example.org:3128"})

    seat.power_on()
    seat.log_in("anna", "annaanna")
    assert seat.run("hostname") == "buero-3-525400fa2b07"
    assert seat.run("date +%z") == "+0545"
    assert seat.run("echo $http_proxy") == "http://proxy.example.org:3128"
    assert seat.run("pwd; stat -f -c %T .") == "/home/anna\nnfs"
    assert "switched off" not in seat.shell.greeting
    seat.run("echo 'written before the reboot' > letter")
    assert (homes.folder / "home/anna/letter").stat().st_uid == USERS["anna"]
    seat.log_out()
    seat.reboot()

    seat.power_on()
    seat.log_in("anna", "annaanna")
    assert seat.run("cat letter") == "written before the reboot"
    pc.power_off()

    place.set(login=login)
    seat.power_on()
    seat.log_in("anna", "annaanna")
    assert "What you save on this PC is gone when it is switched off." in seat.shell.greeting
    assert "ist weg, wenn er ausgeschaltet wird" in seat.shell.greeting
    assert seat.run("pwd; ls") == "/home/anna"
    assert seat.run("cat /run/farboot-session/home.json") == '{"home":"none","version":1}'
    seat.log_out()
    # What went wrong would be in the journal; root may see what was handed over, others not.
    seat.log_in("root", "farboot")
    assert seat.run("stat -c %a /run/farboot/settings.json /etc/sssd/sssd.conf") == "600\n600"
    assert "applied: login" in seat.run("journalctl --no-pager -u farboot-settings")
