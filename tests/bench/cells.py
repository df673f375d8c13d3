"""The cells of a trace, one after the other, or some at once where a link carries little."""

import time
from concurrent.futures import ThreadPoolExecutor

import matrix

AT_ONCE_MBIT = 200  # that links at once may carry together: a quarter of what two processors can


def groups(shapes):
    """Shapes of links that are measured at once. A link by netem is there once."""
    group = []
    for shape in sorted(shapes, key=lambda one: one.rate_mbit):
        rate = shape.rate_mbit + sum(one.rate_mbit for one in group)
        if group and (rate > AT_ONCE_MBIT or shape.alone or group[0].alone):
            yield group
            group = []
        group.append(shape)
    if group:
        yield group


class Progress:
    """How many cells there are, were, and how long the rest may take."""

    def __init__(self, total, say):
        self.total = total
        self.done = self.measured = 0
        self.start = time.monotonic()
        self.say = say

    def count(self, measured):
        self.done += 1
        self.measured += measured
        if self.measured and self.done < self.total:
            left = (time.monotonic() - self.start) / self.measured * (self.total - self.done)
            self.say(f"  {self.done} of {self.total} cells, about {left / 60:.0f} min left")


def measured(bench, contestants, trace, shapes, fresh, effort, kept, progress):
    """The trace's cells in the order of its shapes."""
    found = {shape: kept.find(trace, shape, fresh, contestants) for shape in shapes}
    missing = [shape for shape, cell in found.items() if cell is None]
    for _ in range(len(shapes) - len(missing)):
        progress.count(0)

    def fill(shape):
        return matrix.fill(bench, contestants, trace, shape, fresh, effort, progress.say)

    for group in groups(missing):
        with ThreadPoolExecutor(len(group)) as pool:
            for shape, cell in zip(group, pool.map(fill, group)):
                found[shape] = cell
                kept.add(cell, contestants)
                progress.count(1)
    return [found[shape] for shape in shapes]
