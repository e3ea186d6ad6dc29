"""Rows as a picture: one panel per benchmark, in SVG or PNG. matplotlib is asked for only here."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.schema import Result, Row, machine_line
from realtime.errors import BadInputError, MissingExtraError
from realtime.folders import write_whole
from realtime.provenance import TEXT_MARK, signed
from realtime.sinks.outputs import require_free

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".svg", ".png")
WIDTH_INCHES = 9.0
STYLE: Mapping[str, Any] = {
    "figure.facecolor": "white",
    "axes.edgecolor": "#c8c4bc",
    "axes.labelcolor": "#55524c",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#ece9e3",
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": "#2b2926",
    "xtick.color": "#55524c",
    "ytick.color": "#2b2926",
    "ytick.major.size": 0,
    "legend.frameon": False,
    "svg.hashsalt": "pleinair",
}


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


def draw(results: Sequence[Result], path: Path, *, overwrite: bool = False) -> None:
    """Draw all that the results hold into one picture.

    Raises:
        BadInputError: neither .svg nor .png, the disk does not take it, it would replace a file
            that is not ours, or nothing to draw.
        MissingExtraError: matplotlib is not installed.
    """
    check_plot(path)
    require_free(path, overwrite=overwrite)
    from matplotlib import pyplot

    from benchmarks.panels import panels_of

    rows = merged(results)
    panels = panels_of(rows)
    if not panels:
        raise BadInputError("nothing here can be drawn: no benchmark with a plot")
    heights = [panel.height_inches for panel in panels]
    with pyplot.rc_context(dict(STYLE)):
        figure, grid = pyplot.subplots(
            len(panels), 1, figsize=(WIDTH_INCHES, sum(heights) + 0.5), squeeze=False,
            gridspec_kw={"height_ratios": heights}, layout="constrained",
        )  # fmt: skip
        figure.get_layout_engine().set(h_pad=0.14)
        for axes, panel in zip(grid[:, 0], panels, strict=True):
            axes.set_title(panel.title)
            panel.draw(axes)
            _tidy(axes)
        figure.supxlabel(_footer(results), fontsize=7.5, color="#8a857b", x=0.01, ha="left")
        buffer = io.BytesIO()
        kind = path.suffix.lower().removeprefix(".")
        metadata = {"Date": None} if kind == "svg" else {}
        figure.savefig(buffer, format=kind, dpi=144, metadata=metadata)
        pyplot.close(figure)
    drawn = buffer.getvalue()
    write_whole(path, drawn + TEXT_MARK if kind == "svg" else signed(drawn))


def merged(results: Sequence[Result]) -> list[Row]:
    """Return all rows; those of several machines say which in `machine`."""
    names = [machine_line(result.machine) for result in results]
    several = len(set(names)) > 1
    return [
        row | ({"machine": name} if several else {})
        for name, result in zip(names, results, strict=True)
        for row in result.rows
    ]


def _footer(results: Sequence[Result]) -> str:
    lines = {
        f"{machine_line(result.machine)}   {result.measured_at[:10]}   "
        f"{'' if result.commit is None else 'pleinair ' + result.commit}".rstrip()
        for result in results
    }
    return "\n".join(sorted(lines))


def _tidy(axes: Axes) -> None:
    axes.tick_params(which="both", length=0)
    axes.margins(y=0.06)
