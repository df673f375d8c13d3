"""All contestants in one cell of the matrix, a trace over a link, and what the cell says of the goals."""

from dataclasses import dataclass

import goals
from measure import AtLeast
from processes import TooSlow


@dataclass(frozen=True)
class Cell:
    trace: object
    shape: object
    fresh: list  # for each of the trace's reads, stored bytes of the chunks that it is the first to touch
    results: dict  # a contestant's name -> Measured or AtLeast

    @property
    def compressed(self):
        return sum(self.fresh)

    @property
    def wire_limit(self):
        return goals.wire_limit(self.trace, self.compressed, self.shape)

    @property
    def one_answer(self):
        return goals.one_answer(self.trace, self.fresh, self.shape)


def _longest(own, best, effort):
    """Seconds that another peer may need, when ours need up to `own`, and the best peer `best`; nothing: any number."""
    seconds = min(best, own * effort.patience) if own else best
    return None if seconds == float("inf") else seconds


def fill(bench, contestants, trace, shape, fresh, effort, say):
    """Runs one contestant after the other, from the lowest bound on. A peer of no interest (Effort) is not run, and one that
    turns out to be slower than another, or very slow, is ended."""
    results = {}
    own = 0  # the slowest of ours
    best = float("inf")  # of the peers
    for contestant in sorted(contestants, key=lambda one: one.lower_bound(trace, shape)):
        bound = contestant.lower_bound(trace, shape)
        limit = _longest(own, best, effort) if contestant.is_peer else None
        if limit and bound > limit * effort.interest:
            results[contestant.name] = AtLeast(bound)
            continue
        try:
            result = bench.several(contestant, trace, shape, effort, limit)
        except TooSlow:
            say(f"  {str(shape):22} {contestant.name:22} {limit:8.2f} s and more, ended")
            results[contestant.name] = AtLeast(limit)
            continue
        say(f"  {str(shape):22} {contestant.name:22} {result.seconds:8.2f} s {result.wire_bytes / 1e6:7.1f} MB"
            f"  {result.runs} run(s), spread {result.spread:.2f} s, {result.connections} connection(s),"
            f" {result.idle_restarts} idle restart(s)")
        results[contestant.name] = result
        if contestant.is_peer:
            best = min(best, result.seconds)
        else:
            own = max(own, result.seconds)
    return Cell(trace, shape, fresh, results)


def best_peer(cell, contestants):
    """Name and result of the fastest peer, or nothing. Where none came to its end, what they need at least."""
    peers = [(contestant.name, cell.results[contestant.name]) for contestant in contestants
             if contestant.is_peer and contestant.name in cell.results]
    name, result = min(peers, key=lambda peer: (isinstance(peer[1], AtLeast), peer[1].seconds), default=(None, None))
    if result is None:
        return None
    return (f"at least, {name}" if isinstance(result, AtLeast) else name), result


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
            yield {"name": goal.name,
                   "params": {"trace": cell.trace.name, **vars(cell.shape)},
                   "value": value, "unit": goal.unit, "peer": name, "peer_value": other, "ratio": goal.ratio(value, other),
                   "possible": goal.ratio(cell.one_answer, other) if goal.value == "seconds" else None,
                   "target": goal.target, "runs": result.runs,
                   "spread": result.spread if goal.value == "seconds" else None}
