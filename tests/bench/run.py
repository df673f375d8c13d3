#!/usr/bin/python3
"""Measures the lazy reader beside its peers over a simulated wide area link; see docs/benchmarks.md."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import bench_trace
import cells
import chunks
import contestants
import extras
import goals
import link_check
import matrix
import netem
import report
import serving
from bench_site import Site
from kept import Kept
from link import Shape
from measure import Bench, Effort
from processes import BenchError

ROOT = Path(__file__).resolve().parents[2]
FULL = [Shape(rtt, rate) for rtt in (0, 20, 50, 100, 150) for rate in (20, 100, 1000)]
QUICK = [Shape(20, 100), Shape(50, 100), Shape(100, 20), Shape(100, 1000)]


def shape(text):
    numbers = [float(number) for number in text.removeprefix("netem:").split("x")]
    return netem.NetemShape(*numbers) if text.startswith("netem:") else Shape(*numbers)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, prog="tests/run bench")
    parser.add_argument("--quick", action="store_true", help="four cells, one run each: minutes")
    parser.add_argument("--trace", type=Path, action="append", help="default: all in tests/bench/traces")
    parser.add_argument("--cell", type=shape, action="append", metavar="RTTxRATE",
                        help="milliseconds and Mbit/s, as 50x100; netem:50x100x0.5, with per cent lost: in a guest")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was ended: what the same programs "
                        "have measured is not measured again")
    parser.add_argument("--only", action="append", metavar="NAME", help="contestants; default: all")
    parser.add_argument("--build", type=Path, default=ROOT / "build/default", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=ROOT / "build/bench", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out = options.out.resolve()  # nginx has a folder of its own
    return options


def say(line=""):
    print(line, flush=True)


def go_before_others():
    """What is measured is waiting, mostly: other people's compilers should not be part of it."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    except PermissionError:
        say("Other programs count as much as these, since this is not root.")


def measure(options, traces, chosen):
    """Yields the rows of reader.json, and prints tables."""
    shapes = options.cell or (QUICK if options.quick else FULL + netem.SHAPES)
    router = None
    if any(isinstance(one, netem.NetemShape) for one in shapes):
        if netem.is_possible():
            router = netem.Router(options.build, options.out / "router")
        else:
            say("Nothing is measured with netem: that needs root and /dev/net/tun.")
            shapes = [one for one in shapes if not isinstance(one, netem.NetemShape)]
    effort = Effort(1, 0, 0.9, 2) if options.quick else Effort(3, 25, 1, 2)
    progress = cells.Progress(len(traces) * len(shapes), say)
    kept = Kept(options.out / "cells.jsonl", options.build, effort, options.resume)
    for trace in traces:
        with Site(options.out, options.build, trace) as site:
            bench = Bench(options.build, site, router)
            present = [one for one in chosen if one.takes_part(trace)]
            fresh = chunks.fresh_bytes(site.store, site.manifest, trace.reads)
            say(f"Trace {trace.name}:")
            of_trace = cells.measured(bench, present, trace, shapes, fresh, effort, kept, progress)
            say()
            for line in report.trace_table(of_trace, present):
                say(line)
            say()
            for cell in of_trace:
                yield from matrix.rows(cell, present)
            if chosen[0] is contestants.ALL[0]:
                yield from extras.warm_rows(bench, trace, effort)
            if trace is traces[-1] and chosen[0] is contestants.ALL[0]:
                yield from extras.rows(bench, chosen[0], effort)
                yield from serving.rows(site, effort)
    if chosen[0] is contestants.ALL[0]:
        with Site(options.out, options.build, bench_trace.of_size(extras.LARGE_BYTES)) as site:
            yield from extras.large_rows(Bench(options.build, site), chosen[0], effort)


def main():
    options = parse()
    start = time.monotonic()
    files = options.trace or sorted((ROOT / "tests/bench/traces").glob("*.csv"))
    chosen = contestants.ALL
    if options.only:
        chosen = [one for one in contestants.ALL + contestants.HTTP2 if one.name in options.only]
    try:
        if not files:
            raise BenchError("There is no trace in tests/bench/traces; name one with --trace.")
        if not chosen:
            raise BenchError(f"The contestants are {', '.join(one.name for one in contestants.ALL)}.")
        traces = [bench_trace.load(file) for file in files]
        options.out.mkdir(parents=True, exist_ok=True)
        say(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}")
        go_before_others()
        link_check.check(options.build / "tests/bench/wan-link")
        say()
        rows = list(measure(options, traces, chosen))
    except BenchError as error:
        print(f"tests/run bench: {error}", file=sys.stderr)
        return 1
    goals.mark_what_counts(rows)
    for line in report.goal_table(rows):
        say(line)
    result = options.out / "reader.json"
    result.write_text(json.dumps(rows, indent=1) + "\n", encoding="ascii")
    say(f"{result} has {len(rows)} rows; {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
