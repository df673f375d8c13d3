"""What the reader is meant to reach, as ratios of what is measured in the same cell."""

from dataclasses import dataclass
from typing import Callable, Optional

from link_check import slow_start_seconds

BEST_PEER = "best peer"
WIRE_LIMIT = "wire limit"
COMPRESSED_SET = "compressed set"
TOLERATED = 0.1  # by which the simulated link may differ from the kernel's


@dataclass(frozen=True)
class Goal:
    name: str
    value: str  # which of a Measured's numbers: seconds, wire_bytes
    against: str  # one of the names above, or a contestant's
    limit: Optional[float] = None  # nothing: only measured
    faster: bool = False  # the ratio is the other's number over ours, and at least the limit; else ours over the other's
    where: Callable = lambda shape: True  # the link's shapes that it is meant for

    @property
    def unit(self):
        return {"seconds": "s", "wire_bytes": "B"}[self.value]

    @property
    def target(self):
        return None if self.limit is None else f"{'>=' if self.faster else '<='} {self.limit:g}"

    def ratio(self, ours, other):
        if other is None:
            return None
        return other / ours if self.faster else ours / other


def whole_line(shape, size):
    """Seconds until so many bytes are there, if they come at the full rate from the fourth round trip on."""
    return 4 * shape.rtt + size / shape.bytes_a_second


def wire_limit(trace, compressed, shape):
    """Seconds that a reader needs which knows everything before: pauses or transfer, whichever is longer."""
    return max(trace.think_seconds + 4 * shape.rtt, whole_line(shape, compressed))


def one_answer(trace, fresh, shape):
    """Seconds of a client that reads one piece after the other, as a starting PC does, and knows everything before: chunks
    come in the order of first use, `fresh` bytes for each read, in one answer that is asked for after three round trips and
    begins slowly, as TCP does. The wire limit knows no slow start, and lets all pauses pass while something comes."""
    clock = before = came = 0
    for time, size in zip(trace.times, fresh):
        clock += (time - before) * trace.think_scale
        before = time
        came += size
        if size:
            clock = max(clock, 3 * shape.rtt + slow_start_seconds(shape, came))
    return clock


def _far_and_thin(shape):
    return shape.rtt_ms >= 50 and shape.rate_mbit <= 100


def _near_or_wide(shape):
    return shape.rtt_ms == 0 or shape.rate_mbit >= 1000


def _unlearnt(how):
    return [
        Goal(f"start {how}", "seconds", BEST_PEER, 1.5, faster=True, where=_far_and_thin),
        Goal(f"start {how}", "seconds", BEST_PEER, 1.05, where=_near_or_wide),
        Goal(f"start {how}", "seconds", BEST_PEER,
             where=lambda shape: not _far_and_thin(shape) and not _near_or_wide(shape)),
        Goal(f"bytes {how}", "wire_bytes", COMPRESSED_SET, 2.0),
    ]


WITHOUT_PROFILE = _unlearnt("without profile")
WITH_GUESS = _unlearnt("with a guess")


def _learnt(how, limit):
    return [
        Goal(f"start {how}", "seconds", WIRE_LIMIT, limit),
        Goal(f"bytes {how}", "wire_bytes", COMPRESSED_SET, 1.1),
    ]


WITH_PROFILE = _learnt("with profile", 1.1)
WITH_ANOTHER = _learnt("with another start's profile", 1.1)
WITH_INHERITED = _learnt("with an inherited profile", 1.25)
WITHOUT_PROFILE_HTTP2 = _unlearnt("without profile at HTTP/2")
WITH_GUESS_HTTP2 = _unlearnt("with a guess at HTTP/2")
WITH_PROFILE_HTTP2 = _learnt("with profile at HTTP/2", 1.1)


def mark_what_counts(rows):
    """Gives each row `counts`: not where the kernel's own link, without losses, says something else by more than TOLERATED."""
    def where(row):
        params = row["params"]
        return row["name"], params.get("trace"), params.get("rtt_ms"), params.get("rate_mbit")

    def differ(one, other):
        return one is not None and other is not None and abs(one - other) > TOLERATED * other

    of_kernel = {where(row): row for row in rows if row["params"].get("loss_percent") == 0}
    for row in rows:
        other = of_kernel.get(where(row))
        row["counts"] = ("loss_percent" in row["params"] or other is None
                         or not any(differ(row[key], other[key]) for key in ("value", "peer_value")))


def met(row, which="ratio"):
    """Whether a row of the results reaches its target, or whether what is `possible` does; nothing if it has none."""
    if row["target"] is None or row.get(which) is None:
        return None
    sign, limit = row["target"].split()
    return row[which] >= float(limit) if sign == ">=" else row[which] <= float(limit)
