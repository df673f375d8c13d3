"""Tables for people."""

import goals
import matrix
from measure import AtLeast


def _text(result):
    if result is None:
        return "-"
    if isinstance(result, AtLeast):
        return f">= {result.seconds:.1f}"
    return f"{result.seconds:.1f} ({result.wire_bytes / 1e6:.0f})"


def _aligned(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        yield "  ".join(text.ljust(width) if column == 0 else text.rjust(width)
                        for column, (text, width) in enumerate(zip(line, widths))).rstrip()


def trace_table(cells, contestants):
    """Cells as rows, contestants as columns: seconds (MB over the wire)."""
    trace = cells[0].trace
    own = [contestant for contestant in contestants if not contestant.is_peer]
    lines = [["link", "wire limit", "one answer", *(contestant.name for contestant in contestants),
              *(f"{contestant.name}: x wire limit" for contestant in own),
              *(f"{contestant.name}: x faster than best peer" for contestant in own)]]
    for cell in cells:
        peer = matrix.best_peer(cell, contestants)
        ours = [cell.results[contestant.name].seconds for contestant in own]
        lines.append([str(cell.shape), f"{cell.wire_limit:.1f}", f"{cell.one_answer:.1f}",
                      *(_text(cell.results.get(contestant.name)) for contestant in contestants),
                      *(f"{seconds / cell.wire_limit:.2f}" for seconds in ours),
                      *(f"{peer[1].seconds / seconds:.2f}" if peer else "-" for seconds in ours)])
    yield (f"Trace {trace.name}: {len(trace.reads)} reads of {trace.bytes_read / 1e6:.0f} MB from an image of "
           f"{trace.image_bytes / 1e6:.0f} MB, {trace.think_seconds:.1f} s of pauses; the chunks that it touches are "
           f"{cells[0].compressed / 1e6:.0f} MB in the store.")
    yield ("Seconds from the reader's start to the last byte (MB over the wire); >= is a peer that cannot be the best, or needs "
           "more than twice as long as ours; one answer: had all chunks come in one, in the order of first use.")
    yield from _aligned(lines)


def goal_table(rows):
    """Every row with its ratio and target."""
    lines = [["what", "where", "value", "against", "ratio", "target", ""]]
    for row in rows:
        params = row["params"]
        where = f"{params['rtt_ms']:g} ms x {params['rate_mbit']:g} Mbit/s" if "rtt_ms" in params else ""
        if "loss_percent" in params:
            where = f"netem, {where}, {params['loss_percent']:g} % lost"
        if "trace" in params:
            where = f"{params['trace']}, {where}"
        scale = 1e6 if row["unit"].startswith("B") else 1
        unit = row["unit"].replace("B", "MB")
        numbers = [f"{row[key] / scale:.1f} {unit}" if row[key] is not None else "" for key in ("value", "peer_value")]
        verdict = {True: "met", False: "missed", None: ""}[goals.met(row)] if row["counts"] else "netem's counts"
        if verdict == "missed" and goals.met(row, "possible") is False:
            verdict = f"missed; possible: {row['possible']:.2f}"
        lines.append([row["name"], where, numbers[0], f"{row['peer'] or ''} {numbers[1]}".strip(),
                      "" if row["ratio"] is None else f"{row['ratio']:.2f}", row["target"] or "", verdict])
    yield from _aligned(lines)
