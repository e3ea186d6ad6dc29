"""`python -m benchmarks.pictures`: the pictures of README.md, painted and drawn by the program.

The landscape, painted in one style after the other, as a GIF; and a plot of what was measured. The
sheet of all styles is what `pleinair styles --sheet` writes.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import typer
from PIL import Image

from benchmarks.pages import ROOT, newest_rows, results
from benchmarks.plot import draw
from benchmarks.result import Result
from realtime.engines import open_engine
from realtime.engines.enlarge import resized
from realtime.folders import write_whole
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.network.library import SHIPPED, find_bundles
from realtime.provenance import add_note
from realtime.sources.landscape import Landscape

DOCS = ROOT / "docs"
MOVING, SPEED = DOCS / "painted.gif", DOCS / "speed.svg"
STYLES = ("starry-night", "great-wave", "scream")
PAINTED_PX, SHOWN_PX = (768, 432), (400, 225)
HOLD, SWEEP = 3, 5
"""Frames for which a style stays, and in which the next one is drawn over it."""
RATE_FPS = 8
COLOURS = 48
"""Of each frame of the GIF: more weigh more, and paintings have few."""
PLOTTED = (("article", "252x252"), ("fast", "640x480"), ("quality", "640x480"))
app = typer.Typer(add_completion=False)


@app.command()
def main() -> None:
    """Paint and draw the pictures anew."""
    bundle = next(entry for entry in find_bundles([SHIPPED]) if entry.name == "quality")
    write_whole(MOVING, gif(list(painted_landscape(bundle.path, bundle.card.names))))
    draw([measured()], SPEED, note=digest())


def painted_landscape(bundle: Path, names: tuple[str, ...]) -> Iterator[Pixels]:
    """Yield RGB frames (225, 400, 3): the landscape, and each style drawn over it from the left.

    The last frame leads to the first again.
    """
    scene = Landscape(*PAINTED_PX)
    looks = [Look.of_style(names.index(style), len(names)).in_strokes(1.0) for style in STYLES]
    phases, count = [None, *looks], (HOLD + SWEEP) * (len(looks) + 1)
    width = PAINTED_PX[0]
    with open_engine("auto", bundle) as engine:
        for i in range(count):
            frame = Frame(scene.at(min(i, count - i) / RATE_FPS), i, i / RATE_FPS)

            def paint(look: Look | None, frame: Frame = frame) -> Pixels:
                return frame.pixels if look is None else engine.stylize(frame, look).pixels

            phase, step = divmod(i, HOLD + SWEEP)
            shown = paint(phases[phase]).copy()
            if step >= HOLD:
                edge = round(width * (step - HOLD + 1) / (SWEEP + 1))
                shown[:, :edge] = paint(phases[(phase + 1) % len(phases)])[:, :edge]
                shown[:, edge - 2 : edge + 2] = 255
            yield resized(shown, SHOWN_PX)


def gif(frames: list[Pixels]) -> bytes:
    """Return RGB frames (H, W, 3) as a GIF that repeats for ever."""
    pictures = [
        Image.fromarray(frame).quantize(COLOURS, dither=Image.Dither.NONE) for frame in frames
    ]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer, "GIF", save_all=True, append_images=pictures[1:], duration=1000 // RATE_FPS, loop=0
    )
    return add_note(buffer.getvalue())


def measured() -> Result:
    """Return what the plot shows: the newest figures of the machine that has most of them."""
    machine = max(results().values(), key=lambda machine: len(newest_rows(machine)))
    rows = [row for row in newest_rows(machine) if (row["network"], row["size"]) in PLOTTED]
    return Result(
        command="", machine=machine[0].machine, rows=[row | {"bench": "engines"} for row in rows]
    )


def digest() -> str:
    """Return a hash of what the plot shows: a plot with another one is stale."""
    return hashlib.sha256(json.dumps(measured().rows).encode()).hexdigest()


if __name__ == "__main__":
    app()
