"""A PC with the small sample system on it, and what the tests do there."""

import hashlib
import itertools
import queue
import re

from lab import chain
from lab.pc import PC
from lab.site import ROOT


class Machine:
    """A PC with the small system, and its files that nobody has read yet."""

    def __init__(self, system, name, network=PC.CARD, extra=()):
        self.system = system
        self.pc = PC(ROOT / "build/e2e" / name, memory_mib=1024, network=network, extra=extra)
        self._cold = itertools.chain(system.files("usr/share/perl"), system.files("usr/lib/python3.11"),
                                     system.files("usr/share/gdb"), system.files("usr/lib/x86_64-linux-gnu/perl"))
        self._shell = None

    def power_on(self, *arguments, **options):
        self.start_up(*arguments, **options)
        self.log_in()

    def start_up(self, *arguments, **options):
        """Returns when somebody may log in."""
        self.system.power_on(self.pc, *arguments, **options)
        self.pc.wait_stage("root-mounted", chain.SYSTEM)
        self.pc.wait_text("farboot login:", chain.SYSTEM)

    def log_in(self):
        self._shell = self.pc.shell("root", "farboot")

    def run(self, command, deadline=300):
        status, output = self._shell.run(command, deadline)
        assert status == 0, f"{command}: {output}"
        return output.replace("\r", "")

    def start(self, command):
        """Runs a command that takes away the network, and so perhaps itself, without waiting for it."""
        self.run(f"rm -f /run/started.end; ({command}; : > /run/started.end) > /run/started.log 2>&1 &")

    def ended(self):
        """Waits until what was started has ended: a daemon that is restarted while it starts may fail for that alone."""
        self.wait("[ -e /run/started.end ]")

    def start_cold_read(self):
        """Begins to read a file that was never read. Returns its path."""
        path = next(self._cold)
        self.run(f"rm -f /run/sum; (sha256sum {path} > /run/sum.new; mv /run/sum.new /run/sum) &")
        return path

    def end_cold_read(self, path, deadline=600):
        """Waits until it is read; compares it with what was published."""
        self.wait("[ -e /run/sum ]", deadline)
        output = self.run("cat /run/sum")
        assert output.split()[0] == hashlib.sha256(self.system.content(path)).hexdigest(), f"{path} differs from the image"

    def cold_read(self):
        self.end_cold_read(self.start_cold_read())

    def wait(self, condition, deadline=300):
        """Waits until a shell condition is true on the machine."""
        self.run(f"until {condition}; do sleep 1; done", deadline)

    def no_errors(self):
        """What the kernel says of a lost block, a file system that misses one, a device that was given up."""
        assert not re.findall(r".*(?:I/O error|SQUASHFS error|Buffer I/O|nbd0: shutting down).*", self.run("dmesg"))

    def kill_reader(self):
        """Returns when the next one serves the root."""
        before = self.pc.text_length()
        reader = self.reader()
        self.run(f"kill -9 {reader}")
        self.pc.wait_text("the reader of the root file system runs again", chain.SYSTEM, start=before)
        assert self.reader() != reader

    def reader(self):
        """The process number of the root's reader."""
        return self.run("pgrep -f '^@nbdkit'").strip()

    def keepers(self):
        """The process numbers of all that the root hangs on, by name."""
        names = ("@nbdkit", "keep-reader", "keep-network", "udhcpc")
        return {name: self.run(f"pgrep -f '^@.*{name.lstrip('@')}'").split()[0] for name in names}

    def power_off(self):
        self._end("poweroff", "guest-shutdown")

    def reboot(self):
        """The lab's PCs stay off instead of starting again."""
        self._end("reboot", "guest-reset")

    def _end(self, how, reason):
        """By systemd, and without an error on the way. `reason` is what QEMU calls it: the firmware was told so."""
        events = queue.SimpleQueue()
        self.pc.on_event = lambda event: event["event"] == "SHUTDOWN" and events.put(event["data"]["reason"])
        before = self.pc.text_length()
        self._shell.start(f"systemctl {how}")
        self.pc.wait_off(chain.SYSTEM)
        log = (self.pc.folder / "ttyS0.log").read_text(errors="replace")
        assert not re.search(r"I/O error|SQUASHFS error", log[before:])
        assert events.get(timeout=60) == reason
