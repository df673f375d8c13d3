"""What of an image's store a trace needs (docs/image-format.md)."""

import bisect
import struct


def fresh_bytes(store, manifest, reads):
    """For each read the stored bytes of the chunks that it is the first to touch."""
    root = (store / "v1/manifests" / manifest).read_bytes()
    count, pages = struct.unpack_from("<QI", root, 24)
    entries = memoryview(root)[40 + 40 * pages:]
    starts, digests, position = [], [], 0
    for index in range(count):
        starts.append(position)
        position += struct.unpack_from("<I", entries, 36 * index)[0]
        digests.append(bytes(entries[36 * index + 4:36 * index + 36]))
    locator = (store / "v1/locators" / manifest).read_bytes()
    pages, packs, hot = struct.unpack_from("<III", locator, 24)
    places = 80 + 40 * packs + 8 * pages + 40 * hot

    there, fresh = set(), []
    for offset, length in reads:
        fresh.append(0)
        index = bisect.bisect_right(starts, offset) - 1
        while index < count and starts[index] < offset + length:
            if digests[index] not in there:
                there.add(digests[index])
                fresh[-1] += struct.unpack_from("<I", locator, places + 16 * index + 4)[0]
            index += 1
    return fresh
