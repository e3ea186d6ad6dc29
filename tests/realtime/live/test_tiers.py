"""The better network, and the cheaper one for when time is short."""

from __future__ import annotations

from dataclasses import replace

import pytest

from realtime.errors import EngineError
from realtime.live.budget import Rung
from realtime.live.tiers import USUAL, TieredEngine, draft_of
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


def test_each_frame_goes_where_its_rung_says() -> None:
    engines = {(draft, spare): Closing() for draft in (False, True) for spare in (False, True)}
    rung = [Rung(1.0)]
    engine = TieredEngine(engines, lambda: rung[0])
    for way, frame in zip(engines, make_frames(4), strict=True):
        rung[0] = Rung(1.0, draft=way[0], spare=way[1])
        engine.stylize(frame, ONE_STYLE)
    assert [len(one.looks) for one in engines.values()] == [1, 1, 1, 1]
    engine.close()
    assert all(one.closed for one in engines.values())


def test_a_way_that_is_not_there_is_painted_by_the_nearest() -> None:
    usual, draft = Closing(), Closing()
    rung = [Rung(0.5, draft=True, spare=True)]
    engine = TieredEngine({USUAL: usual, (True, False): draft}, lambda: rung[0])
    one, two = make_frames(2)
    engine.stylize(one, ONE_STYLE)
    rung[0] = Rung(0.5, spare=True)
    engine.stylize(two, ONE_STYLE)
    assert (len(usual.looks), len(draft.looks)) == (1, 1)
    engine.close()


def test_all_are_closed_whatever_one_raises() -> None:
    best, draft = Closing(), Closing(EngineError("the device hangs"))
    with pytest.raises(EngineError):
        TieredEngine({USUAL: best, (True, False): draft}, lambda: Rung(1.0)).close()
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
