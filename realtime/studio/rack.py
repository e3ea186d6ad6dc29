"""Which bundle paints, and the change from one to another while pictures go on."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from realtime.anypainting.request import Request, find_look
from realtime.clockwork import monotonic
from realtime.engines import open_engine
from realtime.errors import BadInputError, PleinairError
from realtime.frame import Frame
from realtime.live.controls import State, react
from realtime.look import Look
from realtime.network.library import Entry, choose_among, find_bundles
from realtime.ports import Closing, Engine, EngineInfo, Key, Style
from realtime.settings import LiveSettings
from realtime.studio.changes import changed, styles_in
from realtime.studio.easel import Easel, held, moved, of_styles

FINDING_SECONDS = 0.5
"""How old the list of bundles may be."""


class Rack(Closing):
    """One easel that paints, and perhaps one that is coming.

    It is the engine of the live run: what it paints with changes between two frames, on the thread
    that paints. Everything the page asks for goes to the easel that is coming, if one is.

    Args:
        settings: As `pleinair live` takes them.
        tell: Told what the user should know, from any thread.

    Raises:
        BadInputError: there is no such style or bundle.
    """

    def __init__(self, settings: LiveSettings, tell: Callable[[str], None]) -> None:
        self._settings, self._tell = settings, tell
        self.turned = False
        """Whether a page has asked for anything yet."""
        self.first = find_look(settings.style, settings.bundle)
        """What was asked for at the start."""
        state = replace(State.of_look(self.first.look), mirror=bool(settings.mirror))
        self._found: tuple[Entry, ...] = ()
        self._found_at = -math.inf
        self._lock = threading.RLock()
        self.using = threading.Lock()
        """Held by whoever else paints with `easel`: it is not closed meanwhile."""
        # A browser without a GPU draws on the cores that paint: the rate is held until a page says
        # otherwise.
        self.easel = self._opened(self.first, state, hold=True)
        self._coming: Easel | None = None

    @property
    def target(self) -> Easel:
        """The easel that the page turns: the one that is coming, else the one that paints."""
        return self._coming or self.easel

    @property
    def state(self) -> State:
        """What the page asked for last."""
        return self.target.session.state

    @property
    def info(self) -> EngineInfo:
        """Runtime, device and precision (see `ports.Engine`)."""
        return self.easel.engine.info

    @property
    def description(self) -> str:
        """What it runs on (see `ports.Engine`)."""
        return self.easel.engine.description

    @property
    def styles(self) -> tuple[Style, ...]:
        """The styles of the bundle that paints (see `ports.Engine`)."""
        return self.easel.engine.styles

    def look(self) -> Look:
        """Return the look of the next frame; called on the thread that paints, before it does."""
        if self._coming is not None and self._coming.late.ready:
            self._swap()
        return self.easel.session.look()

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame with the easel that `look` was asked of (see `ports.Engine`)."""
        return self.easel.engine.stylize(frame, look)

    def press(self, key: str) -> None:
        """Do what a key does in the live window."""
        with self._lock:
            state = react(Key(key), self.state)
            self.target.session.become(replace(state, quit=False, fullscreen=False))

    def turn(self, values: dict[str, Any]) -> None:
        """Do what the page asks for: styles, strength and so on, a bundle, holding the rate.

        Raises:
            BadInputError: it cannot be; nothing has changed.
        """
        self.turned = self.turned or values.keys() != {"frozen"}
        with self._lock:
            target = self.target
            state, styles = changed(target.session.state, values), styles_in(values)
            hold = values.get("hold", target.holds) is True
            request = self._request_for(styles, values.get("bundle"), target)
            names = request.names
            if styles is None:
                there = moved(state, target.names, names)
                state = there or replace(state, base=request.look.style_weights, partner=None)
            else:
                state = of_styles(state, styles, names)
            if request is target.request and hold == target.holds:
                target.session.become(state)
            else:
                self._bring(self._opened(request, state, hold=hold))

    def renew(self) -> None:
        """Open what paints anew: its file has changed, or its engine has failed for good."""
        with self._lock:
            target = self.target
            path = target.request.entry.path
            entry = next((e for e in find_bundles() if e.path == path), target.request.entry)
            request = replace(target.request, entry=entry)
            state = target.session.state
            if len(request.names) != len(target.names):
                state = moved(state, target.names, request.names) or State.of_look(
                    Look.of_style(0, len(request.names))
                )
            self._bring(self._opened(request, state, hold=target.holds))

    def bundles(self) -> tuple[Entry, ...]:
        """Return the bundles that there are, and the one that was asked for by its path."""
        now = monotonic()
        if now - self._found_at > FINDING_SECONDS:
            self._found, self._found_at = find_bundles(), now
        found, first = self._found, self.first.entry
        return found if first.path in {entry.path for entry in found} else (first, *found)

    def open_beside(self, bundle: Path) -> Engine:
        """Open another bundle in the same way, for whoever asked: who closes it, too."""
        asked = self._settings
        return open_engine(asked.engine, bundle, device=asked.device, precision=asked.precision)

    def close(self) -> None:
        """Close the easels."""
        with self._lock, self.using:
            if self._coming is not None:
                self._coming.close()
            self.easel.close()

    def _opened(self, request: Request, state: State, *, hold: bool) -> Easel:
        return Easel(held(self._settings, hold), request, state, self._tell)

    def _bring(self, easel: Easel) -> None:
        """Have an easel come instead of the one that may be coming."""
        with self._lock:
            given_up, self._coming = self._coming, easel
        if given_up is not None:
            _close_later(given_up)

    def settle(self) -> None:
        """Change to the easel that is coming, if it is ready, though no frame is being painted."""
        if self._coming is not None and self._coming.late.ready:
            self._swap()

    def _swap(self) -> None:
        """Let the easel that is ready take over, fading from what the old one painted."""
        with self._lock:
            coming, old = self._coming, self.easel
            if coming is None:
                return
            self._coming = None
            try:
                coming.late.wait()
            except PleinairError as exc:
                self._tell(f"{coming.bundle} cannot be opened: {exc}")
                _close_later(coming)
                return
            coming.fade_from(moved(old.session.state, old.names, coming.names))
            with self.using:
                self.easel = coming
        _close_later(old)

    def _request_for(
        self, styles: dict[str, float] | None, bundle: object, target: Easel
    ) -> Request:
        """Find the bundle for what was asked: the one at hand wherever that will do."""
        if bundle is not None and bundle != target.bundle:
            entries = tuple(entry for entry in self.bundles() if entry.name == bundle)
            if not entries:
                raise BadInputError(f"there is no bundle {bundle!r} any more")
            entry, look = choose_among(entries, None)
            return Request(entry, look)
        if styles is None or styles.keys() <= set(target.names):
            return target.request
        if styles.keys() <= set(self.first.names):
            return self.first
        mix = ",".join(f"{name}:{weight}" for name, weight in styles.items())
        entry, look = choose_among(self.bundles(), mix)
        return Request(entry, look)


def _close_later(easel: Easel) -> None:
    """Close on a thread of its own: an engine that is still being opened is waited for there."""
    threading.Thread(target=easel.close, name="closing", daemon=True).start()
