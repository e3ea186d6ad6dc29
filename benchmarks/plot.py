"""Plots of results: one panel per benchmark, in SVG or PNG. matplotlib is asked for only here."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import CAMERA_FPS, pixels_of
from benchmarks.result import REASON, Result, Row, combined, machine_line, value_of
from realtime.errors import BadInputError, MissingExtraError
from realtime.folders import write_whole
from realtime.provenance import TEXT_MARK, signed
from realtime.sinks.outputs import require_free

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".svg", ".png")
WIDTH_INCHES, LINES_INCHES = 9.0, 2.6
CAMERA_MS = 1000 / CAMERA_FPS
INK, GREY = "#2b2926", "#9a958a"
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


def check_plot(path: Path) -> None:
    """Refuse a picture that cannot be drawn, before anything is measured for it.

    Raises:
        BadInputError: neither .svg nor .png.
        MissingExtraError: matplotlib is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise BadInputError(f"{path} cannot be drawn: expected {' or '.join(SUFFIXES)}")
    try:
        import matplotlib
    except ModuleNotFoundError as exc:
        raise MissingExtraError("drawing a plot", exc.name or "matplotlib", "bench") from exc
    matplotlib.use("agg")


def draw(results: Sequence[Result], path: Path, *, overwrite: bool = False, note: str = "") -> None:
    """Draw all that the results hold into one picture; `note` becomes its description.

    Raises:
        BadInputError: neither .svg nor .png, the disk does not take it, it would replace a file
            that is not ours, or nothing to draw.
        MissingExtraError: matplotlib is not installed.
    """
    check_plot(path)
    require_free(path, overwrite=overwrite)
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
    write_whole(path, drawn + TEXT_MARK if kind == "svg" else signed(drawn))


def _footer(results: Sequence[Result]) -> str:
    lines = {
        f"{machine_line(result.machine)}   {result.measured_at[:10]}   "
        f"{'' if result.commit is None else 'pleinair ' + result.commit}".rstrip()
        for result in results
    }
    return "\n".join(sorted(lines))


def panels_of(rows: Sequence[Row]) -> Iterator[Panel]:
    """Yield the panels for what the rows hold, in a fixed order."""
    held = [row for row in rows if REASON not in row]

    def of(bench: str) -> list[Row]:
        return [row for row in held if row["bench"] == bench]

    if article := of("article"):
        bars = sorted(_article_bars(article), key=lambda bar: -bar[1])
        title = "One 252x252 picture: every line is ten times the one before"
        yield title, _height(bars), lambda axes: _log_bars(axes, bars)
    groups = {(row["network"], row["size"]) for row in of("engines")}
    for network, size in sorted(groups, key=lambda key: (key[0], pixels_of(key[1]))):
        these = [row for row in of("engines") if (row["network"], row["size"]) == (network, size)]
        these.sort(key=lambda row: -row["p50_ms"])
        title = f"{network} at {size}: median ms; whiskers from p5 to p95"
        yield title, _height(these), lambda axes, these=these: _engines(axes, these)  # type: ignore[misc]
    if live := of("live"):
        title = "Live: where a frame's time goes, median ms"
        yield title, _height(live, 0.9), lambda axes: _stages(axes, live)
    if flicker := of("flicker"):
        title = "Steadiness: change over the camera's own"
        yield title, _height(flicker, 0.6), lambda axes: _steadiness(axes, flicker)
    for over, (title, unit) in SCALED.items():
        points = [row for row in of("scaling") if row["over"] == over]
        if points and over == "threads":
            yield title, LINES_INCHES, lambda axes, points=points: _threads(axes, points)  # type: ignore[misc]
        elif points:
            line = next((line for line in of("fit") if line["over"] == over), None)
            x = [pixels_of(row["size"]) / 1e6 if over == "pixels" else row[over] for row in points]
            yield title, LINES_INCHES, _scatter(x, points, line, unit)


def _height(bars: Sequence[object], extra: float = 0.7) -> float:
    return extra + 0.27 * max(len(bars), 2)


def _name(row: Row) -> str:
    machine = f"{row['machine'].partition(',')[0]}: " if "machine" in row else ""
    return f"{machine}{row['engine']} {row.get('precision', '')}".strip()


def _reach(rows: Sequence[Row]) -> list[list[float]]:
    """How far p5 and p95 lie from the median: two lists of ms."""
    return [[row["p50_ms"] - row["p5_ms"] for row in rows],
            [row["p95_ms"] - row["p50_ms"] for row in rows]]  # fmt: skip


def _bars(
    axes: Axes,
    names: Sequence[str],
    values: Sequence[float],
    colours: Sequence[str],
    rows: Sequence[Row] = (),
) -> None:
    """Horizontal bars, the first one at the bottom; with rows, whiskers from p5 to p95."""
    whiskers = _reach(rows) if rows else None
    axes.barh(range(len(names)), values, color=colours, height=0.66, xerr=whiskers,
              error_kw={"ecolor": INK, "elinewidth": 0.8, "capsize": 2})  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.grid(axis="y", visible=False)


def _engines(axes: Axes, rows: Sequence[Row]) -> None:
    """The fastest on top, and the pace of a camera."""
    _bars(
        axes, [_name(row) for row in rows], [row["p50_ms"] for row in rows],
        [COLOURS.get(row["engine"], GREY) for row in rows],
        rows,
    )  # fmt: skip
    end = max(row["p95_ms"] for row in rows)
    axes.set_xlim(0, end * 1.32)
    for place, row in enumerate(rows):
        text = f"{row['p50_ms']:.3g} ms"
        if row.get("times_faster_than_eager") and row["engine"] != "eager":
            text += f"   {row['times_faster_than_eager']:.3g}x eager"
        axes.text(row["p95_ms"] + end * 0.012, place, text, va="center", fontsize=8)
    if end > CAMERA_MS:
        axes.axvline(CAMERA_MS, color=GREY, lw=0.9, ls=(0, (4, 3)))
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
    _bars(axes, names, values, colours)
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 2, max(values) * 3)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} s")
    for place, seconds in enumerate(values):
        text = f" {1000 * seconds:.3g} ms" if seconds < 1 else f" {seconds:.3g} s"
        axes.text(seconds, place, text, va="center", fontsize=8)


def _stages(axes: Axes, rows: Sequence[Row]) -> None:
    """Stacked bars of what a frame waits for after the camera gave it."""
    left = [0.0] * len(rows)
    for stage, (words, colour) in STAGES.items():
        widths = [row["stages"][stage]["p50_ms"] for row in rows]
        axes.barh(range(len(rows)), widths, left=left, color=colour, height=0.6, label=words)
        left = [before + width for before, width in zip(left, widths, strict=True)]
    glass = [value_of(row, "glass_to_glass.p50_ms") for row in rows]
    marks = [float("nan") if ms is None else float(str(ms)) for ms in glass]
    axes.plot(marks, range(len(rows)), "D", color=INK, ms=7, mec="white", ls="none",
              label="glass to glass")  # fmt: skip
    reached = [
        max(bar, 0.0 if mark != mark else mark) for bar, mark in zip(left, marks, strict=True)
    ]
    axes.set_xlim(0, max(reached) * 1.3)
    axes.set_yticks(range(len(rows)), [f"{row['network']} {row['size']}" for row in rows])
    axes.grid(axis="y", visible=False)
    for place, (row, beyond) in enumerate(zip(rows, reached, strict=True)):
        text = f"{row['fps']:.0f} fps, {row['dropped']} dropped"
        axes.text(beyond + max(reached) * 0.025, place, text, va="center", fontsize=8)
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
    axes.axvline(1.0, color=GREY, lw=0.9, ls=(0, (4, 3)))
    axes.set_yticks(range(len(shown)), names)
    axes.set_xlim(left=0)
    axes.legend(loc="lower right", fontsize=8, frameon=True, edgecolor="none")


def _scatter(
    x: Sequence[float], points: Sequence[Row], line: Row | None, unit: str
) -> Callable[[Axes], None]:
    def fill(axes: Axes) -> None:
        axes.errorbar(x, [row["p50_ms"] for row in points], yerr=_reach(points), fmt="o",
                      color=COLOURS["openvino"], elinewidth=0.8, capsize=2, ms=5.5)  # fmt: skip
        if line is not None:
            ends = [0.0, max(x)]
            heights = [line["base_ms"] + line["slope"] * end for end in ends]
            axes.plot(ends, heights, color=COLOURS["torch"], lw=1.2, zorder=1)
            said = f"{line['base_ms']:.3g} ms {line['slope']:+.3g} {line['unit']}"
            axes.text(0.02, 0.9, f"{said}   (r² {line['r_squared']:.3f})", fontsize=9,
                      transform=axes.transAxes, color=COLOURS["torch"])  # fmt: skip
        axes.set_xlabel(unit)
        axes.set_ylim(bottom=0, top=max(row["p95_ms"] for row in points) * 1.25)
        axes.set_xlim(left=0)

    return fill


def _threads(axes: Axes, points: Sequence[Row]) -> None:
    x, y = [row["threads"] for row in points], [row["fps"] for row in points]
    ideal = [y[0] * count / x[0] for count in x]
    axes.plot(x, ideal, color=GREY, ls=(0, (4, 3)), lw=1)
    axes.text(x[-1], ideal[-1], "if it grew with the threads ", color=GREY, fontsize=8,
              ha="right", va="bottom")  # fmt: skip
    axes.plot(x, y, "o-", color=COLOURS["openvino"], ms=5.5)
    axes.set_xticks(x)
    axes.set_ylim(0, max(*y, ideal[-1]) * 1.2)
    axes.set_xlabel("threads")
