"""One replay of one trace by one contestant over one link."""

import json
import shutil
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from link import Link
from netem import NetemLink, NetemShape
from processes import run


@dataclass(frozen=True)
class Measured:
    """What a contestant needed: the median of its runs."""
    seconds: float
    wire_bytes: int  # from server to client
    runs: int
    spread: float  # slowest minus fastest run, in seconds
    connections: int
    idle_restarts: int


@dataclass(frozen=True)
class Effort:
    """How much time is spent on a cell."""
    most_runs: int
    enough_seconds: float  # no further run after so many
    interest: float  # peers whose lower bound is more than so many times the best peer's time are not run
    patience: float  # peers that take so many times as long as the slowest of ours are ended


@dataclass(frozen=True)
class AtLeast:
    """A peer that was not run, or ended: it needs no fewer seconds than these, which is enough to know."""
    seconds: float


class Bench:
    def __init__(self, build, site, router=None):
        self.replay = build / "tests/bench/bench-replay"
        self.wan_link = build / "tests/bench/wan-link"
        self.site = site
        self.router = router  # netem.Router, for netem.SHAPES

    def _link(self, contestant, shape):
        if isinstance(shape, NetemShape):
            return NetemLink(self.router, shape, self.site, contestant.server)
        return Link(self.wan_link, shape, self.site.ports[contestant.server])

    def once(self, contestant, trace, shape, limit=None):
        """Returns what bench-replay says, with the link's counters. Raises TooSlow after `limit` seconds."""
        folder = Path(tempfile.mkdtemp(prefix="farboot-bench-"))
        try:
            with self._link(contestant, shape) as link:
                with contestant.start(self.site, link, folder, limit) as session:
                    result = json.loads(run(*link.prefix, self.replay, "--trace", trace.file, "--scale", trace.think_scale,
                                            *session.arguments, "--compare", self.site.image, limit=limit))
                    result["seconds"] += session.seconds_before
        finally:
            shutil.rmtree(folder)
        return result | link.counters

    def several(self, contestant, trace, shape, effort, limit=None):
        """Raises TooSlow if the first run takes `limit` seconds."""
        results = [self.once(contestant, trace, shape, limit)]
        while len(results) < effort.most_runs and sum(result["seconds"] for result in results) < effort.enough_seconds:
            results.append(self.once(contestant, trace, shape))
        seconds = [result["seconds"] for result in results]
        def middle(key):
            return statistics.median_low(result[key] for result in results)
        return Measured(statistics.median(seconds), middle("to_client_bytes"), len(results), max(seconds) - min(seconds),
                        middle("connections"), middle("idle_restarts"))
