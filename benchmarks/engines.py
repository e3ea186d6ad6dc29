"""Every engine here, side by side, in one run: the same frames, in turns.

The article's own picture in the article's network, and a webcam's picture in the fast one. Engines
and precisions that this machine does not have are listed with what they said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from benchmarks.article import (
    ARTICLE_PX,
    ARTICLE_SECONDS,
    LIVE_PX,
    YARDSTICK,
    as_specified,
    landscape,
)
from benchmarks.measure import interleaved, summary
from realtime import engines
from realtime.errors import BadInputError, PleinairError, UnknownNameError
from realtime.look import Look
from realtime.network.library import Entry, find_bundles
from realtime.settings import Size

HD_PX = (1280, 720)
SIZES: dict[str, tuple[Size, ...]] = {"article": (ARTICLE_PX,), "fast": (LIVE_PX, HD_PX)}
PRECISIONS = ("fp32", "bf16", "fp16", "int8")


@dataclass(frozen=True)
class Asked:
    """What to measure."""

    seconds: float
    """For each engine, network, size and precision."""
    device: str = "auto"
    precisions: tuple[str, ...] = PRECISIONS
    names: tuple[str, ...] = ()
    """Engines; empty means all but identity."""


def measure_engines(
    asked: Asked, tell: Callable[[str], None] = lambda line: None
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return one row per engine, precision, network and size, and what could not be measured.

    Raises:
        BadInputError: an unknown precision, or nothing could be measured.
        UnknownNameError: an unknown engine.
    """
    for precision in asked.precisions:
        if precision not in PRECISIONS:
            raise BadInputError(f"no precision {precision!r}: expected {', '.join(PRECISIONS)}")
    for name in asked.names:
        if name not in engines.names():
            raise UnknownNameError("engine", name, engines.names())
    rows: list[dict[str, Any]] = []
    refusals: dict[str, str] = {}
    for entry in find_bundles():
        for size in SIZES.get(entry.card.config.architecture, ()):
            tell(f"{entry.name} at {size[0]}x{size[1]}")
            rows += _side_by_side(entry, size, asked, refusals)
    if not rows:
        said = "; ".join(f"{name}: {why}" for name, why in refusals.items())
        raise BadInputError(f"nothing here could be measured: {said or 'no style bundles'}")
    return rows, refusals


def _side_by_side(
    entry: Entry, size: Size, asked: Asked, refusals: dict[str, str]
) -> Iterator[dict[str, Any]]:
    frame = landscape(size)
    look = Look.of_style(0, len(entry.card.names))
    architecture = entry.card.config.architecture
    with ExitStack() as stack:
        contenders: dict[str, Callable[[], object]] = {}
        facts: dict[str, dict[str, str]] = {}
        for name, precision in _wanted(asked):
            try:
                engine = engines.open_engine(
                    name, entry.path, device=asked.device, precision=precision
                )
            except PleinairError as exc:
                refusals[f"{name} {precision}, {entry.name}"] = str(exc)
                continue
            stack.enter_context(closing(engine))
            label = engine.description
            contenders[label] = lambda engine=engine: engine.stylize(frame, look)  # type: ignore[misc]
            facts[label] = {"engine": name, "precision": precision}
        if not contenders:
            return
        contenders[YARDSTICK] = as_specified(entry.path, frame, look)
        facts[YARDSTICK] = {"engine": "eager", "precision": "fp32"}
        durations = interleaved(contenders, seconds=asked.seconds)
    eager_ms = summary(durations[YARDSTICK])["p50_ms"]
    for label, measured in durations.items():
        row: dict[str, Any] = {"network": architecture, "size": f"{size[0]}x{size[1]}"}
        row |= facts[label] | {"runs_on": label} | summary(measured)
        row["times_faster_than_eager"] = round(eager_ms / row["p50_ms"], 2)
        if size == ARTICLE_PX:
            row["times_faster_than_article"] = round(1000 * ARTICLE_SECONDS / row["p50_ms"], 1)
        yield row


def _wanted(asked: Asked) -> list[tuple[str, str]]:
    names = asked.names or tuple(name for name in engines.names() if name != "identity")
    return [(name, precision) for name in names for precision in asked.precisions]
