"""The article's own case: one 252x252 picture in the article's network.

The article cites 1.455744 s, a single cold run, load included, on the CPU of a 2015 laptop, and "a
dozen seconds on a laptop". So every engine is started in a fresh process as well, and then measured
warm, in turns. The slow method that the article replaces is measured at the same size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.engines import Asked, measure_engines
from benchmarks.optimised import measure_optimisation
from benchmarks.scene import ARTICLE_PX, ARTICLE_SECONDS, label
from benchmarks.schema import Row

STEPS = 200
"""What `pleinair paint` does unless told otherwise."""
NOTES = (
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


def measure_article(
    asked: Asked,
    *,
    vgg: Path | None = None,
    steps: int = STEPS,
    tell: Callable[[str], None] = lambda line: None,
) -> list[Row]:
    """Return the rows of the article's picture: what it cites, our engines, and the slow method.

    Args:
        asked: Engines, precisions and seconds; network and size are the article's.
        vgg: Loss-network weights for the slow method.
        steps: Of the slow method.
        tell: Given sentences for the user.
    """
    wanted = replace(asked, networks=("article",), sizes=(ARTICLE_PX,), bench="article")
    rows = measure_engines(wanted, tell)
    for row in rows:
        if "first_picture_s" in row:
            times = ARTICLE_SECONDS / row["first_picture_s"]
            row["first_times_faster_than_article"] = round(times, 2)
    tell("the optimisation method")
    slow = measure_optimisation(vgg, steps=steps, device=asked.device)
    facts = {"bench": "article", "network": "article", "size": label(ARTICLE_PX)}
    return [*({**facts, **cited} for cited in CITED), *rows, slow]
