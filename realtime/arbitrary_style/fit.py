"""Fits a painting: the mixture of at most three styles that paints most like it, and its palette.

The engine itself paints a reference picture in every style; each gets the painting's colours by a
step of its own, and what has then the most similar brushwork is taken. Others are added by halves
and quarters as long as it becomes more similar. So it works with every bundle and every engine, and
needs no file but the bundle.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from realtime.arbitrary_style import texture
from realtime.arbitrary_style.dead_leaves import dead_leaves
from realtime.arbitrary_style.engine import Mixture, PaintingEngine
from realtime.arbitrary_style.palette import Palette, PaletteFinder
from realtime.arbitrary_style.request import GivenPainting, Request
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.ports import Engine

LOGGER = logging.getLogger(__name__)
MOST_STYLES = 3
PARTNERS = 4
"""So many of the most similar styles are tried as a further part of the mixture."""
SHARES = (0.5, 0.25)
"""How much a further style gets."""
LEAST_GAIN = 0.97
"""A further style must bring the difference below this share of what it was."""

FREE_GAIN, STRAIN = 1.5, 0.2
"""Contrast that a palette may add for nothing, and what the square of the logarithm of more costs:
a pale style stretched to a painting's colours loses its lights and shows its noise."""

Weights = tuple[float, ...]
Paint = Callable[[Weights], Pixels]
"""Paints the reference picture under style weights."""


@dataclass(frozen=True)
class Candidate:
    """A mixture that was evaluated."""

    weights: Weights
    palette: Palette
    difference: float
    """Of its brushwork, in the painting's colours, from the painting's, plus the strain."""


def with_paintings(engine: Engine, request: Request) -> Engine:
    """Return an engine that paints the request's paintings, too; says what they are made of.

    Takes the engine: it is closed when this fails.

    Raises:
        EngineError: the engine cannot paint.
    """
    if not request.paintings:
        return engine
    with ExitStack() as stack:
        stack.callback(engine.close)
        mixtures = [fitted(engine, painting) for painting in request.paintings]
        stack.pop_all()
    for mixture, painting in zip(mixtures, request.paintings, strict=True):
        LOGGER.info(
            "%s: not learned, but come near with %s in its colours; to learn it properly: %s",
            painting.name, in_words(mixture, request.entry.card.names), request.learning(painting),
        )  # fmt: skip
    return PaintingEngine(engine, mixtures)


def fitted(engine: Engine, painting: GivenPainting) -> Mixture:
    """Fit one painting with the styles of an engine."""
    reference = Frame(dead_leaves(), 0, 0.0)
    found = fit(
        lambda weights: engine.stylize(reference, Look(weights)).pixels,
        len(engine.styles), painting.pixels,
    )  # fmt: skip
    return Mixture(painting.name, found.weights, found.palette)


def fit(paint: Paint, styles: int, painting: Pixels) -> Candidate:
    """Find the mixture of `styles` styles that paints most like a painting.

    Args:
        paint: Paints the reference picture.
        styles: How many there are.
        painting: (H, W, 3) RGB uint8, at the size that styles are learned from.
    """
    evaluate = _evaluator(paint, painting)
    single = sorted(
        (evaluate(tuple(row)) for row in np.eye(styles).tolist()),
        key=lambda candidate: candidate.difference,
    )
    best = single[0]
    for _ in range(MOST_STYLES - 1):
        partners = [one for one in single[: PARTNERS + 1] if not _holds(best, one)][:PARTNERS]
        candidates = [evaluate(weights) for weights in _further(best.weights, partners)]
        better = min(candidates, key=lambda candidate: candidate.difference, default=best)
        if better.difference >= LEAST_GAIN * best.difference:
            break
        best = better
    return best


def in_words(mixture: Mixture, names: tuple[str, ...]) -> str:
    """Describe a mixture, the largest part first: `scream and some starry-night`."""
    parts = sorted(zip(mixture.style_weights, names, strict=True), reverse=True)
    return " + ".join(f"{name} {weight:.0%}" for weight, name in parts if weight)


def _evaluator(paint: Paint, painting: Pixels) -> Callable[[Weights], Candidate]:
    palettes, wanted = PaletteFinder(painting), texture.statistics(painting)

    def evaluate(weights: Weights) -> Candidate:
        painted = paint(weights)
        palette = palettes.find(painted)
        found = texture.statistics(palette.applied(painted))
        strain = STRAIN * max(0.0, math.log(palette.gain / FREE_GAIN)) ** 2
        return Candidate(weights, palette, texture.difference(found, wanted) + strain)

    return evaluate


def _holds(mixture: Candidate, single: Candidate) -> bool:
    return mixture.weights[single.weights.index(1.0)] > 0


def _further(weights: Weights, partners: list[Candidate]) -> Iterator[Weights]:
    for partner in partners:
        for share in SHARES:
            pairs = zip(weights, partner.weights, strict=True)
            yield tuple((1 - share) * one + share * other for one, other in pairs)
