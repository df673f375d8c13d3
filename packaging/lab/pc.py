"""A lab PC in QEMU: power, keyboard, screen, cable, and the two serial lines that its owner would plug in."""

import codecs
import re
import select
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .qmp import Qmp

STAGE = re.compile(r"farboot: stage: ([a-z0-9-]+)((?: +[a-z_-]+=\S*)*)")
REFUSED = re.compile(r"farboot: refused: reason=([a-z0-9-]+)(.*)")
# What a kernel says that will say no more: of its end, or of a processor that has stood still for minutes.
DEAD = re.compile(r"Kernel panic - not syncing.*|soft lockup - CPU#\d+ stuck for [1-9]\d\d.*")
TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][0-9A-B]|\x1b[=>]|\r")


class SerialText:
    """What a person would read of a serial line: bytes in, of any lengths, text without a terminal's codes out."""

    BEGUN = re.compile(r"\x1b(?:\[[0-9;?]*|[()])?$")

    def __init__(self):
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._held = ""

    def add(self, data):
        text = TERMINAL_CODES.sub("", self._held + self._decode(data))
        begun = self.BEGUN.search(text)  # the rest of a code may come with the next bytes
        end = begun.start() if begun else len(text)
        self._held = text[end:]
        return text[:end]


# What a person types, as QEMU names it (QKeyCode).
KEYS = {" ": "spc", "-": "minus", "/": "slash", ".": "dot", "\n": "ret", ",": "comma", ";": "semicolon", "=": "equal"}


class PCError(Exception):
    """The PC does not do what it should; the message is for the person who started it."""


class StageTimeout(PCError):
    """A stage did not come before its deadline; says which and what was last on the serial line."""


@dataclass
class Stage:
    name: str
    seconds: float  # since power-on
    values: dict


# What QEMU's DHCP server says of its network.
DOMAIN = "lab.farboot.example"


class PC:
    """One virtual PC. `folder` gets its sockets, serial logs and pictures."""

    CARD = ("-netdev", f"user,id=net0,domainname={DOMAIN}",
            "-device", "virtio-net-pci,netdev=net0,id=nic0,mac=52:54:00:fa:2b:07")

    # Max without LA57 offers SVM to the guest's own KVM. Without ERMS the guest clears and copies memory in words, not in
    # bytes, each of which is slow where code has been: a boot takes half the time.
    CPU = "max,la57=off,erms=off"

    # One processor: QEMU's emulation of several goes on with code that another one has changed meanwhile, once in some
    # twenty boots, and the kernel hangs or dies (docs/testing.md).
    def __init__(self, folder, memory_mib=4096, display=None, extra=(), network=CARD):
        self.folder = Path(folder)
        self.memory_mib = memory_mib
        self.display = list(display or ["-display", "none"])
        self.extra = list(extra)
        self.network = list(network)
        self.stages = []
        self._changed = threading.Condition()
        self._text = ""
        self._process = None
        self._follower = None
        self.on_event = None

    # Power

    def power_on(self, kernel=None, initramfs=None, cmdline="console=tty0 console=ttyS0"):
        """Starts this kernel, as a boot loader would; without one, what the firmware finds."""
        if self._follower:
            self._follower.join()  # ends with the PC that it follows
        self._text = ""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        run = self.folder
        command = [
            "qemu-system-x86_64", "-name", "farboot-pc", "-nodefaults",
            # TCG, since a test machine may have no usable KVM.
            "-accel", "tcg", "-cpu", self.CPU, "-smp", "1", "-m", str(self.memory_mib),
            *(["-kernel", str(kernel), "-initrd", str(initramfs), "-append", cmdline] if kernel else []),
            "-vga", "std", "-device", "qemu-xhci", "-device", "usb-tablet",
            *self.network,
            "-chardev", f"socket,id=s0,path={run}/ttyS0.sock,server=on,wait=off,logfile={run}/ttyS0.log",
            "-serial", "chardev:s0",
            "-chardev", f"socket,id=s1,path={run}/ttyS1.sock,server=on,wait=off,logfile={run}/ttyS1.log",
            "-serial", "chardev:s1",
            "-qmp", f"unix:{run}/qmp.sock,server=on,wait=off",
            "-no-reboot", *self.display, *self.extra,
        ]
        self.started = time.monotonic()
        with open(run / "qemu.log", "wb") as log:
            log.write((" ".join(command) + "\n").encode())
            log.flush()
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait_for_file(run / "qmp.sock")
        try:
            self.qmp = Qmp(run / "qmp.sock", on_event=self._event)
        except (ConnectionError, ValueError) as error:  # QEMU opens the socket before it looks at everything else
            self._process.wait(60)
            raise self._not_started() from error
        self._follower = threading.Thread(target=self._follow, daemon=True)
        self._follower.start()

    def _event(self, event):
        if self.on_event:
            self.on_event(event)

    def _wait_for_file(self, path):
        while not path.exists():
            if self._process.poll() is not None:
                raise self._not_started()
            time.sleep(0.05)

    def _not_started(self):
        said = (self.folder / "qemu.log").read_text().partition("\n")[2].strip()
        return PCError(f"QEMU did not start the PC: {said}")

    def running(self):
        return self._process is not None and self._process.poll() is None

    def power_off(self):
        """Pulls the plug."""
        if self.running():
            self._process.kill()
            self._process.wait()

    def wait_off(self, deadline):
        """Waits until the PC has switched itself off. Raises StageTimeout."""
        try:
            self._process.wait(deadline)
        except subprocess.TimeoutExpired as error:
            raise StageTimeout(f"the PC is still on after {deadline} s") from error

    # What it says

    def _follow(self):
        with open(self.folder / "ttyS0.log", "rb") as log:
            pending, plain = "", SerialText()
            while True:
                data = log.read()
                if not data:
                    if not self.running():
                        return
                    time.sleep(0.1)
                    continue
                text = plain.add(data)
                lines = (pending + text).split("\n")
                pending = lines.pop()
                with self._changed:
                    self._text += text
                    for line in lines:
                        for match in STAGE.finditer(line):
                            values = dict(pair.split("=", 1) for pair in match[2].split())
                            self.stages.append(Stage(match[1], time.monotonic() - self.started, values))
                    self._changed.notify_all()

    def _wait(self, found, what, deadline):
        end = time.monotonic() + deadline
        with self._changed:
            while True:
                result = found()
                if result:
                    return result
                left = end - time.monotonic()
                dead = DEAD.search(self._text)
                if left <= 0 or dead or not self.running():
                    why = dead[0] if dead else f"not within {deadline} s" if self.running() else "the PC went off"
                    tail = "\n".join(self._text.splitlines()[-40:])
                    raise StageTimeout(f"waiting for {what}: {why}. Last on the serial line:\n{tail}")
                self._changed.wait(min(left, 1.0))

    def wait_stage(self, name, deadline, after=0, **values):
        """Waits for a stage line with these values, not among the first `after` stages. Returns it."""
        def found():
            for stage in self.stages[after:]:
                if stage.name == name and all(stage.values.get(key) == value for key, value in values.items()):
                    return stage
            return None
        return self._wait(found, f"stage {name} {values or ''}", deadline)

    def wait_text(self, pattern, deadline, start=0):
        """Waits for a regular expression in the serial line's text from character `start`. Returns the match."""
        return self._wait(lambda: re.compile(pattern).search(self._text, start), f"text /{pattern}/", deadline)

    def text_length(self):
        with self._changed:
            return len(self._text)

    # What a person does

    def press(self, *keys):
        """Presses keys one after the other; "ctrl+alt+f1" holds them together. Names are QKeyCode's."""
        for chord in keys:
            codes = [{"type": "qcode", "data": key} for key in chord.split("+")]
            self.qmp.command("send-key", keys=codes)
            time.sleep(0.15)  # a person does not type faster, and a busy guest loses keys that overlap

    def type(self, text):
        for character in text:
            if character.isupper():
                self.press("shift+" + character.lower())
            else:
                self.press(KEYS.get(character, character))

    def click(self, x, y):
        """Moves the mouse and clicks; from 0 to 1, from the screen's left and top."""
        def send(*events):
            self.qmp.command("input-send-event", events=list(events))
        send(*({"type": "abs", "data": {"axis": axis, "value": round(0x7FFF * value)}} for axis, value in (("x", x), ("y", y))))
        for down in (True, False):
            time.sleep(0.15)
            send({"type": "btn", "data": {"button": "left", "down": down}})

    def screenshot(self, path):
        """Writes a PNG of the screen."""
        self.qmp.command("screendump", filename=str(path), format="png")
        return Path(path)

    def cable(self, plugged):
        self.qmp.command("set_link", name="nic0", up=plugged)

    def shell(self, user, password, deadline=240):
        """Logs in on the second serial line, as an admin with a cable would, once it offers that."""
        return SerialShell(self.folder / "ttyS1.sock", user, password, deadline)


class SerialShell:
    """A login on a serial line that runs one command at a time."""

    def __init__(self, path, user, password, deadline=240):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._plain = SerialText()
        self._buffer = ""
        self._count = 0
        end = time.monotonic() + deadline
        while True:  # a getty that was started before anyone was plugged in has shown its prompt already
            self._send("\n")
            try:
                self._read_until(r"login: ?$", 20)
                break
            except StageTimeout:
                if time.monotonic() > end:
                    raise
        self._send(user + "\n")
        self._read_until(r"Password: ?$", 240)
        self._send(password + "\n")
        # The whole prompt: the greeting has a "#" in it, too, and may come in pieces.
        self.greeting = self._read_until(rf"{re.escape(user)}@\S+[$#] ?$", 600)[1]
        # No colours, no pager's tricks, and no word of the shell's own about jobs that end.
        self._send("export TERM=dumb; stty -echo; PS1=; PS2=; set +m; bind 'set enable-bracketed-paste off' 2>/dev/null\n")
        self.run("true", 240)

    def _send(self, text):
        self._socket.sendall(text.encode())

    def _read_until(self, pattern, deadline):
        """Returns (match, the text before it). Raises StageTimeout."""
        end = time.monotonic() + deadline
        expression = re.compile(pattern, re.MULTILINE)
        while True:
            match = expression.search(self._buffer)
            if match:
                before = self._buffer[:match.start()]
                self._buffer = self._buffer[match.end():]
                return match, before
            left = end - time.monotonic()
            if left <= 0:
                raise StageTimeout(f"waiting for /{pattern}/ on the second serial line: {self._buffer[-800:]!r}")
            if select.select([self._socket], [], [], min(left, 1.0))[0]:
                data = self._socket.recv(65536)
                if not data:
                    raise ConnectionError("the PC is off")
                self._buffer += self._plain.add(data)

    def log_out(self):
        """The line is free for somebody else."""
        self._send("exit\n")
        self._socket.close()

    def start(self, command):
        """Begins a command, and does not wait for what becomes of it."""
        self._send(command + "\n")

    def run(self, command, deadline=120):
        """Runs a command; returns (exit status, output)."""
        self._count += 1
        # The marks are put together by the shell, so that an echo of the command is not taken for one.
        mark = f'"farboot-shell"-{self._count}'
        self._send(f"echo {mark}:begins; {{ {command}\n}} 2>&1; echo {mark}:$?\n")
        self._read_until(rf"farboot-shell-{self._count}:begins\n", deadline)
        match, output = self._read_until(rf"farboot-shell-{self._count}:(\d+)\n", deadline)
        return int(match[1]), output
