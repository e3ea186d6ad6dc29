"""The panels of `bench scaling`: points, and the lines through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.palette import BARS, GREY
from benchmarks.scene import pixels_of
from benchmarks.schema import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT_INCHES = 2.6
Plan = tuple[str, float, Callable[[Any], None]]


def scaling_panels(rows: Sequence[Row], lines: Sequence[Row]) -> list[Plan]:
    """Return (title, height, draw) for each thing that was scaled."""
    plans: list[Plan] = []
    for over, title in (
        ("pixels", "Cost against the size of a picture, median ms"),
        ("styles", "Cost against styles in a network, median ms"),
        ("threads", "Frames per second against threads, 640x480"),
    ):
        points = [row for row in rows if row["over"] == over]
        line = next((line for line in lines if line["over"] == over), None)
        if points:
            plans.append((title, HEIGHT_INCHES, _drawing(over, points, line)))
    return plans


def _drawing(over: str, points: Sequence[Row], line: Row | None) -> Callable[[Any], None]:
    if over == "threads":
        return lambda axes: _threads(axes, points)
    return lambda axes: _points(axes, over, points, line)


def _points(axes: Axes, over: str, points: Sequence[Row], line: Row | None) -> None:
    x = [pixels_of(row["size"]) / 1e6 if over == "pixels" else row["styles"] for row in points]
    y = [row["p50_ms"] for row in points]
    reach = [[row["p50_ms"] - row["p5_ms"] for row in points],
             [row["p95_ms"] - row["p50_ms"] for row in points]]  # fmt: skip
    axes.errorbar(x, y, yerr=reach, fmt="o", color=BARS["openvino"], ecolor=BARS["openvino"],
                  elinewidth=0.8, capsize=2, ms=5.5)  # fmt: skip
    if line is not None:
        ends = [0.0, max(x)]
        heights = [line["base_ms"] + line["slope"] * end for end in ends]
        axes.plot(ends, heights, color=BARS["torch"], lw=1.2, zorder=1)
        said = f"{line['base_ms']:.3g} ms {line['slope']:+.3g} {line['unit']}"
        axes.text(0.02, 0.9, f"{said}   (r² {line['r_squared']:.3f})", transform=axes.transAxes,
                  color=BARS["torch"], fontsize=9)  # fmt: skip
    axes.set_xlabel("megapixels" if over == "pixels" else "styles")
    axes.set_ylim(bottom=0, top=max(row["p95_ms"] for row in points) * 1.25)
    axes.set_xlim(left=0)


def _threads(axes: Axes, points: Sequence[Row]) -> None:
    x, y = [row["threads"] for row in points], [row["fps"] for row in points]
    axes.plot(x, [y[0] * count / x[0] for count in x], color=GREY, ls=(0, (4, 3)), lw=1)
    axes.text(x[-1], y[0] * x[-1] / x[0], "if it grew with the threads ", color=GREY, fontsize=8,
              ha="right", va="bottom")  # fmt: skip
    axes.plot(x, y, "o-", color=BARS["openvino"], ms=5.5)
    axes.set_xticks(x)
    axes.set_ylim(0, max(*y, y[0] * x[-1] / x[0]) * 1.2)
    axes.set_xlabel("threads")
