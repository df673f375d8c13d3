"""Cells that were measured, kept in a file, so that a run that was ended goes on where it was."""

import hashlib
import json
from dataclasses import asdict

from matrix import Cell
from measure import AtLeast, Measured


class Kept:
    """What was measured of other programs, or with another effort, does not count."""

    def __init__(self, file, build, effort, resume):
        self.file = file
        self.effort = asdict(effort)
        programs = ("rootfs/cli/farboot", "rootfs/nbd/nbdkit-farboot-plugin.so", "tests/bench/bench-replay",
                    "tests/bench/wan-link")
        self.build = [hashlib.sha256((build / program).read_bytes()).hexdigest() for program in programs]
        self.cells = {}
        if resume and file.exists():
            for line in file.read_text(encoding="ascii").splitlines():
                kept = json.loads(line)
                if kept["build"] == self.build:
                    self.cells[kept["key"]] = kept
        else:
            file.unlink(missing_ok=True)

    def _key(self, trace, shape, contestants):
        return json.dumps([trace.name, str(shape), [one.name for one in contestants], self.effort])

    def find(self, trace, shape, fresh, contestants):
        """The cell, or nothing."""
        kept = self.cells.get(self._key(trace, shape, contestants))
        if kept is None:
            return None
        results = {name: Measured(**result) if "wire_bytes" in result else AtLeast(**result)
                   for name, result in kept["results"].items()}
        return Cell(trace, shape, fresh, results)

    def add(self, cell, contestants):
        line = {"key": self._key(cell.trace, cell.shape, contestants), "build": self.build,
                "results": {name: asdict(result) for name, result in cell.results.items()}}
        with open(self.file, "a", encoding="ascii") as file:
            file.write(json.dumps(line) + "\n")
