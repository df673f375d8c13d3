"""The quick start's server, on a Debian of its own: its commands, its unit with all that systemd takes from it, and a
publisher who uploads."""

import re

import pytest
from lab import chain
from lab.pc import PC
from lab.site import ROOT, run

DOCUMENT = ROOT / "docs/quick-start.md"


def commands(heading):
    """The lines of the document below a heading that are to be typed."""
    section = DOCUMENT.read_text().split(f"\n### {heading}\n", 1)[1].split("\n### ", 1)[0]
    return "\n".join(line.removeprefix("    ") for line in section.splitlines() if line.startswith("    "))


class Server:
    """A machine on which what the document installs lies, and nothing else was done."""

    def __init__(self, folder):
        self.folder = folder
        run(ROOT / "packaging/samples/build-system", "--sample", "server", "--build", ROOT / "build/default",
            "--out", folder)
        self.pc = PC(folder / "pc", 1024, extra=[
            "-drive", f"file={folder}/root.squashfs,if=virtio,format=raw,read-only=on"])

    def power_on(self):
        # The image lies on a disk, as in a trial boot: there is no other server here.
        self.pc.power_on(self.folder / "vmlinuz", self.folder / "initrd.img",
                         "boot=farboot farboot.image=/dev/vda console=tty0 console=ttyS0")
        self.shell = self.pc.shell("root", "farboot", chain.SYSTEM)

    def run(self, script, folder="/srv/farboot", deadline=600):
        """What the lines print, up to the first one that fails."""
        status, output = self.shell.run(f"(set -eo pipefail; cd {folder}\n{script}\n)", deadline)
        assert status == 0, f"{script}: {output}"
        return output.replace("\r", "")


@pytest.fixture
def server():
    made = Server(ROOT / "build/e2e/quick-start")
    try:
        made.power_on()
        yield made
    finally:
        made.pc.power_off()


def test_the_server_of_the_quick_start(server):
    # Pages lie where the document's build looks for them; this build looks elsewhere.
    typed = commands("Server and keys").replace("--listen 0.0.0.0:443", "--listen 0.0.0.0:443 --web /usr/share/farboot/web")
    print(server.run(typed, folder="/root"))
    server.run("until curl --silent --fail --cacert ca.pem --output menu.html https://boot.example.org/menu/; do "
               "systemctl is-active --quiet farboot-server; sleep 1; done")
    assert "<html" in server.run("cat menu.html")

    send = re.search(r"^ *(send=.*)$", DOCUMENT.read_text(), re.MULTILINE)[1]
    print(server.run(f"{send}\nhead -c 3000000 /dev/urandom > gui.squashfs\n"
                     'farboot publish gui --series standard --title "Graphical menu" --image gui.squashfs $send -o gui.dsse'))
    before = server.run("find store/v1 -type f -print0 | xargs -0 --no-run-if-empty sha256sum")
    assert "/packs/" in before
    # What was uploaded lies where nginx may read it.
    server.run(f"runuser -u nobody -- sha256sum --quiet --check - << END\n{before.strip()}\nEND")
    # A reload leaves the process, a restart what it has.
    fetch = "curl --silent --fail --cacert ca.pem --output again.html https://boot.example.org/menu/"
    process = server.run("systemctl show --property MainPID --value farboot-server")
    server.run(f"systemctl reload farboot-server\n{fetch}")
    assert server.run("systemctl show --property MainPID --value farboot-server") == process
    assert server.run("systemctl show --property NRestarts --value farboot-server").strip() == "0"
    server.run(f"systemctl restart farboot-server\nuntil {fetch}; do sleep 1; done\ncmp menu.html again.html")
    assert server.run("find store/v1 -type f -print0 | xargs -0 --no-run-if-empty sha256sum") == before

    said = server.run("journalctl --unit farboot-server --no-pager")
    assert not re.search(r"SIGSYS|core-dump|Read-only file system|Operation not permitted", said), said
    server.run("systemctl stop farboot-server\ntest $(systemctl show --property Result --value farboot-server) = success")
