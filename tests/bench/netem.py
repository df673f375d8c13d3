"""A wide area link by the kernel's netem: a QEMU guest that routes between a network namespace, where readers run, and
this machine, where the servers are. The hosts' own TCP meets its delay and its losses. Needs root, and a sample system's
kernel and modules.
"""

import os
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench_site import FAR_ADDRESS, Servers
from link import Shape
from processes import Program, run

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = "farboot-bench"
NEAR_TAP, FAR_TAP = "fb-near", "fb-far"
MODULES = ("virtio_pci", "virtio_net", "sch_netem")
# Packets of 64 KB are no packets of a wide area network, and would be lost whole.
PLAIN = ",".join(f"{one}=off" for one in (
    "csum", "gso", "guest_csum", "guest_tso4", "guest_tso6", "guest_ecn", "guest_ufo", "host_tso4", "host_tso6",
    "host_ecn", "host_ufo"))
INIT = """#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
for module in /modules/*; do
  /bin/busybox insmod "$module"
done
for word in $(/bin/busybox cat /proc/cmdline); do
  case $word in
    netem.*) eval "${word#netem.}" ;;
  esac
done
side=1
for device in eth0 eth1; do
  /bin/busybox ip address add 10.77.$side.1/24 dev $device
  /bin/busybox ip link set $device up
  /bin/iproute-tc qdisc add dev $device root netem delay "$delay" loss "$loss" rate "$rate" limit 20000
  side=$((side + 1))
done
echo 1 > /proc/sys/net/ipv4/ip_forward
echo "router ready"
while :; do
  /bin/busybox sleep 1000
done
"""


@dataclass(frozen=True)
class NetemShape(Shape):
    loss_percent: float  # of the packets in each direction

    alone = True  # names of devices and a network namespace

    def __str__(self):
        return f"netem, {super().__str__()}, {self.loss_percent:g} % lost"


SHAPES = [NetemShape(rtt, 100, loss) for rtt in (50, 150) for loss in (0, 0.5)]


def _sample_system(build, folder):
    """Makes a sample system in the folder, if need be: vmlinuz, and modules."""
    folder.mkdir(parents=True, exist_ok=True)
    run(ROOT / "packaging/samples/build-system", "--sample", "desktop", "--build", build, "--out", folder)
    return folder


class Router:
    """The guest's kernel and initramfs, in a folder of its own."""

    def __init__(self, build, folder):
        system = _sample_system(build, folder / "system")
        self.kernel = system / "vmlinuz"
        self.initramfs = folder / "router.img"
        tree = folder / "router"
        shutil.rmtree(tree, ignore_errors=True)
        for name in ("bin", "modules", "proc", "dev"):
            (tree / name).mkdir(parents=True)
        shutil.copy("/usr/bin/busybox", tree / "bin/busybox")
        # Not as "tc": busybox has one of its own, which knows no netem.
        shutil.copy(shutil.which("tc", path="/usr/sbin:/sbin"), tree / "bin/iproute-tc")
        for word in run("ldd", tree / "bin/iproute-tc").split():
            if word.startswith("/"):
                (tree / word[1:]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(word, tree / word[1:])
        for number, module in enumerate(self._modules(system)):
            shutil.copy(module, tree / f"modules/{number:02}-{module.name}")
        (tree / "init").write_text(INIT, encoding="ascii")
        (tree / "init").chmod(0o755)
        run("sh", "-c", f"cd '{tree}' && find . | cpio -o -H newc 2> /dev/null > '{self.initramfs}'")

    @staticmethod
    def _modules(system):
        """Files in the order in which they are loaded."""
        modules = (system / "modules").resolve()  # …/lib/modules/VERSION
        files = {}
        for module in MODULES:
            for line in run("modprobe", "-d", modules.parents[2], "-S", modules.name, "--show-depends", module).splitlines():
                kind, file = line.split()[:2]
                if kind == "insmod":
                    files[Path(file)] = None
        return list(files)


class NetemLink:
    """As link.Link. `prefix` starts a command on its near side; on the far one there are servers of its own."""

    host = FAR_ADDRESS
    prefix = ("ip", "netns", "exec", NAMESPACE)

    def __init__(self, router, shape, site, server):
        self.router = router
        self.shape = shape
        self.servers = Servers(site, FAR_ADDRESS)
        self.server = server
        self.port = None
        self.counters = None
        self._running = ExitStack()

    def __enter__(self):
        try:
            self._begin()
        except BaseException:
            self._running.close()
            raise
        return self

    def _begin(self):
        for command, undo in ((("netns", "add", NAMESPACE), ("netns", "del", NAMESPACE)),
                              (("tuntap", "add", NEAR_TAP, "mode", "tap"), None),
                              (("tuntap", "add", FAR_TAP, "mode", "tap"), ("link", "del", FAR_TAP))):
            run("ip", *command)
            if undo:
                self._running.callback(subprocess.run, ["ip", *undo], check=False)
        folder = Path(tempfile.mkdtemp(prefix="farboot-bench-router-"))
        self._running.callback(shutil.rmtree, folder)
        words = folder / "serial"
        words.touch()
        shape = self.shape
        netem = f"netem.delay={shape.rtt_ms / 2:g}ms netem.loss={shape.loss_percent:g}% netem.rate={shape.rate_mbit:g}mbit"
        command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-machine", "q35", "-accel", "tcg", "-cpu", "max",
                   "-m", "256", "-display", "none", "-serial", f"file:{words}", "-kernel", self.router.kernel, "-initrd",
                   self.router.initramfs, "-append", f"console=ttyS0 quiet {netem}"]
        for tap in (NEAR_TAP, FAR_TAP):
            command += ["-netdev", f"tap,id={tap},ifname={tap},script=no,downscript=no",
                        "-device", f"virtio-net-pci,netdev={tap},{PLAIN}"]
        guest = self._running.enter_context(Program(command, folder / "log"))
        guest.wait_for(lambda: "router ready" in words.read_text(encoding="ascii", errors="replace"))
        # QEMU keeps it open wherever it goes, but has to open it here.
        run("ip", "link", "set", NEAR_TAP, "netns", NAMESPACE)
        for words_of_ip in (("address", "add", "10.77.1.2/24", "dev", NEAR_TAP), ("link", "set", NEAR_TAP, "up"),
                            ("route", "add", "default", "via", "10.77.1.1")):
            run("ip", "-n", NAMESPACE, *words_of_ip)
        run("ip", "address", "add", f"{FAR_ADDRESS}/24", "dev", FAR_TAP)
        run("ip", "link", "set", FAR_TAP, "up")
        # As Debian's servers have it by default: this machine may have another, which losses hardly slow down.
        run("ip", "route", "add", "10.77.1.0/24", "via", "10.77.2.1", "congctl", "cubic")
        self.port = self._running.enter_context(self.servers).ports[self.server]

    def _received(self):
        """Bytes that have come to the near side, with the headers of Ethernet, IP and TCP: about 4 % more than payload."""
        return int(run(*self.prefix, "cat", f"/sys/class/net/{NEAR_TAP}/statistics/rx_bytes"))

    def __exit__(self, *_):
        try:
            self.counters = {"to_client_bytes": self._received(), "connections": 0, "idle_restarts": 0}
        finally:
            self._running.close()


def is_possible():
    return os.geteuid() == 0 and os.path.exists("/dev/net/tun")
