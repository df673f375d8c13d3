"""A PC with the small sample system on it, and what the tests do there."""

import hashlib
import json
import queue
import re

from lab import chain
from lab.pc import PC
from lab.site import ROOT


# Asked without a look at the root, which may hang.
READER = "/run/initramfs/usr/bin/busybox chroot /run/initramfs farboot-reader --socket /run/control.sock"


def keeper(name):
    """The command that prints the process numbers of one of those that the root hangs on."""
    return f"pgrep -f '^@(/busybox |/busybox sh /usr/bin/)?{name}( |$)'"


class Machine:
    """A PC with the small system, and its files that nobody has read yet."""

    def __init__(self, system, name, network=PC.CARD, extra=()):
        self.system = system
        self.pc = PC(ROOT / "build/e2e" / name, memory_mib=1024, network=network, extra=extra)
        # Drivers of what this PC has not. By size they come from all over the image, none from beside the one before.
        self._cold = reversed(system.files("usr/lib/modules", 1 << 18))
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

    def start_cold_read(self, first=":"):
        """Begins to read a file that was never read, as soon as the command `first` has ended. Returns its path."""
        path = next(self._cold, None)
        assert path, "every file has been read: the image needs more that nothing reads"
        self.run(f"rm -f /run/sum; ({first}; {READER} status --bytes > /run/before; sha256sum {path} > /run/sum.new; "
                 f"{READER} status --bytes > /run/after; mv /run/sum.new /run/sum) > /run/sum.log 2>&1 &")
        return path

    def start_read_that_waits(self):
        """The same while there is no network, of a file that is not in the reader's memory."""
        while True:
            path = self.start_cold_read()
            self.wait("read reads writes < /sys/block/nbd0/inflight && [ $reads -gt 0 ] || [ -e /run/sum ]")
            if self.run("[ -e /run/sum ] && echo read || echo waits").strip() == "waits":
                return path

    def end_cold_read(self, path, deadline=600):
        """Waits until it is read; compares it with what was published. Returns how many bytes the reader had fetched when
        that began and when it ended, as text."""
        self.wait("[ -e /run/sum ]", deadline)
        digest, _, *fetched = self.run("cat /run/sum /run/before /run/after").split()
        assert digest == hashlib.sha256(self.system.content(path)).hexdigest(), f"{path} differs from the image"
        return fetched

    def cold_read(self, first=":"):
        """As soon as the command `first` has ended, reads files that were never read until one has come over the network: a
        reader has much in its memory, for what lies beside a chunk comes with it."""
        while True:
            before, after = self.end_cold_read(self.start_cold_read(first))
            if int(after) > int(before):
                return
            first = ":"

    def status(self):
        """What the root's reader says."""
        return json.loads(self.run(f"{READER} status"))

    def wait(self, condition, deadline=300):
        """Waits until a shell condition is true on the machine."""
        self.run(f"until {condition}; do sleep 1; done", deadline)

    def no_errors(self):
        """What the kernel says of a lost block, a file system that misses one, a device that was given up."""
        assert not re.findall(r".*(?:I/O error|SQUASHFS error|Buffer I/O|nbd0: shutting down).*", self.run("dmesg"))

    def kill_reader(self, *others):
        """And other processes at the same moment. Returns when the next one serves the root."""
        before = self.pc.text_length()
        reader = self.reader()
        self.run(f"kill -9 {' '.join([*others, reader])}")
        self.pc.wait_text("the reader of the root file system runs again", chain.SYSTEM, start=before)
        assert self.reader() != reader

    def reader(self):
        """The process number of the root's reader."""
        return self.run("pgrep -f '^@nbdkit'").strip()

    def keepers(self):
        """The process numbers of all that the root hangs on, by name."""
        names = ("nbdkit", "keep", "keep-reader", "keep-network", "udhcpc")
        return {name: self.run(keeper(name)).split()[0] for name in names}

    def kill_keepers(self, *names):
        """Returns when others are there in their place. The reader ends with what has started it."""
        said, before = self.pc.text_length(), self.keepers()
        self.run(f"kill -9 {' '.join(before[name] for name in names)}")
        for name in names:
            self.wait(f"now=$({keeper(name)} | head -n 1) && [ $now != {before[name]} ]")
        if "keep-reader" in names:
            self.pc.wait_text("the reader of the root file system runs again", chain.SYSTEM, start=said)

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
