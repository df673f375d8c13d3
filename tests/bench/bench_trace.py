"""A trace of the reads of one starting PC, and what any reader of it needs at least."""

from dataclasses import dataclass
from pathlib import Path

from processes import BenchError


@dataclass(frozen=True)
class Trace:
    file: Path
    image_bytes: int
    think_seconds: float
    reads: list  # (offset, length)

    @property
    def name(self):
        return self.file.stem

    @property
    def bytes_read(self):
        return sum(length for _, length in self.reads)


def load(file):
    """Raises BenchError."""
    values = {"think_scale": "1"}
    rows = []
    with open(file, encoding="ascii") as lines:
        if next(lines, "").strip() != "# farboot trace 1":
            raise BenchError(f"{file} is no trace of version 1.")
        for line in lines:
            words = line.split()
            if words and words[0] == "#":
                values[words[1]] = words[2]
            elif line.strip() != "t_seconds,offset,length":
                rows.append([float(value) for value in line.split(",")])
    if not rows or "image_bytes" not in values:
        raise BenchError(f"{file} has no reads, or does not say image_bytes.")
    return Trace(Path(file), int(values["image_bytes"]), rows[-1][0] * float(values["think_scale"]),
                 [(int(offset), int(length)) for _, offset, length in rows])
