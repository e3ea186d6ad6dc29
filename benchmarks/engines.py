"""Every engine here, side by side, in one run: the same frames, in turns.

The article's own picture in the article's network, and a webcam's in the fast one, or whatever is
asked for. What this machine does not have, or has no memory for, stays as a row with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
import torch

from benchmarks.alone import Alone, Job, run_alone
from benchmarks.contenders import EAGER, PRECISIONS, Contender, engine_names, open_contender
from benchmarks.floors import Yardsticks
from benchmarks.measure import Timings, interleaved
from benchmarks.scene import ARTICLE_PX, ARTICLE_SECONDS, HD_PX, LIVE_PX, label, landscape
from benchmarks.schema import Row, missing
from realtime.errors import BadInputError, PleinairError, UnknownNameError
from realtime.frame import Pixels
from realtime.network.library import Entry, find_bundles
from realtime.ports import Size

SIZES: dict[str, tuple[Size, ...]] = {
    "article": (ARTICLE_PX,),
    "fast": (LIVE_PX, HD_PX),
    "quality": (LIVE_PX,),
}
"""What is measured unless sizes are asked for; other networks are measured only then."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What to measure."""

    seconds: float
    """For each engine, network, size and precision."""
    device: str = "auto"
    precisions: tuple[str, ...] = ()
    """Empty means all but fp16, which CPUs only pretend to have; with a GPU, fp16 too."""
    names: tuple[str, ...] = ()
    """Engines; empty means all but identity."""
    networks: tuple[str, ...] = ()
    """Architectures; empty means all that ship."""
    sizes: tuple[Size, ...] = ()
    """Empty means those of `SIZES`."""
    peers: tuple[str, ...] = (EAGER,)
    alone: bool = True
    """Start each in a process of its own first, for its cold start and memory."""
    bench: str = field(default="engines")
    """What the rows are called."""

    def check(self) -> None:
        """Raise when a name is unknown, before anything is measured.

        Raises:
            BadInputError: an unknown precision or network.
            UnknownNameError: an unknown engine.
        """
        for precision in self.precisions:
            if precision not in (*PRECISIONS, "auto"):
                raise BadInputError(f"no precision {precision!r}: expected {', '.join(PRECISIONS)}")
        for name in self.names:
            if name not in engine_names():
                raise UnknownNameError("engine", name, engine_names())
        known = {entry.card.config.architecture for entry in find_bundles()}
        for network in self.networks:
            if network not in known:
                raise UnknownNameError("network", network, known)


def measure_engines(asked: Asked, tell: Tell = lambda line: None) -> list[Row]:
    """Return one row per engine, precision, network and size.

    Raises:
        BadInputError: an unknown name, or nothing could be measured.
    """
    asked.check()
    rows: list[Row] = []
    seen: set[str] = set()
    for entry in find_bundles():
        architecture = entry.card.config.architecture
        if architecture in seen or (asked.networks and architecture not in asked.networks):
            continue  # the speed of a network is that of any bundle with it
        seen.add(architecture)
        yardsticks = Yardsticks(entry.path, len(entry.card.names))
        for size in asked.sizes or SIZES.get(architecture, ()):
            tell(f"{entry.name} at {label(size)}")
            rows += _Match(entry, size, asked, yardsticks, tell).rows()
    if all("p50_ms" not in row for row in rows):
        said = "; ".join(str(row.get("not_measured")) for row in rows)
        raise BadInputError(f"nothing here could be measured: {said or 'no style bundles'}")
    return rows


class _Match:
    """All contenders on one picture."""

    def __init__(
        self, entry: Entry, size: Size, asked: Asked, yardsticks: Yardsticks, tell: Tell
    ) -> None:
        self.entry, self.size, self.asked = entry, size, asked
        self.yardsticks, self.tell = yardsticks, tell
        self.facts = {"network": entry.card.config.architecture, "size": label(size)}
        self.refused: list[Row] = []
        self.alone: dict[str, Alone] = {}

    def rows(self) -> Iterator[Row]:
        frame = landscape(self.size)
        with ExitStack() as stack:
            contenders = {one.runs_on: one for one in self._open(stack)}
            if contenders:
                self.tell(f"{self.entry.name} at {label(self.size)}: {len(contenders)} in turns")
            paintings = {key: one.stylize(frame) for key, one in contenders.items()}
            works = {key: one.painting(frame) for key, one in contenders.items()}
            timings = interleaved(works, seconds=self.asked.seconds)
        eager = next((key for key, one in contenders.items() if one.name == EAGER), None)
        for key, one in contenders.items():
            row = self._row(one, timings[key])
            if eager is not None:
                row["times_faster_than_eager"] = timings[key].times_faster_than(timings[eager])
                row["psnr_db"] = psnr_db(paintings[key], paintings[eager])
            yield row
        yield from self.refused

    def _row(self, one: Contender, timings: Timings) -> Row:
        row: Row = {"bench": self.asked.bench, **self.facts, "engine": one.name}
        row |= {"precision": one.precision, "runs_on": one.runs_on, **timings.summary()}
        pixels = self.size[0] * self.size[1]
        row["mega_pixels_s"] = round(pixels / row["p50_ms"] / 1000, 2)
        if self.size == ARTICLE_PX:
            row["times_faster_than_article"] = round(1000 * ARTICLE_SECONDS / row["p50_ms"], 1)
        if alone := self.alone.get(one.runs_on):
            row |= {"cold_s": alone.cold_s, "first_picture_s": alone.first_picture_s}
            row["peak_memory_mb"] = alone.peak_memory_mb
            if alone.gpu_memory_mb is not None:
                row["gpu_memory_mb"] = alone.gpu_memory_mb
        folded = one.name != EAGER
        used = self.yardsticks.used(one.runs_on, one.precision, self.size, row["p50_ms"], folded)
        return row | used

    def _open(self, stack: ExitStack) -> Iterator[Contender]:
        for name, precision in _wanted(self.asked):
            facts = {**self.facts, "engine": name, "precision": precision}
            try:
                one = open_contender(name, self.entry.path, self.asked.device, precision)
                stack.callback(one.close)
                if self.asked.alone:
                    self.tell(f"{self.entry.name} at {label(self.size)}: {name} {precision}, cold")
                    self.alone[one.runs_on] = self._by_itself(name, precision)
            except PleinairError as exc:
                self.refused.append(missing(self.asked.bench, str(exc), **facts))
                continue
            yield one

    def _by_itself(self, name: str, precision: str) -> Alone:
        return run_alone(
            Job(
                engine=name,
                bundle=str(self.entry.path),
                size=self.size,
                device=self.asked.device,
                precision=precision,
            )
        )


def psnr_db(painting: Pixels, reference: Pixels) -> float | None:
    """Return the peak signal-to-noise ratio of two (H, W, 3) pictures in dB; None if equal."""
    error = float(np.square(painting.astype(np.float64) - reference).mean())
    return round(float(10 * np.log10(255**2 / error)), 1) if error else None


def _wanted(asked: Asked) -> Sequence[tuple[str, str]]:
    names = asked.names or engine_names()
    usual = [one for one in PRECISIONS if one != "fp16" or torch.cuda.is_available()]
    ours = [(name, precision) for name in names for precision in asked.precisions or usual]
    return [*ours, *((peer, "fp32") for peer in asked.peers)]
