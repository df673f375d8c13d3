"""A trace of the reads of one starting PC, and what any reader of it needs at least."""

from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from processes import BenchError


@dataclass(frozen=True)
class Trace:
    file: Optional[Path]  # of_size() has none
    manifest: str  # of the image that it was recorded of
    image_bytes: int
    think_scale: float
    times: list  # of the reads, seconds as recorded: pauses alone, as the clock stands still while a read is answered
    reads: list  # (offset, length)

    @property
    def name(self):
        return self.file.stem

    @property
    def relatives(self):
        """Other traces of the same image, by what they are: `guessed` by `farboot profile guess --trace`, `another`
        start."""
        found = self.file.parent.glob(f"*/{self.file.name}") if self.file else ()
        return {file.parent.name: file for file in sorted(found) if file.parent.name != "before"}

    @property
    def before(self):
        """The trace of the version before, if there is one."""
        file = self.file and self.file.parent / "before" / self.file.name
        return load(file) if file and file.exists() else None

    @property
    def shared(self):
        """What the version before, whose trace this is, has of its successor: (offset, the successor's, length)."""
        with open(self.file.with_suffix(".shared.csv"), encoding="ascii") as lines:
            next(lines)
            return [tuple(int(value) for value in line.split(",")) for line in lines]

    @property
    def think_seconds(self):
        return self.times[-1] * self.think_scale if self.times else 0

    @property
    def bytes_read(self):
        return sum(length for _, length in self.reads)


def load(file):
    """Raises BenchError."""
    remarks = {"think_scale": "1"}
    rows = []
    with open(file, encoding="ascii") as lines:
        if next(lines, "").strip() != "# farboot trace 1":
            raise BenchError(f"{file} is no trace of version 1.")
        for line in lines:
            if line.startswith("# "):
                key, _, value = line[2:].strip().partition(" ")
                remarks[key] = value
            elif line.strip() != "t_seconds,offset,length":
                rows.append([float(value) for value in line.split(",")])
    if not rows or not {"manifest", "image_bytes"} <= remarks.keys():
        raise BenchError(f"{file} has no reads, or does not say of which image it is.")
    return Trace(Path(file), remarks["manifest"], int(remarks["image_bytes"]), float(remarks["think_scale"]),
                 [row[0] for row in rows], [(int(offset), int(length)) for _, offset, length in rows])


def of_size(image_bytes):
    """Of an image of which nothing is known but its size."""
    return Trace(None, "", image_bytes, 1, [], [])
