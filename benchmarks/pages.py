"""The tables and pictures of README.md and docs/, made from what was measured and what ships.

`python -m benchmarks.pages` writes the tables between their marks, `<!-- speed -->` and the like,
and `--check` only tells whether they are true. What was measured lies in `docs/results/`, in a
folder per machine, as the commands that measured it wrote it.

With `--pictures` the pictures are made as well: the landscape, painted in one style after the
other, as a GIF; and a plot of what was measured. The sheet of all styles is what `pleinair styles
--sheet` writes.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from benchmarks.harness import pixels_of
from benchmarks.plot import draw
from benchmarks.report import markdown, sheet_of, table
from benchmarks.result import Result, Row, machine_line, read
from realtime.engines import open_engine
from realtime.engines.enlarge import resized
from realtime.errors import EXIT_BAD
from realtime.folders import write_whole
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.network.card import StyleCredit
from realtime.network.library import SHIPPED, Entry, find_bundles
from realtime.provenance import add_note
from realtime.sources.landscape import Landscape
from realtime.terminal import echo

WORTH = {"structure": ".2f", "texture": ".3f", "noise_gain": ".2f"}
"""What a style is worth, of `pleinair appraise`, and the digits that are shown."""
ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
RESULTS, PEERS = DOCS / "results", DOCS / "peers.json"
PAGES = (ROOT / "README.md", DOCS / "benchmarks.md", DOCS / "pictures.md")
MOVING, SPEED = DOCS / "painted.gif", DOCS / "speed.svg"
STYLES = ("starry-night", "great-wave", "scream")
PAINTED_PX, SHOWN_PX = (768, 432), (400, 225)
HOLD, SWEEP = 3, 5
"""Frames for which a style stays, and in which the next one is drawn over it."""
RATE_FPS = 8
COLOURS = 48
"""Of each frame of the GIF: more weigh more, and paintings have few."""
PLOTTED = (("article", "252x252"), ("fast", "640x480"), ("quality", "640x480"))
LEFT_OUT = frozenset({"of_peak_macs", "of_peak_copy", "spread_percent", "p99_ms", "mega_pixels_s",
                      "psnr_db", "peak_memory_mb"})  # fmt: skip
"""What tables of engines show on the terminal and is too much for a first look."""
ON_CPU = (("article", "252x252"), ("fast", "640x480"), ("fast", "1280x720"), ("quality", "640x480"))
ON_GPU = (("fast", "1280x720"), ("quality", "1920x1080"))
FIRST_PAGE = len(ON_CPU) + len(ON_GPU)
SPEED_COLUMNS = {"where": "machine", "network": "network", "size": "size", "with": "engine",
                 "p50_ms": "ms", "fps": "fps"}  # fmt: skip
GPU_COLUMNS = {
    "network": "network", "size": "size", "what": "engine", "p50_ms": "p50 ms", "p95_ms": "p95 ms",
    "fps": "fps", "eager_ms": "eager fp32, network alone, ms",
}  # fmt: skip

app = typer.Typer(add_completion=False)


def results() -> dict[str, list[Result]]:
    """Return what was measured, by the folder of the machine, the newest first."""
    found: dict[str, list[Result]] = {}
    for path in sorted(RESULTS.glob("*/*.json")):
        found.setdefault(path.parent.name, []).append(read(path))
    for machine in found.values():
        machine.sort(key=lambda result: result.measured_at, reverse=True)
    return found


def newest_rows(measured: Sequence[Result]) -> list[Row]:
    """Return the engines' rows of a machine, the newest of each network, size, engine, precision.

    In the order of networks, sizes and speed.
    """
    rows: dict[object, Row] = {}
    for row in (row for result in measured for row in result.of("engines", "article")):
        if "p50_ms" in row:
            key = tuple(row.get(name) for name in ("network", "size", "engine", "precision"))
            rows.setdefault(key, row)
    return sorted(rows.values(), key=_order)


def speed() -> list[str]:
    """What the first page shows: networks on a CPU and on a GPU, each in its fastest engine."""
    rows: list[Row] = []
    for measured in results().values():
        machine = measured[0].machine
        where = ", ".join(machine["gpus"]) or f"{machine['cpu']}, {machine['cores']} cores"
        fastest: dict[tuple[str, str], Row] = {}
        for row in sorted([*newest_rows(measured), *_gpu_engines(measured)], key=_order):
            if row.get("engine") != "eager" and row.get("precision") != "int8":
                fastest.setdefault((row["network"], row["size"]), row)
        for wanted in ON_GPU if machine["gpus"] else ON_CPU:
            if wanted in fastest and len(rows) < FIRST_PAGE:
                row = fastest[wanted]
                engine = row.get("what") or f"{row['engine']} {row['precision']}"
                rows.append(row | {"where": where, "with": engine})
    return table(rows, SPEED_COLUMNS)


def engines() -> list[str]:
    """The engines side by side, per machine that was measured."""
    lines: list[str] = []
    for folder, measured in results().items():
        rows = newest_rows(measured)
        if not rows:
            continue
        shown = [
            {key: row[key] for key in row if key not in LEFT_OUT} for row in fastest_rows(rows)
        ]
        lines += [f"{machine_line(measured[0].machine)} (`docs/results/{folder}/`):", ""]
        lines += [*markdown(sheet_of("engines", shown)), ""]
    return lines[:-1]


def gpu() -> list[str]:
    """Engines on GPUs, frame in and frame out, beside the network as its authors wrote it."""
    lines: list[str] = []
    for folder, measured in results().items():
        if rows := _gpu_engines(measured):
            rows.sort(key=lambda row: (row["network"], pixels_of(row["size"])))
            cards = ", ".join(measured[0].machine["gpus"])
            lines += [f"{cards} (`docs/results/{folder}/`):", "", *table(rows, GPU_COLUMNS), ""]
    return lines[:-1]


def _gpu_engines(measured: Sequence[Result]) -> list[Row]:
    """The rows of engines on a GPU, without versions and the card's name, and what eager took."""
    rows = [row for one in measured for row in one.of("gpu") if "p50_ms" in row]
    eager: dict[object, float] = {}
    for row in rows:
        if row["part"] == "network" and row["what"].startswith("eager fp32"):
            eager.setdefault((row["network"], row["size"]), row["p50_ms"])
    return [
        row | {"what": f"{row['what'].partition(' ')[0]} {row['what'].rpartition(', ')[2]}",
               "eager_ms": eager.get((row["network"], row["size"]), "")}
        for row in rows if row["part"] == "engine"
    ]  # fmt: skip


def fastest_rows(rows: Sequence[Row]) -> list[Row]:
    """Of every engine its fastest precision, and the fastest int8, which is not quite the same."""
    telling: dict[object, Row] = {}
    for row in rows:
        way = "int8" if row["precision"] == "int8" else row["engine"]
        telling.setdefault((row["network"], row["size"], way), row)
    return list(telling.values())


def steadiness() -> list[str]:
    """What `bench flicker` measured, last."""
    measured = [result for machine in results().values() for result in machine]
    flicker = [result for result in measured if result.of("flicker")]
    if not flicker:
        return ["Not measured yet with the styles that ship: `pleinair bench flicker` does."]
    newest = max(flicker, key=lambda result: result.measured_at)
    return markdown(sheet_of("flicker", newest.of("flicker")))


def goals() -> list[str]:
    """The numbers to reach, and whether they are."""
    result = read(RESULTS / "goals.json")
    table = markdown(sheet_of("goals", result.of("goals")))
    where = {row["on"] for row in result.of("goals") if "on" in row}
    which = " and ".join(sorted(where)) if where else machine_line(result.machine)
    return [f"{which} (`docs/results/goals.json`):", "", *table]


def styles() -> list[str]:
    """Tell which paintings there are, in which bundles, and what each is worth there."""
    rows: dict[str, Row] = {}
    networks: dict[str, str] = {}
    for entry, credit, values in _shipped():
        network = entry.card.config.architecture
        networks[network] = f"`{network}`"
        painting = ", ".join(filter(None, (credit.title, credit.artist, credit.year)))
        row = rows.setdefault(credit.name, {"name": f"`{credit.name}`", "painting": painting})
        row["bundles"] = ", ".join(filter(None, (row.get("bundles"), entry.name)))
        if all(values.get(name) is not None for name in WORTH):
            row[network] = " / ".join(format(values[name], WORTH[name]) for name in WORTH)
    columns = {"name": "`--style`", "painting": "painting", "bundles": "bundles"}
    return table(list(rows.values()), columns | networks)


def likeness() -> list[str]:
    """Structure and texture of what ships, beside other networks of the same painting."""
    names = ("structure", "texture")
    rows: list[Row] = []
    for entry, credit, values in _shipped():
        if figures := {name: format(values[name], ".3f") for name in names if name in values}:
            rows.append({"style": credit.name, "network": entry.name, **figures})
    order = list(dict.fromkeys(row["style"] for row in rows))
    for peer in json.loads(PEERS.read_text()):
        if peer["style"] in order:
            rows.append(peer | {"texture": format(peer["texture"], ".3f")})
    rows.sort(key=lambda row: (order.index(row["style"]), row["network"]))
    return table(rows, {name: name for name in ("style", "network", *names)})


def _shipped() -> Iterator[tuple[Entry, StyleCredit, Row]]:
    """Yield the styles of each shipped bundle, with what `pleinair appraise` measured of them."""
    for entry in find_bundles([SHIPPED]):
        measured = entry.card.results.get("appraisal", {}).get("styles", {})
        for credit in entry.card.styles:
            yield entry, credit, measured.get(credit.name, {})


def _order(row: Row) -> tuple[str, int, float]:
    return row["network"], pixels_of(row["size"]), row["p50_ms"]


MAKERS: tuple[Callable[[], list[str]], ...] = (
    engines, goals, gpu, likeness, speed, steadiness, styles,
)  # fmt: skip
TABLES = {maker.__name__: maker for maker in MAKERS}
"""What makes the table of a mark."""


def renewed(text: str) -> str:
    """Return a page with its tables made anew.

    Raises:
        ValueError: a mark is not closed, or has no table.
    """
    for name in re.findall(r"<!-- (\w+) -->", text):
        if name not in TABLES or f"<!-- /{name} -->" not in text:
            raise ValueError(f"mark {name!r}: expected one of {', '.join(TABLES)}, closed")
        lines = "\n".join(TABLES[name]())
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda match, lines=lines: f"{match[1]}\n{lines}\n\n{match[2]}",  # type: ignore[misc]
            text,
            flags=re.DOTALL,
        )
    return text


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


def plotted() -> Result:
    """Return what the plot shows: the newest figures of the machine that has most of them."""
    machine = max(results().values(), key=lambda machine: len(newest_rows(machine)))
    rows = [row for row in newest_rows(machine) if (row["network"], row["size"]) in PLOTTED]
    return Result(
        command="", machine=machine[0].machine, rows=[row | {"bench": "engines"} for row in rows]
    )


def digest() -> str:
    """Return a hash of what the plot shows: a plot with another one is stale."""
    return hashlib.sha256(json.dumps(plotted().rows).encode()).hexdigest()


@app.command()
def main(
    check: Annotated[bool, typer.Option("--check", help="Write nothing, only tell.")] = False,
    pictures: Annotated[bool, typer.Option("--pictures", help="Make the pictures, too.")] = False,
) -> None:
    """Make the tables of the pages anew."""
    if pictures:
        bundle = next(entry for entry in find_bundles([SHIPPED]) if entry.name == "quality")
        write_whole(MOVING, gif(list(painted_landscape(bundle.path, bundle.card.names))))
        draw([plotted()], SPEED, note=digest())
    for path in PAGES:
        text = path.read_text()
        new = renewed(text)
        if check and new != text:
            echo(f"{path.name} is stale: run python -m benchmarks.pages", err=True)
            sys.exit(EXIT_BAD)
        if not check:
            path.write_text(new)


if __name__ == "__main__":
    app()
