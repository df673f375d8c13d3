#!/usr/bin/python3
"""Prints which ranges two versions of a squashfs (zstd) have in common: tests/bench/traces/before has such lists.

Usage: tests/bench/shared_ranges.py BEFORE.squashfs AFTER.squashfs > before/NAME.shared.csv
"""

import sys
from pathlib import Path

BLOCK = b"\x28\xb5\x2f\xfd"  # how a block that zstd has compressed begins
LEAST = 16 * 1024  # no chunk lies in less


def pieces(image):
    """Yields (offset, bytes): one block each, together with what follows it and is not compressed."""
    start = 0
    while start < len(image):
        end = image.find(BLOCK, start + 1)
        end = len(image) if end < 0 else end
        yield start, image[start:end]
        start = end


def shared(before, after):
    """Yields (offset before, offset after, length), in the order of the second."""
    places = {}
    for offset, piece in pieces(before):
        places.setdefault(piece, offset)
    source = start = length = 0
    for offset, piece in pieces(after):
        if length and before[source + length:source + length + len(piece)] == piece:
            length += len(piece)
            continue
        if length >= LEAST:
            yield source, start, length
        found = places.get(piece)
        source, start, length = (0, 0, 0) if found is None else (found, offset, len(piece))
    if length >= LEAST:
        yield source, start, length


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    print("before_offset,offset,length")
    for row in shared(*(Path(name).read_bytes() for name in sys.argv[1:])):
        print(",".join(str(number) for number in row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
