"""All contestants in one cell of the matrix, a trace over a link, and what the cell says of the goals."""

from dataclasses import dataclass

import goals
from measure import AtLeast, Measured


@dataclass(frozen=True)
class Cell:
    trace: object
    shape: object
    wire_limit: float  # seconds
    compressed: int  # bytes
    results: dict  # a contestant's name -> Measured or AtLeast


def fill(bench, contestants, trace, shape, compressed, effort, say):
    """Runs one contestant after the other, from the lowest bound on: a peer of no interest (Effort) is not run."""
    results = {}
    best = float("inf")  # of the peers
    for contestant in sorted(contestants, key=lambda one: one.lower_bound(trace, shape)):
        bound = contestant.lower_bound(trace, shape)
        if contestant.is_peer and bound > best * effort.interest:
            results[contestant.name] = AtLeast(bound)
            continue
        result = bench.several(contestant, trace, shape, effort)
        say(f"  {str(shape):22} {contestant.name:22} {result.seconds:8.2f} s {result.wire_bytes / 1e6:7.1f} MB"
            f"  {result.runs} run(s), spread {result.spread:.2f} s, {result.connections} connection(s),"
            f" {result.idle_restarts} idle restart(s)")
        results[contestant.name] = result
        if contestant.is_peer:
            best = min(best, result.seconds)
    return Cell(trace, shape, goals.wire_limit(trace, compressed, shape), compressed, results)


def best_peer(cell, contestants):
    """Name and result of the fastest peer that was run, or nothing."""
    peers = [(contestant.name, cell.results[contestant.name]) for contestant in contestants
             if contestant.is_peer and isinstance(cell.results.get(contestant.name), Measured)]
    return min(peers, key=lambda peer: peer[1].seconds, default=None)


def _reference(cell, goal, contestants):
    """Name and number of what a goal compares with; nothing if it was not measured."""
    if goal.against == goals.WIRE_LIMIT:
        return goal.against, cell.wire_limit
    if goal.against == goals.COMPRESSED_SET:
        return goal.against, cell.compressed
    if goal.against == goals.BEST_PEER:
        peer = best_peer(cell, contestants)
        return (peer[0], getattr(peer[1], goal.value)) if peer else (None, None)
    return goal.against, getattr(cell.results.get(goal.against), goal.value, None)


def rows(cell, contestants):
    """The cell's rows for reader.json."""
    for contestant in contestants:
        result = cell.results.get(contestant.name)
        for goal in contestant.goals:
            if result is None or not goal.where(cell.shape):
                continue
            value = getattr(result, goal.value)
            name, other = _reference(cell, goal, contestants)
            ratio = None if other is None else other / value if goal.faster else value / other
            yield {"name": goal.name,
                   "params": {"trace": cell.trace.name, **vars(cell.shape)},
                   "value": value, "unit": goal.unit, "peer": name, "peer_value": other, "ratio": ratio,
                   "target": goal.target, "runs": result.runs,
                   "spread": result.spread if goal.value == "seconds" else None}
