"""Images for clients that are not Farboot's, as docs/export.md says: the kernel's NBD client, plain and over TLS, and
NFS of the root tree, from one virtual machine to another. Commands and files are taken from that page."""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

from lab.pc import PC  # noqa: E402

BUILD = ROOT / "build/default"
FARBOOT = BUILD / "rootfs/cli/farboot"
PLUGIN = BUILD / "rootfs/nbd/nbdkit-farboot-plugin.so"
HERE = Path(__file__).resolve().parent
NAME = "boot/debian-desktop@12"
DEADLINE = 600

NETWORK = """[Match]
Name={name}
[Network]
LinkLocalAddressing=no
IPv6AcceptRA=no
{settings}
"""

# What the NFS server says once all that the page tells to write has come up by itself.
SERVER_CHECK = """#!/bin/sh
exec > /dev/ttyS0 2>&1
echo "farboot: stage: tls-disk digest=$(sha256sum < /dev/nbd1 | cut -c1-64)"
echo "farboot: stage: nfs-server-up exports=$(exportfs -s | wc -l)"
"""

# What a client does with the tree.
CLIENT_CHECK = """#!/bin/sh
exec > /dev/ttyS0 2>&1
cd /mnt || exit
echo "farboot: stage: nfs-mounted type=$(findmnt --noheadings --output FSTYPE /mnt)"
digest=$(find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64)
write=done
touch /mnt/new 2> /dev/null || write=refused
echo "farboot: stage: nfs-read digest=$digest link=$(readlink usr/link) secret=$(cat secret) write=$write"
systemctl poweroff
"""

CHECK_UNIT = """[Unit]
After={after}
RequiresMountsFor={mount}
[Service]
Type=oneshot
ExecStart=/usr/local/bin/check
TimeoutStartSec=infinity
[Install]
WantedBy=multi-user.target
"""


def page_block(first_line):
    """A block of docs/export.md, known by its first line."""
    page = (ROOT / "docs/export.md").read_text()
    for block in re.findall(r"^```[a-z]*\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        if block.startswith(first_line + "\n"):
            return block
    raise LookupError(f"docs/export.md has no block that starts with {first_line}")


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=DEADLINE, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def reserved_port():
    """A port that nobody else gets: a socket, which goes when its owner does, stays bound to it; servers reuse addresses."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder, holder.getsockname()[1]


def make_tree(tree):
    """A small root tree, with what a file system must keep: a link, modes, an empty folder, a big file."""
    (tree / "usr/lib").mkdir(parents=True)
    (tree / "empty").mkdir()
    (tree / "usr/lib/big").write_bytes(os.urandom(3 << 20))
    for number in range(50):
        (tree / f"usr/lib/file{number}").write_text(f"{number}\n" * (number * 40))
    (tree / "usr/link").symlink_to("lib/file7")
    (tree / "secret").write_text("for-root-only")
    (tree / "secret").chmod(0o600)


def digest_of_tree(tree):
    """As the client's shell makes it."""
    script = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    return run("bash", "-c", script, cwd=tree).split()[0]


class Store:
    """A published tree, and nginx in front of its store."""

    def __init__(self, folder):
        self.folder = folder
        make_tree(folder / "tree")
        run("mksquashfs", folder / "tree", folder / "image", "-quiet", "-no-progress", "-all-root", "-comp", "zstd")
        (folder / "vmlinuz").write_text("not started here")
        run(FARBOOT, "key", "new", "publisher.pem", cwd=folder)
        run(FARBOOT, "key", "new", "statement.pem", "--public-out", "statement.pub", cwd=folder)
        run(FARBOOT, "policy", "new", "--publisher", "publisher.pem", "--statement", "statement.pub", "--sign",
            "publisher.pem", "-o", "policy.dsse", cwd=folder)
        run(FARBOOT, "publish", "boot", "--store", "store", "--series", "debian-desktop", "--number", "12", "--title",
            "T", "--kernel", "vmlinuz", "--image", "image", "--key", "publisher.pem", "-o", "desktop.dsse", cwd=folder)
        self.holder, self.port = reserved_port()
        (folder / "nginx.conf").write_text(f"""
            daemon off; pid nginx.pid; error_log stderr; user root; events {{}}
            http {{ access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
                   uwsgi_temp_path t4; scgi_temp_path t5;
                   server {{ listen 127.0.0.1:{self.port}; location /store/ {{ alias {folder}/store/; }} }} }}""")
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-p", folder, "-c", "nginx.conf"])

    def stop(self):
        self.process.terminate()
        self.process.wait()


@pytest.fixture(scope="module")
def store():
    folder = ROOT / "build/e2e/export"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = Store(folder)
    yield made
    made.stop()


@pytest.fixture
def tls_export(store):
    """`farboot export --tls` on this machine; the guests reach it through QEMU's user network."""
    certificates = store.folder / "certificates"
    certificates.mkdir()
    run("bash", "-ec", page_block("# The authority, ten years."), cwd=certificates)
    pid_file = store.folder / "export.pid"
    process = subprocess.Popen(
        [str(FARBOOT), "export", "desktop.dsse", "--policy", "policy.dsse", "--store",
         f"http://localhost:{store.port}/store", "--tls", "certificates/server", "--pidfile", str(pid_file), "--plugin",
         str(PLUGIN)], cwd=store.folder)
    # Its port is the usual one: nbd-client knows no other in its table.
    until = time.monotonic() + 120
    while not (pid_file.exists() and pid_file.read_text()):
        assert process.poll() is None and time.monotonic() < until, "farboot export has not begun"
        time.sleep(0.1)
    yield
    process.terminate()
    process.wait()


def put(tree, path, text, mode=0o644):
    file = tree / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


def enable(tree, unit, template=None):
    wants = tree / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants / unit).symlink_to(f"/usr/lib/systemd/system/{template}" if template else f"/etc/systemd/system/{unit}")


def common_files(tree, name, address):
    put(tree, "/etc/hostname", name + "\n")
    put(tree, "/etc/systemd/network/lan.network", NETWORK.format(name="eth1", settings=f"Address={address}/24"))
    for unit in ("systemd-networkd.service", "systemd-networkd-wait-online.service"):
        enable(tree, unit, unit)
    enable(tree, "check.service")
    # A log-in prompt takes the serial line away from whoever writes there.
    (tree / "etc/systemd/system/serial-getty@ttyS0.service").symlink_to("/dev/null")


def server_files(tree, store):
    """Farboot's programs and the files of the page, with this store's address."""
    common_files(tree, "nfs-server", "192.0.2.1")
    put(tree, "/etc/systemd/network/outside.network", NETWORK.format(name="eth0", settings="DHCP=yes"))
    put(tree, "/etc/hosts", "127.0.0.1 localhost\n10.0.2.2 boot.example.org export.example.org\n")
    for component in ("publisher", "reader"):
        run("cmake", "--install", BUILD, "--component", component, "--prefix", "/usr", "--strip",
            env={**os.environ, "DESTDIR": str(tree)})
    enable(tree, "farboot-export@desktop.service", "farboot-export@.service")
    for name in ("desktop.dsse", "policy.dsse"):
        put(tree, f"/etc/farboot/export/{name}", (store.folder / name).read_text())
    shutil.copytree(store.folder / "certificates/client", tree / "etc/farboot/client")

    configuration = page_block("# /etc/farboot/export/desktop.conf")
    configuration = configuration.replace("https://boot.example.org/", f"http://boot.example.org:{store.port}/")
    put(tree, "/etc/farboot/export/desktop.conf", configuration.replace(" --ca /etc/farboot/export/ca.pem", ""))
    put(tree, "/etc/nbdtab", page_block("# /etc/nbdtab") + page_block("# /etc/nbdtab over TLS"))
    for path in ("/etc/modules-load.d/nbd.conf", "/etc/systemd/system/nbd@nbd0.service.d/farboot.conf", "/etc/fstab",
                 "/etc/exports"):
        put(tree, path, page_block("# " + path))
    (tree / "srv/farboot/desktop").mkdir(parents=True)

    put(tree, "/usr/local/bin/check", SERVER_CHECK, 0o755)
    unit = CHECK_UNIT.format(after="nfs-server.service nbd@nbd1.service", mount="/srv/farboot/desktop")
    put(tree, "/etc/systemd/system/check.service", unit.replace("[Service]", "Requires=nbd@nbd1.service\n[Service]"))


def client_files(tree):
    common_files(tree, "client", "192.0.2.2")
    put(tree, "/etc/fstab", page_block("# /etc/fstab of a client"))
    put(tree, "/usr/local/bin/check", CLIENT_CHECK, 0o755)
    put(tree, "/etc/systemd/system/check.service", CHECK_UNIT.format(after="remote-fs.target", mount="/mnt"))


def start(folder, name, tree, lan):
    """Starts a machine whose root has the files of `tree`."""
    initramfs = folder / f"{name}.initrd"
    added = subprocess.run(["cpio", "--quiet", "-o", "-H", "newc", "--owner", "+0:+0"], cwd=tree.parent, check=True,
                           input=run("find", tree.name, cwd=tree.parent).encode(), capture_output=True).stdout
    initramfs.write_bytes((folder / "guest/initrd.img").read_bytes() + added)
    pc = PC(folder / name, 1024, extra=[
        "-drive", f"file={folder}/guest/root.squashfs,if=virtio,format=raw,read-only=on",
        "-netdev", f"stream,id=lan,addr.type=unix,addr.path={folder}/lan.sock,server={lan}",
        "-device", "virtio-net-pci,netdev=lan,mac=52:54:00:fa:2b:" + ("10" if lan == "on" else "11")])
    pc.power_on(folder / "guest/vmlinuz", initramfs,
                "console=ttyS0 net.ifnames=0 systemd.firstboot=off systemd.journald.forward_to_console=1")
    return pc


def test_kernel_clients_and_nfs(store, tls_export):
    folder = store.folder
    run(HERE / "nfs-guest/build", folder / "guest")
    server_tree, client_tree = folder / "server-files/config", folder / "client-files/config"
    server_files(server_tree, store)
    client_files(client_tree)

    server = start(folder, "server", server_tree, lan="on")
    try:
        disk = server.wait_stage("tls-disk", DEADLINE)
        assert disk.values["digest"] == hashlib.sha256((folder / "image").read_bytes()).hexdigest()
        assert server.wait_stage("nfs-server-up", DEADLINE).values["exports"] == "1"

        client = start(folder, "client", client_tree, lan="off")
        try:
            assert client.wait_stage("nfs-mounted", DEADLINE).values["type"] == "nfs4"
            read = client.wait_stage("nfs-read", DEADLINE).values
            assert read == {"digest": digest_of_tree(folder / "tree"), "link": "lib/file7", "secret": "for-root-only",
                            "write": "refused"}
            client.wait_off(DEADLINE)
        finally:
            client.power_off()
        # It shuts down in order: NFS, the mount, the devices, the export. (QEMU ends instead of starting it again.)
        server.press("ctrl+alt+delete")
        server.wait_text(r"Unmounted srv-farboot-desktop\.mount", DEADLINE)
        server.wait_off(DEADLINE)
    finally:
        server.power_off()
