"""What the reader costs besides waiting: reading an image whole, memory, processor."""

import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import goals
from contestants import Contestant, farboot, local_file
from link import Link, Shape
from processes import cpu_of, run

SEQUENTIAL = [Shape(20, 100), Shape(100, 1000)]
LARGE_BYTES = 2 * 1024 * 1024 * 1024  # of which the first second over a long way is little
LARGE = Shape(100, 1000)
WARM = Shape(50, 100)
MOST_MEMORY = 64 * 1024 * 1024


def _row(name, params, value, unit, peer, peer_value, ratio, target, runs=1, spread=None):
    return {"name": name, "params": params, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value,
            "ratio": ratio, "target": target, "runs": runs, "spread": spread}


def _copy_whole(bench, reader, shape):
    """Seconds, processor seconds and memory besides the cache (bytes) of a reader whose client is nbdcopy."""
    folder = Path(tempfile.mkdtemp(prefix="farboot-bench-"))
    try:
        with Link(bench.wan_link, shape, bench.site.ports[reader.server]) as link:
            with reader.start(bench.site, link, folder, None) as session:
                session.program.wait_for((folder / "nbd.sock").exists)
                start = time.monotonic()
                run("nbdcopy", f"nbd+unix:///?socket={folder / 'nbd.sock'}", "null:")
                seconds = time.monotonic() - start
                status = json.loads(run(bench.site.reader_tool, "--socket", folder / "control.sock", "status"))
                return (seconds, session.program.cpu_seconds(),
                        session.program.peak_memory() - status["cache"]["bytes"])
    finally:
        shutil.rmtree(folder)


def _plain_tools_cpu(site):
    """Processor seconds of the usual programs that do as much: fetch over TLS, decompress, check."""
    packs = [f"https://127.0.0.1:{site.ports['https']}/{pack.relative_to(site.folder)}"
             for pack in sorted((site.store / "v1/packs").glob("*/*"))]
    compressed = site.folder / "image.zst"
    if not compressed.exists():
        run("zstd", "--quiet", "-1", site.image, "-o", compressed)
    return {"curl": cpu_of("curl", "--silent", "--fail", "--cacert", site.authority, *packs),
            "zstd -d": cpu_of("zstd", "--quiet", "--decompress", "--stdout", compressed),
            "sha256sum": cpu_of("sha256sum", site.image)}


def _sequential(bench, reader, shape, effort):
    """A row, and the last copy."""
    size = bench.site.image_bytes
    copies = [_copy_whole(bench, reader, shape)]
    while len(copies) < effort.most_runs and sum(copy[0] for copy in copies) < effort.enough_seconds:
        copies.append(_copy_whole(bench, reader, shape))
    rates = [size / copy[0] for copy in copies]
    rate = statistics.median(rates)
    params = {"rtt_ms": shape.rtt_ms, "rate_mbit": shape.rate_mbit, "bytes": size, "client": "nbdcopy"}
    row = _row("sequential", params, rate, "B/s", "line rate", shape.bytes_a_second, rate / shape.bytes_a_second,
               ">= 0.9", len(copies), max(rates) - min(rates))
    row["possible"] = (size / shape.bytes_a_second) / goals.whole_line(shape, size)
    return row, copies[-1]


def warm_rows(bench, trace, effort):
    """The row of a start whose chunks all lie on the local disk, as does the file that it is compared with."""
    disk = bench.site.folder / "disk"
    shutil.rmtree(disk, ignore_errors=True)
    disk.mkdir()
    ours = Contestant("farboot+disk", "https", farboot("store", f"disk-cache={disk}"))
    theirs = Contestant("local file", "http", local_file)
    for _ in range(2):  # what waited to be written at the end of the first is not there
        bench.once(ours, trace, WARM)
    warm, file = (bench.several(one, trace, WARM, effort) for one in (ours, theirs))
    yield _row("start from the local disk", {"trace": trace.name, **vars(WARM), "wire_bytes": warm.wire_bytes},
               warm.seconds, "s", "local file", file.seconds, warm.seconds / file.seconds, "<= 1.05", warm.runs,
               warm.spread)


def large_rows(bench, reader, effort):
    """The row of an image of LARGE_BYTES, which the bench's site has."""
    yield _sequential(bench, reader, LARGE, effort)[0]


def rows(bench, reader, effort):
    """Yields rows for reader.json. `reader` is the contestant that is measured."""
    size = bench.site.image_bytes
    for shape in SEQUENTIAL:
        row, copy = _sequential(bench, reader, shape, effort)
        yield row
    _, cpu, memory = copy
    tools = _plain_tools_cpu(bench.site)
    yield _row("processor", {"bytes": size, "tools": tools}, cpu, "s", "curl + zstd -d + sha256sum",
               sum(tools.values()), cpu / sum(tools.values()), "<= 1.3")
    yield _row("memory besides the cache", {"bytes": size}, memory, "B", "64 MiB", MOST_MEMORY,
               memory / MOST_MEMORY, "<= 1")
