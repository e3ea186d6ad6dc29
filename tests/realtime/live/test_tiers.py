"""The better network, and the cheaper one for when time is short."""

from __future__ import annotations

from dataclasses import replace

import pytest

from realtime.errors import EngineError
from realtime.live.tiers import TieredEngine, draft_of
from realtime.network.library import choose
from tests.helpers import ONE_STYLE, InvertingEngine, make_frames


class Closing(InvertingEngine):
    """Notes that it was closed; may fail at that."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error, self.closed = error, False

    def close(self) -> None:
        self.closed = True
        if self.error:
            raise self.error


def test_each_frame_goes_where_it_is_told() -> None:
    best, draft = Closing(), Closing()
    drafting = [False]
    engine = TieredEngine(best, draft, lambda: drafting[0])
    for drafting[0], frame in zip((False, True, True), make_frames(3), strict=True):
        engine.stylize(frame, ONE_STYLE)
    assert (len(best.looks), len(draft.looks)) == (1, 2)


def test_both_are_closed_whatever_one_raises() -> None:
    best, draft = Closing(), Closing(EngineError("the device hangs"))
    with pytest.raises(EngineError):
        TieredEngine(best, draft, lambda: False).close()
    assert best.closed
    assert draft.closed


def test_the_draft_of_quality_is_fast_and_paints_the_same_styles() -> None:
    quality, _ = choose(None, "quality")
    draft = draft_of(quality)
    assert draft is not None
    assert draft.name == "fast"
    assert draft.card.names == quality.card.names


def test_other_styles_have_no_draft() -> None:
    for name in ("fast", "article"):
        assert draft_of(choose(None, name)[0]) is None
    quality, _ = choose(None, "quality")
    card = replace(quality.card, styles=quality.card.styles[::-1])
    assert draft_of(replace(quality, card=card)) is None
