"""What farboot-server can serve of a store with its processor's time, beside nginx with the same files."""

import statistics
import time
from pathlib import Path

from bench_site import free_port, listens
from processes import BenchError, Program, run

SECONDS = 4
CONNECTIONS = 16
TARGETS = {"http": ">= 0.9", "https": ">= 0.8"}


def _requests_a_second(program, url, files):
    """Requests for each second of the program's processor time."""
    before = program.cpu_seconds_of_family()
    answer = run("wrk", "--threads", "1", "--connections", CONNECTIONS, "--duration", f"{SECONDS}s", "--script",
                 Path(__file__).with_name("random_ranges.lua"), url, "--", *files)
    used = program.cpu_seconds_of_family() - before
    words = next(line for line in answer.splitlines() if line.startswith("requests ")).split()
    if words[3] != "0":
        raise BenchError(f"{words[3]} of {words[1]} requests to {url} failed.")
    return int(words[1]) / used


def rows(site, effort):
    """Yields rows for reader.json: random ranges of 64 KiB over connections that stay open, the last of `effort` runs
    in the middle."""
    files = []
    for pack in sorted((site.store / "v1/packs").glob("*/*")):
        if pack.stat().st_size > 65536:
            files += [f"/store/{pack.relative_to(site.store)}", pack.stat().st_size]
    ports = {"http": free_port(), "https": free_port()}
    data = site.folder / "server"
    command = [site.build / "server/farboot-server", "run", "--data", data, "--store", site.store, "--listen",
               f"127.0.0.1:{ports['https']}", "--listen-plain", f"127.0.0.1:{ports['http']}", "--web", site.folder]
    with Program(command, site.folder / "farboot-server.log") as server:
        server.wait_for(lambda: all(listens(port) for port in ports.values()))
        time.sleep(0.5)  # what it does at its start is no part of this
        for scheme in ("http", "https"):
            ours, theirs = [], []
            for _ in range(max(effort.most_runs, 2)):
                ours.append(_requests_a_second(server, f"{scheme}://127.0.0.1:{ports[scheme]}", files))
                theirs.append(_requests_a_second(site.servers.nginx, f"{scheme}://127.0.0.1:{site.ports[scheme]}", files))
            rate, other = statistics.median(ours), statistics.median(theirs)
            yield {"name": "served by farboot-server", "params": {"scheme": scheme, "bytes": 65536,
                                                                  "connections": CONNECTIONS},
                   "value": rate, "unit": "requests/CPU s", "peer": "nginx", "peer_value": other, "ratio": rate / other,
                   "target": TARGETS[scheme], "runs": len(ours), "spread": max(ours) - min(ours)}
