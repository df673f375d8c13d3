"""Programs that run beside the benchmark, and what they have used."""

import os
import signal
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """The benchmark cannot go on; the message is for the person who started it."""


class TooSlow(BenchError):
    """A program was ended since it took longer than it may."""


def run(*command, limit=None):
    """Runs a program to its end and returns what it printed. Raises BenchError with its words, TooSlow after `limit` seconds."""
    command = [str(part) for part in command]
    try:
        result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired as error:
        raise TooSlow(f"{command[0]} has taken more than {limit:.0f} s.") from error
    if result.returncode != 0:
        raise BenchError(f"{' '.join(command)} ended with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def cpu_of(*command):
    """Runs a program to its end; the seconds of processor time that it took."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise BenchError(f"{command[0]} ended with {process.returncode}.")
    return usage.ru_utime + usage.ru_stime


class Program:
    """A program that is stopped with the `with` block. Its words go to a log file."""

    def __init__(self, command, log):
        self.command = [str(part) for part in command]
        self.log = log
        self.process = None

    def __enter__(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def wait_for(self, ready):
        """Waits until `ready()` is true. Raises BenchError when the program ends before, or after a minute."""
        end = time.monotonic() + 60
        while not ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise BenchError(f"{self.command[0]} did not start; its words are in {self.log}.")
            time.sleep(0.005)

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def cpu_seconds_of_family(self):
        """Its own, and those of the processes that it has started and that still run, as nginx has."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
            pids = [self.process.pid, *children.read().split()]
        ticks = 0
        for pid in pids:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS

    def peak_memory(self):
        """Bytes that were resident at most."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
