"""`pleinair bench engines`: every engine here side by side, on the same frames, in turns.

The article's own picture in the article's network, and a webcam's in the fast one, or whatever is
asked for. What this machine does not have, or has no memory for, stays as a row with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import torch

from benchmarks.candidates import EAGER, PRECISIONS, Candidate, engine_names, open_candidate
from benchmarks.harness import (
    ARTICLE_PX,
    ARTICLE_SECONDS,
    HD_PX,
    LIVE_PX,
    Tell,
    Timings,
    interleaved,
    label,
    landscape,
    silent,
)
from benchmarks.isolated import IsolatedRun, Measured, run_isolated
from benchmarks.result import Row, missing
from benchmarks.roofline import Roofline
from export.parity import psnr_db
from realtime.errors import BadInputError, PleinairError, UnknownNameError
from realtime.network.library import Entry, find_bundles
from realtime.ports import Size

SIZES: dict[str, tuple[Size, ...]] = {
    "article": (ARTICLE_PX,),
    "fast": (LIVE_PX, HD_PX),
    "quality": (LIVE_PX,),
}
"""What is measured unless sizes are asked for; other networks are measured only then."""


@dataclass(frozen=True)
class EnginesCase:
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


def measure_engines(case: EnginesCase, tell: Tell = silent) -> list[Row]:
    """Return one row per engine, precision, network and size.

    Raises:
        BadInputError: an unknown name, or nothing could be measured.
    """
    case.check()
    rows: list[Row] = []
    seen: set[str] = set()
    for entry in find_bundles():
        architecture = entry.card.config.architecture
        if architecture in seen or (case.networks and architecture not in case.networks):
            continue  # the speed of a network is that of any bundle with it
        seen.add(architecture)
        roofline = Roofline(entry.path, len(entry.card.names))
        for size in case.sizes or SIZES.get(architecture, ()):
            tell(f"{entry.name} at {label(size)}")
            rows += _Comparison(entry, size, case, roofline, tell).rows()
    if all("p50_ms" not in row for row in rows):
        said = "; ".join(str(row.get("not_measured")) for row in rows)
        raise BadInputError(f"nothing here could be measured: {said or 'no style bundles'}")
    return rows


class _Comparison:
    """All candidates on one picture."""

    def __init__(
        self, entry: Entry, size: Size, case: EnginesCase, roofline: Roofline, tell: Tell
    ) -> None:
        self.entry, self.size, self.case = entry, size, case
        self.roofline, self.tell = roofline, tell
        self.facts = {"network": entry.card.config.architecture, "size": label(size)}
        self.refused: list[Row] = []
        self.alone: dict[str, Measured] = {}

    def rows(self) -> Iterator[Row]:
        frame = landscape(self.size)
        with ExitStack() as stack:
            candidates = {one.runs_on: one for one in self._open(stack)}
            if candidates:
                self.tell(f"{self.entry.name} at {label(self.size)}: {len(candidates)} in turns")
            paintings = {key: one.stylize(frame) for key, one in candidates.items()}
            works = {key: one.painting(frame) for key, one in candidates.items()}
            timings = interleaved(works, seconds=self.case.seconds)
        eager = next((key for key, one in candidates.items() if one.name == EAGER), None)
        for key, one in candidates.items():
            row = self._row(one, timings[key])
            if eager is not None:
                row["times_faster_than_eager"] = timings[key].times_faster_than(timings[eager])
                psnr = psnr_db(paintings[eager], paintings[key])
                row["psnr_db"] = round(psnr, 1) if math.isfinite(psnr) else None
            yield row
        yield from self.refused

    def _row(self, one: Candidate, timings: Timings) -> Row:
        row: Row = {"bench": self.case.bench, **self.facts, "engine": one.name}
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
        used = self.roofline.used(one.runs_on, one.precision, self.size, row["p50_ms"], folded)
        return row | used

    def _open(self, stack: ExitStack) -> Iterator[Candidate]:
        for name, precision in _wanted(self.case):
            facts = {**self.facts, "engine": name, "precision": precision}
            try:
                one = open_candidate(name, self.entry.path, self.case.device, precision)
                stack.callback(one.close)
                if self.case.alone:
                    self.tell(f"{self.entry.name} at {label(self.size)}: {name} {precision}, cold")
                    self.alone[one.runs_on] = self._by_itself(name, precision)
            except PleinairError as exc:
                self.refused.append(missing(self.case.bench, str(exc), **facts))
                continue
            yield one

    def _by_itself(self, name: str, precision: str) -> Measured:
        return run_isolated(
            IsolatedRun(
                engine=name,
                bundle=str(self.entry.path),
                size=self.size,
                device=self.case.device,
                precision=precision,
            )
        )


def _wanted(case: EnginesCase) -> Sequence[tuple[str, str]]:
    names = case.names or engine_names()
    usual = [one for one in PRECISIONS if one != "fp16" or torch.cuda.is_available()]
    ours = [(name, precision) for name in names for precision in case.precisions or usual]
    return [*ours, *((peer, "fp32") for peer in case.peers)]
