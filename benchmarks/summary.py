"""Summaries of results: what to expect of this machine, and one machine against another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.harness import CAMERA_FPS
from benchmarks.result import REASON, Result, Row
from benchmarks.tables import Sheet, value_of
from realtime.errors import BadInputError


def summary(rows: Sequence[Row]) -> Sheet:
    """Return a short table from the rows of a suite; what was not measured is left out."""
    held = [row for row in rows if REASON not in row]
    answers = [*_article(held), *_live(held), *_film(held), *_start(held), *_steady(held)]
    return Sheet("What to expect of this machine", ("what", "measured", "which means"), answers)


def _article(rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
    ours = [r for r in rows if r["bench"] == "article" and "times_faster_than_article" in r]
    best = min((r for r in ours if r["engine"] != "eager"), key=lambda r: r["p50_ms"], default=None)
    if best is None:
        return
    what = f"one 252x252 picture, article network, {best['engine']} {best['precision']}"
    means = f"{best['times_faster_than_article']} times the article's 1.456 s (2015 laptop)"
    if "times_faster_than_eager" in best:
        means += f", {best['times_faster_than_eager']} times eager PyTorch here"
    yield what, f"{best['p50_ms']} ms", means
    if "first_picture_s" in best:
        cold = f"the very first one, from nothing: {best['cold_s']} s"
        yield "the first picture, load included", f"{best['first_picture_s']} s", cold
    for row in rows:
        if "extrapolated_s" in row:
            said = f"{row['steps']} steps, extrapolated from {row['runs']}"
            yield "the same by optimisation", f"{row['extrapolated_s']} s", said


def _live(rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        if row["bench"] == "live":
            keeps = row["fps"] >= CAMERA_FPS
            means = f"{'keeps up with' if keeps else 'thins'} a camera of {CAMERA_FPS} fps"
            glass = value_of(row, "glass_to_glass.p50_ms")
            if glass is not None:
                means += f"; {glass} ms behind life"
            yield f"live, {row['network']} {row['size']}", f"{row['fps']} fps", means


def _film(rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        if row["bench"] == "video":
            seconds = 60 * CAMERA_FPS / row["fps"]
            means = f"a minute of film takes {seconds:.0f} s"
            yield f"film {row['size']}, with sound", f"{row['fps']} fps", means


def _start(rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        if row["bench"] == "start":
            yield f"start, {row['what']}", f"{row['seconds']} s", "to the first painted frame"


def _steady(rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
    stills = {
        row["style"]: row["still"]
        for row in rows
        if row["bench"] == "flicker" and not row["stabilize"]
    }
    if stills:
        worst = max(stills, key=lambda style: stills[style])
        calmer = "calmer than the camera" if stills[worst] <= 1 else "flickers more than the camera"
        what = f"noise that survives, {worst}" + (" (the worst style)" if len(stills) > 1 else "")
        yield what, f"{stills[worst]} x", calmer


def compare(one: Result, other: Result) -> list[Row]:
    """Return a row for every network and size that both measured: the fastest engine of each.

    And whether a camera of 30 frames per second would notice the difference.

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
                "at_30_fps": _at_30_fps(left["p50_ms"], right["p50_ms"]),
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
            continue  # the baseline, not a way to run it
        if key not in found or row["p50_ms"] < found[key]["p50_ms"]:
            found[key] = row
    return found


def _named(row: Row) -> str:
    return f"{row.get('engine', '?')} {row.get('precision', '')}".strip()


def _at_30_fps(one_ms: float, other_ms: float) -> str:
    budget_ms = 1000 / CAMERA_FPS
    keeps = one_ms <= budget_ms, other_ms <= budget_ms
    if all(keeps):
        return "both keep up: the faster one only idles more"
    if not any(keeps):
        return "neither keeps up"
    return "the second keeps up, the first does not" if keeps[1] else "only the first keeps up"
