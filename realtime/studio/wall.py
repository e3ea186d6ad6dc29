"""The wall: a small painting of every style, of what the camera sees, painted in idle time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from realtime.clockwork import monotonic
from realtime.errors import PleinairError
from realtime.frame import Frame
from realtime.live.engines import PREVIEW_PX
from realtime.look import Look
from realtime.network.card import StyleCredit
from realtime.network.library import Entry
from realtime.resize import fit
from realtime.sources.landscape import Landscape
from realtime.studio.bundle_session import modified
from realtime.studio.bundle_switcher import BundleSwitcher
from realtime.studio.wire import Coding, Part, Picture, to_jpeg

log = logging.getLogger(__name__)
SHARE, FIRST_SHARE = 0.08, 0.3
"""How much of the time small pictures may be painted while a live picture goes on; and until every
style was painted of it once."""
SHORT_OF_TIME = 0.25
"""Part of these shares where the live picture does not keep up with its camera: every picture of
the wall then makes a frame late."""
LOOKING_SECONDS = 1.0
"""How often bundles are searched for again."""


@dataclass(frozen=True)
class Place:
    """One style on the wall."""

    credit: StyleCredit
    entry: Entry | None
    """The bundle it lives in, where it is not the one that paints."""
    changed: float
    """The time of that bundle's file."""

    def to_json(self) -> dict[str, Any]:
        """Return what the page shows of it."""
        own = self.entry is not None and self.entry.card.added_style is not None
        return {"name": self.credit.name, "credit": self.credit.thanks, "own": own}


class Wall:
    """Paints the wall on a thread of its own, for as long as somebody looks at it.

    Args:
        switcher: Paints.
        changed: Told that `places` is another list.
        show: Given every picture that was painted.
        watched: Whether somebody looks.
        short_of_time: Whether the live picture does not keep up with its source.
    """

    def __init__(
        self,
        switcher: BundleSwitcher,
        *,
        changed: Callable[[], None],
        show: Callable[[bytes], None],
        watched: Callable[[], bool],
        short_of_time: Callable[[], bool] = lambda: False,
    ) -> None:
        self._switcher, self._changed, self._show, self._watched = switcher, changed, show, watched
        self._short_of_time = short_of_time
        self.places: tuple[Place, ...] = ()
        self.version = 0
        """Of the list: pictures say for which they are."""
        self.live = False
        """Whether a live picture goes on: then little time is taken."""
        self._of_this_source = 0
        """Pictures since the live picture began."""
        self._pictures: dict[str, bytes] = {}
        self._done: dict[str, object] = {}
        """For every style what its picture was painted of: frame, look, file."""
        self._frame = Frame(Landscape(640, 480).at(3.0), 0, 0.0)
        self._seen = 0
        """How many frames it has been shown."""
        self._trouble = ""
        self._next = 0
        self._looked = self._painted = self._cost = 0.0
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="studio-wall", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """Note that a live picture begins: the wall is soon one of what it shows."""
        self._of_this_source, self.live = 0, True

    def see(self, frame: Frame) -> None:
        """Take a frame of the live picture, just painted: now is a moment of leisure."""
        self._frame, self._seen = frame, self._seen + 1
        self._wake.set()

    def pictures(self) -> list[bytes]:
        """Return what is on the wall, as messages."""
        return [
            self._message(number, self._pictures[place.credit.name])
            for number, place in enumerate(self.places)
            if place.credit.name in self._pictures
        ]

    def close(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(20.0)

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(0.25 if self.live or not self._watched() else 0.02)
            self._wake.clear()
            try:
                self._look_around()
                if self._watched() and self._has_leisure():
                    self._paint_one()
            except PleinairError as exc:
                if str(exc) != self._trouble:  # said once, not every second
                    self._trouble = str(exc)
                    log.warning("the wall: %s", exc)
                self._stopped.wait(LOOKING_SECONDS)

    def _has_leisure(self) -> bool:
        if not self.live:
            return True
        share = FIRST_SHARE if self._of_this_source < len(self.places) else SHARE
        if self._short_of_time():
            share *= SHORT_OF_TIME
        return monotonic() - self._painted >= self._cost / share

    def _look_around(self) -> None:
        """See which bundles there are, and whether the one that paints is still the same."""
        if monotonic() - self._looked < LOOKING_SECONDS:
            return
        self._looked = monotonic()
        if self._switcher.target.outdated:
            self._switcher.reopen()
        if not self.live:
            self._switcher.switch_if_ready()
        places = self._places()
        if places != self.places:
            self.places, self.version = places, self.version + 1
            self._changed()

    def _places(self) -> tuple[Place, ...]:
        """The styles of the bundle that paints, then those that other bundles have beyond it."""
        active = self._switcher.active
        known = {credit.name: credit for credit in active.request.entry.card.styles}
        places = [
            Place(known.get(name, StyleCredit(name=name)), None, active.changed)
            for name in active.names
        ]
        taken = set(active.names)
        for entry in self._switcher.bundles():
            for credit in entry.card.styles:
                if credit.name not in taken:
                    taken.add(credit.name)
                    places.append(Place(credit, entry, modified(entry.path)))
        return tuple(places)

    def _paint_one(self) -> None:
        """Paint the next picture that is not of this frame yet."""
        if not self._switcher.active.late.ready:
            return
        frame, state = self._frame, self._switcher.state
        manner = (state.stroke, state.keep_colours)
        for step in range(len(self.places)):
            number = (self._next + step) % len(self.places)
            place = self.places[number]
            elsewhere = place.entry is not None
            # Opening another engine takes a second: for new styles, not for new frames.
            seen = None if elsewhere and self.live else self._seen
            of = (seen, manner, place.changed)
            if self._done.get(place.credit.name) == of:
                continue
            self._next = number + 1
            self._done[place.credit.name] = of
            self._paint(number, place, frame)
            return

    def _paint(self, number: int, place: Place, frame: Frame) -> None:
        small = replace(frame, pixels=fit(frame.pixels, PREVIEW_PX))
        began = monotonic()
        painted = self._elsewhere(place, small) if place.entry else self._here(place, small)
        self._painted = monotonic()
        if painted is None:
            return
        self._cost = self._painted - began
        self._of_this_source += 1
        self._pictures[place.credit.name] = data = to_jpeg(painted.pixels)
        if number < len(self.places) and self.places[number] == place:
            self._show(self._message(number, data))

    def _here(self, place: Place, small: Frame) -> Frame | None:
        with self._switcher.using:
            active = self._switcher.active
            if place.credit.name not in active.names:
                return None
            return active.extra.paint_beside(small, self._look(place.credit.name, active.names))

    def _elsewhere(self, place: Place, small: Frame) -> Frame | None:
        """Paint a style of another bundle: its engine is opened for this picture alone."""
        assert place.entry is not None
        with self._switcher.open_beside(place.entry.path) as engine:
            return engine.stylize(small, self._look(place.credit.name, place.entry.card.names))

    def _look(self, name: str, names: tuple[str, ...]) -> Look:
        state = self._switcher.state
        only = Look.of_style(names.index(name), len(names))
        return replace(only, stroke=state.stroke, keep_colours=state.keep_colours)

    def _message(self, number: int, data: bytes) -> bytes:
        return Picture(
            coding=Coding.JPEG, part=Part.WALL, width=0, height=0, index=number,
            version=self.version, data=data,
        ).to_bytes()  # fmt: skip
