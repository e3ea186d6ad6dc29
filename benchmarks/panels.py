"""The panels of a plot: what each benchmark looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.lines import scaling_panels
from benchmarks.palette import BARS, GREY, INK, STAGE_COLOURS, colour_of
from benchmarks.scene import pixels_of
from benchmarks.schema import REASON, Row
from benchmarks.tables import value_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CAMERA_MS = 1000 / 30


@dataclass(frozen=True)
class Panel:
    """One picture in the picture."""

    title: str
    height_inches: float
    draw: Callable[[Any], None]


def panels_of(rows: Sequence[Row]) -> list[Panel]:
    """Return the panels for what the rows hold, in a fixed order."""
    held = [row for row in rows if REASON not in row]

    def of(bench: str) -> list[Row]:
        return [row for row in held if row["bench"] == bench]

    panels: list[Panel] = []
    if article := of("article"):
        bars = sorted(_article_bars(article), key=lambda bar: -bar[1])
        panels.append(
            Panel("One 252x252 picture: every line is ten times the one before",
                  _height(bars), partial(_log_bars, bars=bars))
        )  # fmt: skip
    panels += _engine_panels(of("engines"))
    if live := of("live"):
        panels.append(
            Panel("Live: where a frame's time goes, median ms", _height(live, 0.9),
                  partial(_stages, rows=live))
        )  # fmt: skip
    if flicker := of("flicker"):
        panels.append(
            Panel("Steadiness: change over the camera's own",
                  _height(flicker, 0.6), partial(_steadiness, rows=flicker))
        )  # fmt: skip
    panels += [Panel(*panel) for panel in scaling_panels(of("scaling"), of("fit"))]
    return panels


def _height(bars: Sequence[object], extra: float = 0.7) -> float:
    return extra + 0.27 * max(len(bars), 2)


def _engine_panels(rows: Sequence[Row]) -> list[Panel]:
    groups = sorted(
        {(row["network"], row["size"]) for row in rows}, key=lambda key: (key[0], pixels_of(key[1]))
    )
    panels = []
    for network, size in groups:
        these = [row for row in rows if (row["network"], row["size"]) == (network, size)]
        these.sort(key=lambda row: -row["p50_ms"])
        title = f"{network} at {size}: median ms; whiskers from p5 to p95"
        panels.append(Panel(title, _height(these), partial(_bars, rows=these)))
    return panels


def _name(row: Row) -> str:
    machine = f"{row['machine'].partition(',')[0]}: " if "machine" in row else ""
    return f"{machine}{row['engine']} {row.get('precision', '')}".strip()


def _bars(axes: Axes, rows: Sequence[Row]) -> None:
    """Horizontal bars, the fastest on top, and the pace of a camera."""
    places = range(len(rows))
    values = [row["p50_ms"] for row in rows]
    reach = [
        [row["p50_ms"] - row["p5_ms"] for row in rows],
        [row["p95_ms"] - row["p50_ms"] for row in rows],
    ]
    axes.barh(places, values, color=[colour_of(row["engine"]) for row in rows], height=0.66,
              xerr=reach, error_kw={"ecolor": INK, "elinewidth": 0.8, "capsize": 2})  # fmt: skip
    axes.set_yticks(places, [_name(row) for row in rows])
    axes.grid(axis="y", visible=False)
    end = max(row["p95_ms"] for row in rows)
    axes.set_xlim(0, end * 1.32)
    for place, row in zip(places, rows, strict=True):
        text = f"{row['p50_ms']:.3g} ms"
        if row.get("times_faster_than_eager") and row["engine"] != "eager":
            text += f"   {row['times_faster_than_eager']:.3g}x eager"
        axes.text(row["p95_ms"] + end * 0.012, place, text, va="center", fontsize=8)
    if end > CAMERA_MS:
        axes.axvline(CAMERA_MS, color=GREY, lw=0.9, ls=(0, (4, 3)))
        axes.text(CAMERA_MS, len(rows) - 0.42, " 30 fps", color=GREY, fontsize=7.5, va="bottom")


def _article_bars(rows: Sequence[Row]) -> list[tuple[str, float, str]]:
    """Return (what, seconds, colour): cited, warm, cold, and the slow method."""
    bars = []
    for row in rows:
        if row["engine"] == "the article":
            bars.append(
                (row["runs_on"].replace("cited", "the article"), row["first_picture_s"], GREY)
            )
        elif "extrapolated_s" in row:
            what = f"optimisation, {row['steps']} steps (extrapolated)"
            bars.append((what, row["extrapolated_s"], BARS["paint"]))
        else:
            bars.append((f"{_name(row)}, warm", row["p50_ms"] / 1000, colour_of(row["engine"])))
            if "first_picture_s" in row:
                what = f"{_name(row)}, first, load included"
                bars.append((what, row["first_picture_s"], colour_of(row["engine"], pale=True)))
    return bars


def _log_bars(axes: Axes, bars: Sequence[tuple[str, float, str]]) -> None:
    places = range(len(bars))
    least = min(seconds for _, seconds, _ in bars) / 2
    axes.barh(places, [seconds for _, seconds, _ in bars], height=0.66,
              color=[colour for _, _, colour in bars])  # fmt: skip
    axes.set_xscale("log")
    axes.set_xlim(least, max(seconds for _, seconds, _ in bars) * 3)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} s")
    axes.set_yticks(places, [what for what, _, _ in bars])
    axes.grid(axis="y", visible=False)
    for place, (_, seconds, _) in zip(places, bars, strict=True):
        text = f" {1000 * seconds:.3g} ms" if seconds < 1 else f" {seconds:.3g} s"
        axes.text(seconds, place, text, va="center", fontsize=8)


def _stages(axes: Axes, rows: Sequence[Row]) -> None:
    """Stacked bars of what a frame waits for after the camera gave it."""
    places = range(len(rows))
    left = [0.0] * len(rows)
    for stage, (words, colour) in STAGE_COLOURS.items():
        widths = [row["stages"][stage]["p50_ms"] for row in rows]
        axes.barh(places, widths, left=left, color=colour, height=0.6, label=words)
        left = [before + width for before, width in zip(left, widths, strict=True)]
    glass = [value_of(row, "glass_to_glass.p50_ms") for row in rows]
    marks = [float("nan") if ms is None else float(str(ms)) for ms in glass]
    axes.plot(marks, list(places), "D", color=INK,
              ms=7, mec="white", ls="none", label="glass to glass")  # fmt: skip
    end = max([*left, *(ms for ms in glass if isinstance(ms, float))])
    axes.set_xlim(0, end * 1.3)
    axes.set_yticks(places, [f"{row['network']} {row['size']}" for row in rows])
    axes.grid(axis="y", visible=False)
    for place, row, reached in zip(places, rows, left, strict=True):
        beyond = max(reached, value_of(row, "glass_to_glass.p50_ms") or 0)  # type: ignore[call-overload]
        text = f"{row['fps']:.0f} fps, {row['dropped']} dropped"
        axes.text(beyond + end * 0.025, place, text, va="center", fontsize=8)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=5, fontsize=8)


def _steadiness(axes: Axes, rows: Sequence[Row]) -> None:
    shown = rows[::-1]
    several = len({row.get("network") for row in rows}) > 1
    names = [
        f"{row['style']}{', ' + row['network'] if several else ''}"
        f"{', --stabilize' if row.get('stabilize') else ''}"
        for row in shown
    ]
    kinds = [k for k in ("still", "exposure", "pan", "zoom", "clip") if any(k in r for r in rows)]
    for number, kind in enumerate(kinds):
        values = [row.get(kind, float("nan")) for row in shown]
        colour = list(BARS.values())[number]
        axes.plot(values, range(len(shown)), "o", ls="none", color=colour, ms=5.5, label=kind)
    axes.axvline(1.0, color=GREY, lw=0.9, ls=(0, (4, 3)))
    axes.set_yticks(range(len(shown)), names)
    axes.set_xlim(left=0)
    axes.legend(loc="lower right", fontsize=8, frameon=True, edgecolor="none")
