"""`pleinair bench engines` and `bench article`: every engine here side by side, in turns.

The article's own picture in the article's network, and a webcam's in the fast one, or whatever is
asked for. What this machine does not have, or has no memory for, stays as a row with the reason.
`compare` sets two machines against each other that measured this.

The article cites 1.455744 s, a single cold run, load included, on the CPU of a 2015 laptop, and "a
dozen seconds on a laptop". So every engine is started in a fresh process as well, and then measured
warm, in turns. The slow method that the article replaces, Neural Style by optimisation, is measured
at the same size: a few steps of Adam, at the picture's one size as the method was published; the
time of all steps is their number times the median step, for steps of Adam all do the same work.
What the pictures show does not matter to the clock, so no painting is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise, product
from pathlib import Path

import torch

from benchmarks.candidates import (
    EAGER,
    PRECISIONS,
    Candidate,
    Measured,
    engine_names,
    open_candidate,
    run_isolated,
)
from benchmarks.harness import (
    ARTICLE_PX,
    ARTICLE_SECONDS,
    CAMERA_FPS,
    HD_PX,
    LIVE_PX,
    Tell,
    Timings,
    interleaved,
    label,
    landscape,
    percentiles,
    silent,
)
from benchmarks.result import REASON, Result, Row, missing
from benchmarks.roofline import roofline
from export.parity import psnr_db
from realtime.clockwork import monotonic
from realtime.errors import BadInputError, PleinairError, UnknownNameError
from realtime.network.device import choose_device
from realtime.network.library import Entry, find_bundles
from realtime.network.pixels import to_tensor
from realtime.ports import Size
from train.loss.load_loss import load_loss_networks
from train.neural_style.gatys import paint
from train.neural_style.gatys_loss import GatysSettings, find_taps

SIZES: dict[str, tuple[Size, ...]] = {
    "article": (ARTICLE_PX,),
    "fast": (LIVE_PX, HD_PX),
    "quality": (LIVE_PX,),
}
"""What is measured unless sizes are asked for; other networks are measured only then."""
STEPS = 200
"""What `pleinair paint` does unless told otherwise."""
MEASURED_STEPS = 6
OPTIMISATION = {"network": "none: Neural Style", "size": label(ARTICLE_PX), "engine": "paint",
                "precision": "fp32"}  # fmt: skip
ARTICLE_NOTES = (
    f"The article's {ARTICLE_SECONDS} s are one cold run, load included, on the CPU of a 2015 "
    "laptop: other hardware, so ratios to it tell how far things have come, not whose merit it is.",
    "first_picture_s: weights read, network built, first picture painted, in a fresh process; "
    "cold_s: that, and the start of Python and its libraries. Graphs that pleinair keeps between "
    "runs were there.",
    "The optimisation method is extrapolated from a few measured steps of Adam to the stated "
    "number.",
)
CITED: tuple[Row, ...] = (
    {"engine": "the article", "runs_on": "cited: CPU of a 2015 laptop, one cold run",
     "first_picture_s": ARTICLE_SECONDS},
    {"engine": "the article", "runs_on": 'cited: "a dozen seconds on a laptop"',
     "first_picture_s": 12.0},
)  # fmt: skip


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
    isolated: bool = True
    """Measure each in a fresh process first, for its cold start and memory."""

    def check(self) -> None:
        """Raise when a name is unknown, before anything is measured.

        Raises:
            UnknownNameError: an unknown engine, precision, network or peer.
        """
        networks = [entry.card.config.architecture for entry in find_bundles()]
        for kind, asked, known in (
            ("engine", self.names, engine_names()),
            ("precision", self.precisions, (*PRECISIONS, "auto")),
            ("network", self.networks, networks),
            ("peer", self.peers, (EAGER, "none")),
        ):
            for name in set(asked) - set(known):
                raise UnknownNameError(kind, name, known)


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
        for size in case.sizes or SIZES.get(architecture, ()):
            rows += _Comparison(entry, size, case, tell).rows()
    if all("p50_ms" not in row for row in rows):
        said = "; ".join(str(row.get(REASON)) for row in rows)
        raise BadInputError(f"nothing here could be measured: {said or 'no style bundles'}")
    return rows


class _Comparison:
    """All candidates on one picture."""

    def __init__(self, entry: Entry, size: Size, case: EnginesCase, tell: Tell) -> None:
        self.entry, self.size, self.case, self.tell = entry, size, case, tell
        self.facts = {"network": entry.card.config.architecture, "size": label(size)}
        self.refused: list[Row] = []
        self.isolated: dict[str, Measured] = {}

    def rows(self) -> Iterator[Row]:
        what = f"{self.entry.name} at {label(self.size)}"
        self.tell(what)
        frame = landscape(self.size)
        with ExitStack() as stack:
            candidates = {one.runs_on: one for one in self._open(stack)}
            if candidates:
                self.tell(f"{what}: {len(candidates)} in turns")
            paintings = {key: one.stylize(frame) for key, one in candidates.items()}
            works = {key: partial(one.stylize, frame) for key, one in candidates.items()}
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
        row: Row = {"bench": "engines", **self.facts, "engine": one.name}
        row |= {"precision": one.precision, "runs_on": one.runs_on, **timings.summary()}
        row["mega_pixels_s"] = round(self.size[0] * self.size[1] / row["p50_ms"] / 1000, 2)
        if self.size == ARTICLE_PX:
            row["times_faster_than_article"] = round(1000 * ARTICLE_SECONDS / row["p50_ms"], 1)
        if found := self.isolated.get(one.runs_on):
            keys = ("cold_s", "first_picture_s", "peak_memory_mb", "gpu_memory_mb")
            row |= {key: vars(found)[key] for key in keys if vars(found)[key] is not None}
        return row | roofline(self.entry.path, one.device, one.precision, self.size, row["p50_ms"],
                              folded=one.name != EAGER)  # fmt: skip

    def _open(self, stack: ExitStack) -> Iterator[Candidate]:
        """Open what was asked for, after a run of each in a process of its own."""
        usual = [one for one in PRECISIONS if one != "fp16" or torch.cuda.is_available()]
        wanted = product(self.case.names or engine_names(), self.case.precisions or usual)
        for name, precision in [*wanted, *((peer, "fp32") for peer in self.case.peers)]:
            device, bundle = self.case.device, self.entry.path
            try:
                one = stack.enter_context(open_candidate(name, bundle, device, precision))
                if self.case.isolated:
                    self.tell(f"{self.entry.name} at {label(self.size)}: {name} {precision}, cold")
                    self.isolated[one.runs_on] = run_isolated(
                        name, bundle, self.size, device=device, precision=precision
                    )
            except PleinairError as exc:
                facts = {**self.facts, "engine": name, "precision": precision}
                self.refused.append(missing("engines", str(exc), **facts))
                continue
            yield one


def measure_article(
    case: EnginesCase, *, vgg: Path | None = None, steps: int = STEPS, tell: Tell = silent
) -> list[Row]:
    """Return the rows of the article's picture: what it cites, our engines, and the slow method.

    Args:
        case: Engines, precisions and seconds; network and size are the article's.
        vgg: Loss-network weights for the slow method.
        steps: Of the slow method.
        tell: Given sentences for the user.
    """
    wanted = replace(case, networks=("article",), sizes=(ARTICLE_PX,))
    rows = measure_engines(wanted, tell)
    for row in rows:
        row["bench"] = "article"
        if "first_picture_s" in row:
            times = ARTICLE_SECONDS / row["first_picture_s"]
            row["first_times_faster_than_article"] = round(times, 2)
    tell("the optimisation method")
    slow = measure_optimisation(vgg, steps=steps, device=case.device)
    facts = {"bench": "article", "network": "article", "size": label(ARTICLE_PX)}
    return [*({**facts, **cited} for cited in CITED), *rows, slow]


def measure_optimisation(vgg: Path | None, *, steps: int, device: str = "auto") -> Row:
    """Return the row of `pleinair paint`, or why there is none.

    Args:
        vgg: Loss-network weights, a file or a folder; None: not measured, nothing is downloaded.
        steps: The number to extrapolate to.
        device: `auto`, `cpu`, `cuda` or `mps`.
    """
    if vgg is None:
        return missing("article", "needs loss-network weights: give --vgg FILE", **OPTIMISATION)
    try:
        target = choose_device(device)
        networks = [network.to(target) for network in load_loss_networks(vgg)]
    except PleinairError as exc:
        return missing("article", str(exc), **OPTIMISATION)
    (_, content), style = find_taps(networks)
    picture = to_tensor(landscape(ARTICLE_PX).pixels, target, torch.float32).contiguous()
    settings = GatysSettings(steps=MEASURED_STEPS + 1, optimiser="adam", levels=1)
    moments: list[float] = []
    paint(networks, picture, picture.flip(3), settings,
          listen=lambda turn: moments.append(monotonic()))  # fmt: skip
    durations = [after - before for before, after in pairwise(moments)]
    step_ms = percentiles(durations)["p50_ms"]
    return {
        "bench": "article",
        **OPTIMISATION,
        "runs_on": f"PyTorch {torch.__version__} on {target.type}; content from {content}, "
        f"style from {', '.join(layer for _, layer in style)}",
        "step_p50_ms": step_ms,
        "runs": len(durations),
        "steps": steps,
        "extrapolated_s": round(steps * step_ms / 1000, 1),
    }


def compare(one: Result, other: Result) -> list[Row]:
    """Return a row for every network and size that both measured: the fastest engine of each.

    And whether a camera of 30 frames per second would notice the difference.

    Raises:
        BadInputError: there is none.
    """
    ours, theirs = _fastest(one), _fastest(other)
    rows: list[Row] = []
    for key in [key for key in ours if key in theirs]:
        left, right = ours[key], theirs[key]
        times = left["p50_ms"] / right["p50_ms"]
        rows.append({
            "bench": "compare", "network": key[0], "size": key[1],
            "one": _named(left), "one_ms": left["p50_ms"],
            "other": _named(right), "other_ms": right["p50_ms"],
            "times_faster": round(times, 2), "at_30_fps": _at_30_fps(left, right),
        })  # fmt: skip
    if not rows:
        raise BadInputError(
            "the two results have no network and size in common that `bench engines` measured"
        )
    return rows


def _fastest(result: Result) -> dict[tuple[str, str], Row]:
    """The fastest row of each network and size, but what the article cites and the baseline."""
    found: dict[tuple[str, str], Row] = {}
    for row in result.of("engines", "article"):
        if "p50_ms" in row and row.get("engine") != EAGER:
            key = (row["network"], row["size"])
            found[key] = min(found.get(key, row), row, key=lambda one: one["p50_ms"])
    return found


def _named(row: Row) -> str:
    return f"{row.get('engine', '?')} {row.get('precision', '')}".strip()


def _at_30_fps(one: Row, other: Row) -> str:
    first, second = (row["p50_ms"] <= 1000 / CAMERA_FPS for row in (one, other))
    if first and second:
        return "both keep up: the faster one only idles more"
    if first or second:
        return "only the first keeps up" if first else "the second keeps up, the first does not"
    return "neither keeps up"
