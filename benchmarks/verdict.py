"""What the figures mean to somebody who wants to buy or to begin: questions and answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.schema import REASON, Row
from benchmarks.tables import Sheet, value_of

CAMERA_FPS = 30


def verdict(rows: Sequence[Row]) -> Sheet:
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
