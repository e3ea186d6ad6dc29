"""`pleinair bench compare A.json B.json`: how many times faster, and where that stops mattering.

Both files are what `bench engines` wrote. For every network and size that both measured, the
fastest engine of each machine; and whether a camera of 30 frames per second would notice.
"""

from __future__ import annotations

from benchmarks.schema import Result, Row
from realtime.errors import BadInputError

CAMERA_FPS = 30


def compare(one: Result, other: Result) -> list[Row]:
    """Return a row for every network and size that both measured.

    Raises:
        BadInputError: there is none.
    """
    ours, theirs = _fastest(one), _fastest(other)
    rows = []
    for key in ours:
        if key not in theirs:
            continue
        left, right = ours[key], theirs[key]
        rows.append(
            {
                "bench": "compare",
                "network": key[0],
                "size": key[1],
                "one": _named(left),
                "one_ms": left["p50_ms"],
                "other": _named(right),
                "other_ms": right["p50_ms"],
                "times_faster": round(left["p50_ms"] / right["p50_ms"], 2),
                "at_30_fps": _verdict(left["p50_ms"], right["p50_ms"]),
            }
        )
    if not rows:
        raise BadInputError(
            "the two results have no network and size in common that `bench engines` measured"
        )
    return rows


def _fastest(result: Result) -> dict[tuple[str, str], Row]:
    found: dict[tuple[str, str], Row] = {}
    for row in result.of("engines", "article"):
        if "p50_ms" not in row:
            continue  # what the article cites
        key = (row["network"], row["size"])
        if row.get("engine") == "eager":
            continue  # the yardstick, not a way to run it
        if key not in found or row["p50_ms"] < found[key]["p50_ms"]:
            found[key] = row
    return found


def _named(row: Row) -> str:
    return f"{row.get('engine', '?')} {row.get('precision', '')}".strip()


def _verdict(one_ms: float, other_ms: float) -> str:
    budget_ms = 1000 / CAMERA_FPS
    keeps = one_ms <= budget_ms, other_ms <= budget_ms
    if all(keeps):
        return "both keep up: the faster one only idles more"
    if not any(keeps):
        return "neither keeps up"
    return "the second keeps up, the first does not" if keeps[1] else "only the first keeps up"
