"""Plots of results: one panel per benchmark, in SVG or PNG. matplotlib is asked for only here."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import CAMERA_FPS, pixels_of
from benchmarks.result import REASON, Result, Row, combined, machine_line, value_of
from realtime.errors import BadInputError, MissingExtraError
from realtime.folders import write_whole
from realtime.provenance import TEXT_MARK, add_note
from realtime.sinks.outputs import require_free

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".svg", ".png")
WIDTH_INCHES, LINES_INCHES = 9.0, 2.6
CAMERA_MS = 1000 / CAMERA_FPS
INK, GREY = "#2b2926", "#9a958a"
DASHED: dict[str, Any] = {"color": GREY, "lw": 0.9, "ls": (0, (4, 3))}
COLOURS = {  # told apart by the colour-blind too (after Okabe and Ito)
    "openvino": "#2f6f9f", "torch": "#d98032", "onnxruntime": "#4f9d7a", "tensorrt": "#8a5a9e",
    "paint": "#b5483a", "eager": "#bdb8ad",
}  # fmt: skip
STAGES = {
    "to_network": ("hand-over", "#cfc9bc"),
    "network": ("network", COLOURS["openvino"]),
    "to_show": ("hand-over to the screen", "#e6c9a0"),
    "show": ("show", COLOURS["torch"]),
}
SCALED = {
    "pixels": ("Cost against the size of a picture, median ms", "megapixels"),
    "styles": ("Cost against styles in a network, median ms", "styles"),
    "threads": ("Frames per second against threads, 640x480", "threads"),
}
STYLE: dict[str, Any] = {
    "axes.edgecolor": "#c8c4bc", "axes.labelcolor": "#55524c", "axes.spines.top": False,
    "axes.spines.right": False, "axes.titlesize": 12, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.titlepad": 12, "axes.axisbelow": True, "axes.grid": True,
    "grid.color": "#ece9e3", "font.family": ["DejaVu Sans"], "font.size": 9, "text.color": INK,
    "xtick.color": "#55524c", "ytick.color": INK, "legend.frameon": False,
    "svg.hashsalt": "pleinair",
}  # fmt: skip
Panel = tuple[str, float, "Callable[[Axes], None]"]
"""Title, height in inches, and what draws it."""


def check_plot(path: Path, *, overwrite: bool = False) -> None:
    """Refuse a picture that cannot be drawn, before anything is measured for it.

    Raises:
        BadInputError: neither .svg nor .png, or it would replace a file that is not ours.
        MissingExtraError: matplotlib is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise BadInputError(f"{path} cannot be drawn: expected {' or '.join(SUFFIXES)}")
    try:
        import matplotlib
    except ModuleNotFoundError as exc:
        raise MissingExtraError("drawing a plot", exc.name or "matplotlib", "bench") from exc
    matplotlib.use("agg")
    require_free(path, overwrite=overwrite)


def draw(results: Sequence[Result], path: Path, *, overwrite: bool = False, note: str = "") -> None:
    """Draw all that the results hold into one picture; `note` becomes its description.

    Raises:
        BadInputError: as of `check_plot`, the disk does not take it, or nothing to draw.
        MissingExtraError: matplotlib is not installed.
    """
    check_plot(path, overwrite=overwrite)
    from matplotlib import pyplot

    panels = list(panels_of(combined(results).rows))
    if not panels:
        raise BadInputError("nothing here can be drawn: no benchmark with a plot")
    heights = [height for _, height, _ in panels]
    with pyplot.rc_context(STYLE):
        figure, grid = pyplot.subplots(
            len(panels), 1, figsize=(WIDTH_INCHES, sum(heights) + 0.5), squeeze=False,
            gridspec_kw={"height_ratios": heights}, layout="constrained",
        )  # fmt: skip
        figure.get_layout_engine().set(h_pad=0.14)
        for axes, (title, _, fill) in zip(grid[:, 0], panels, strict=True):
            axes.set_title(title)
            fill(axes)
            axes.tick_params(which="both", length=0)
            axes.margins(y=0.06)
        figure.supxlabel(_footer(results), fontsize=7.5, color="#8a857b", x=0.01, ha="left")
        buffer, kind = io.BytesIO(), path.suffix.lower().removeprefix(".")
        metadata = {"Description": note} | ({"Date": None} if kind == "svg" else {})
        figure.savefig(buffer, format=kind, dpi=144, metadata=metadata)
        pyplot.close(figure)
    drawn = buffer.getvalue()
    write_whole(path, drawn + TEXT_MARK if kind == "svg" else add_note(drawn))


def _footer(results: Sequence[Result]) -> str:
    lines = {
        f"{machine_line(result.machine)}   {result.measured_at[:10]}   "
        f"{'' if result.commit is None else 'pleinair ' + result.commit}".rstrip()
        for result in results
    }
    return "\n".join(sorted(lines))


def panels_of(rows: Sequence[Row]) -> Iterator[Panel]:
    """Yield the panels for what the rows hold, in a fixed order."""
    of: dict[str, list[Row]] = {}
    for row in rows:
        if REASON not in row:
            of.setdefault(row["bench"], []).append(row)
    if article := of.get("article"):
        bars = sorted(_article_bars(article), key=lambda bar: -bar[1])
        title = "One 252x252 picture: every line is ten times the one before"
        yield title, _height(bars), partial(_log_bars, bars=bars)
    engines: dict[tuple[str, int, str], list[Row]] = {}
    for row in of.get("engines", []):
        key = (row["network"], pixels_of(row["size"]), row["size"])
        engines.setdefault(key, []).append(row)
    for (network, _, size), these in sorted(engines.items(), key=lambda item: item[0]):
        these.sort(key=lambda row: -row["p50_ms"])
        title = f"{network} at {size}: median ms; whiskers from p5 to p95"
        yield title, _height(these), partial(_engines, rows=these)
    if live := of.get("live"):
        title = "Live: where a frame's time goes, median ms"
        yield title, _height(live, 0.9), partial(_stages, rows=live)
    if flicker := of.get("flicker"):
        title = "Steadiness: change over the camera's own"
        yield title, _height(flicker, 0.6), partial(_steadiness, rows=flicker)
    for over, (title, unit) in SCALED.items():
        points = [row for row in of.get("scaling", []) if row["over"] == over]
        line = next((line for line in of.get("fit", []) if line["over"] == over), None)
        if points and over == "threads":
            yield title, LINES_INCHES, partial(_threads, points=points)
        elif points:
            x = [pixels_of(row["size"]) / 1e6 if over == "pixels" else row[over] for row in points]
            fill = partial(_scatter, x=x, points=points, line=line, unit=unit)
            yield title, LINES_INCHES, fill


def _height(bars: Sequence[object], extra: float = 0.7) -> float:
    return extra + 0.27 * max(len(bars), 2)


def _name(row: Row) -> str:
    machine = f"{row['machine'].partition(',')[0]}: " if "machine" in row else ""
    return f"{machine}{row['engine']} {row.get('precision', '')}".strip()


def _reach(rows: Sequence[Row]) -> list[list[float]]:
    """How far p5 and p95 lie from the median: two lists of ms."""
    return [[row["p50_ms"] - row["p5_ms"] for row in rows],
            [row["p95_ms"] - row["p50_ms"] for row in rows]]  # fmt: skip


def _label(axes: Axes, names: Sequence[str], ends: Sequence[float], texts: Sequence[str]) -> None:
    """Name horizontal bars, the first one at the bottom, and write behind their ends."""
    axes.set_yticks(range(len(names)), names)
    axes.grid(axis="y", visible=False)
    for place, (end, text) in enumerate(zip(ends, texts, strict=True)):
        axes.text(end, place, text, va="center", fontsize=8)


def _engines(axes: Axes, rows: Sequence[Row]) -> None:
    """The fastest on top, and the pace of a camera."""
    axes.barh(range(len(rows)), [row["p50_ms"] for row in rows], height=0.66, xerr=_reach(rows),
              color=[COLOURS.get(row["engine"], GREY) for row in rows],
              error_kw={"ecolor": INK, "elinewidth": 0.8, "capsize": 2})  # fmt: skip
    end = max(row["p95_ms"] for row in rows)
    axes.set_xlim(0, end * 1.32)
    texts = [f"{row['p50_ms']:.3g} ms" for row in rows]
    for place, row in enumerate(rows):
        if row.get("times_faster_than_eager") and row["engine"] != "eager":
            texts[place] += f"   {row['times_faster_than_eager']:.3g}x eager"
    _label(axes, list(map(_name, rows)), [row["p95_ms"] + end * 0.012 for row in rows], texts)
    if end > CAMERA_MS:
        axes.axvline(CAMERA_MS, **DASHED)
        axes.text(CAMERA_MS, len(rows) - 0.42, " 30 fps", color=GREY, fontsize=7.5, va="bottom")


def _article_bars(rows: Sequence[Row]) -> Iterator[tuple[str, float, str]]:
    """Yield (what, seconds, colour): cited, warm, cold, and the slow method."""
    for row in rows:
        if row["engine"] == "the article":
            said = row["runs_on"].replace("cited", "the article")
            yield said, row["first_picture_s"], GREY
        elif "extrapolated_s" in row:
            what = f"optimisation, {row['steps']} steps (extrapolated)"
            yield what, row["extrapolated_s"], COLOURS["paint"]
        else:
            colour = COLOURS.get(row["engine"], GREY)
            yield f"{_name(row)}, warm", row["p50_ms"] / 1000, colour
            if "first_picture_s" in row:  # half transparent
                yield f"{_name(row)}, first, load included", row["first_picture_s"], f"{colour}73"


def _log_bars(axes: Axes, bars: Sequence[tuple[str, float, str]]) -> None:
    names, values, colours = zip(*bars, strict=True)
    axes.barh(range(len(names)), values, color=colours, height=0.66)
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 2, max(values) * 3)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} s")
    _label(axes, names, values, [f" {1000 * s:.3g} ms" if s < 1 else f" {s:.3g} s" for s in values])


def _stages(axes: Axes, rows: Sequence[Row]) -> None:
    """Stacked bars of what a frame waits for after the camera gave it."""
    left = np.zeros(len(rows))
    for stage, (words, colour) in STAGES.items():
        widths = [row["stages"][stage]["p50_ms"] for row in rows]
        axes.barh(range(len(rows)), widths, left=left, color=colour, height=0.6, label=words)
        left = left + widths
    glass = np.array([value_of(row, "glass_to_glass.p50_ms") for row in rows], float)
    axes.plot(glass, range(len(rows)), "D", color=INK, ms=7, mec="white", ls="none",
              label="glass to glass")  # fmt: skip
    reached = np.fmax(left, glass)  # nan: no time code was read
    axes.set_xlim(0, max(reached) * 1.3)
    _label(
        axes, [f"{row['network']} {row['size']}" for row in rows],
        reached + max(reached) * 0.025,
        [f"{row['fps']:.0f} fps, {row['dropped']} dropped" for row in rows],
    )  # fmt: skip
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
    for kind, colour in zip(kinds, COLOURS.values(), strict=False):
        values = [row.get(kind, float("nan")) for row in shown]
        axes.plot(values, range(len(shown)), "o", ls="none", color=colour, ms=5.5, label=kind)
    axes.axvline(1.0, **DASHED)
    axes.set_yticks(range(len(shown)), names)
    axes.set_xlim(left=0)
    axes.legend(loc="lower right", fontsize=8, frameon=True, edgecolor="none")


def _scatter(
    axes: Axes, x: Sequence[float], points: Sequence[Row], line: Row | None, unit: str
) -> None:
    axes.errorbar(x, [row["p50_ms"] for row in points], yerr=_reach(points), fmt="o",
                  color=COLOURS["openvino"], elinewidth=0.8, capsize=2, ms=5.5)  # fmt: skip
    if line is not None:
        ends = np.array([0.0, max(x)])
        axes.plot(ends, line["base_ms"] + line["slope"] * ends, color=COLOURS["torch"], lw=1.2,
                  zorder=1)  # fmt: skip
        said = f"{line['base_ms']:.3g} ms {line['slope']:+.3g} {line['unit']}"
        axes.text(0.02, 0.9, f"{said}   (r² {line['r_squared']:.3f})", fontsize=9,
                  transform=axes.transAxes, color=COLOURS["torch"])  # fmt: skip
    axes.set_xlabel(unit)
    axes.set_ylim(bottom=0, top=max(row["p95_ms"] for row in points) * 1.25)
    axes.set_xlim(left=0)


def _threads(axes: Axes, points: Sequence[Row]) -> None:
    x, y = [row["threads"] for row in points], [row["fps"] for row in points]
    ideal = [y[0] * count / x[0] for count in x]
    axes.plot(x, ideal, **DASHED | {"lw": 1})
    axes.text(x[-1], ideal[-1], "if it grew with the threads ", color=GREY, fontsize=8,
              ha="right", va="bottom")  # fmt: skip
    axes.plot(x, y, "o-", color=COLOURS["openvino"], ms=5.5)
    axes.set_xticks(x)
    axes.set_ylim(0, max(*y, ideal[-1]) * 1.2)
    axes.set_xlabel("threads")
