"""The wide area link in front of a local server: the project's own, or netem in a guest (netem.py)."""

import json
import subprocess
from dataclasses import dataclass

from processes import BenchError


@dataclass(frozen=True)
class Shape:
    rtt_ms: float
    rate_mbit: float

    alone = False  # there may be others at the same time

    @property
    def rtt(self):
        return self.rtt_ms / 1e3

    @property
    def bytes_a_second(self):
        return self.rate_mbit * 1e6 / 8

    def __str__(self):
        return f"{self.rtt_ms:g} ms x {self.rate_mbit:g} Mbit/s"


class Link:
    """A wan-link that runs as long as the `with` block; afterwards its counters are there."""

    host = "127.0.0.1"
    prefix = ()  # of commands that are to use it

    def __init__(self, program, shape, server_port):
        self.command = [str(program), "--listen", "0", "--to", f"127.0.0.1:{server_port}", "--rtt", str(shape.rtt_ms),
                        "--rate", str(shape.rate_mbit)]
        self.port = None
        self.counters = None
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        if len(words) != 2 or words[0] != "listening":
            raise BenchError("wan-link did not start.")
        self.port = int(words[1])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.counters = json.loads(self.process.communicate()[0] or "{}")
