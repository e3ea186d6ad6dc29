"""Engine of the live run that can switch to another bundle between two frames."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from realtime.arbitrary_style.request import Request, find_look
from realtime.clockwork import monotonic
from realtime.engines import open_engine
from realtime.errors import BadInputError, PleinairError
from realtime.frame import Frame
from realtime.live.controls import State, react
from realtime.look import Look
from realtime.network.library import Entry, choose_among, find_bundles
from realtime.ports import Closing, Engine, EngineInfo, Key, Style
from realtime.settings import LiveSettings
from realtime.studio.bundle_session import BundleSession, convert_state, with_rate, with_styles
from realtime.studio.state_changes import apply_values, styles_in

FINDING_SECONDS = 0.5
"""How old the list of bundles may be."""


class BundleSwitcher(Closing):
    """An active bundle, and perhaps a pending one that is being opened.

    The pending bundle becomes the active one between two frames, on the thread that paints. All
    requests of the page go to the pending bundle, if there is one.

    Args:
        settings: As `pleinair live` takes them.
        tell: Given messages for the user, on any thread.

    Raises:
        BadInputError: there is no such style or bundle.
    """

    def __init__(self, settings: LiveSettings, tell: Callable[[str], None]) -> None:
        self._settings, self._tell = settings, tell
        self.was_changed = False
        """Whether a page has changed anything yet."""
        self.first = find_look(settings.style, settings.bundle)
        """What was asked for at the start."""
        state = replace(State.of_look(self.first.look), mirror=bool(settings.mirror))
        asked = settings.hold_fps is not None or settings.latency_ms is not None
        self._found: tuple[Entry, ...] = ()
        self._found_at = -math.inf
        self._lock = threading.RLock()
        self.using = threading.Lock()
        """Held while another thread paints with `active`, which is not closed meanwhile."""
        self.active = self._opened(self.first, state, hold=asked)
        self._pending: BundleSession | None = None

    @property
    def target(self) -> BundleSession:
        """The bundle that requests go to: the pending one, else the active one."""
        return self._pending or self.active

    @property
    def state(self) -> State:
        """What the page asked for last."""
        return self.target.session.state

    @property
    def info(self) -> EngineInfo:
        """Runtime, device and precision (see `ports.Engine`)."""
        return self.active.engine.info

    @property
    def description(self) -> str:
        """What it runs on (see `ports.Engine`)."""
        return self.active.engine.description

    @property
    def styles(self) -> tuple[Style, ...]:
        """The styles of the bundle that paints (see `ports.Engine`)."""
        return self.active.engine.styles

    def look(self) -> Look:
        """Return the look of the next frame; called on the thread that paints, before it does."""
        self.switch_if_ready()
        return self.active.session.look()

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint a frame with the bundle that gave its look (see `ports.Engine`)."""
        return self.active.engine.stylize(frame, look)

    def press(self, key: str) -> None:
        """Apply a key as the live window does."""
        with self._lock:
            state = react(Key(key), self.state)
            self.target.session.become(replace(state, quit=False, fullscreen=False))

    def apply(self, values: dict[str, Any]) -> None:
        """Apply what the page sets: styles, strength and so on, a bundle, holding the rate.

        Raises:
            BadInputError: a value is not valid; nothing has changed.
        """
        self.was_changed = self.was_changed or values.keys() != {"frozen"}
        with self._lock:
            target = self.target
            state, styles = apply_values(target.session.state, values), styles_in(values)
            hold = values.get("hold", target.holds) is True
            request = self._request_for(styles, values.get("bundle"), target)
            names = request.names
            if styles is None:
                there = convert_state(state, target.names, names)
                state = there or replace(state, base=request.look.style_weights, partner=None)
            else:
                state = with_styles(state, styles, names)
            if request is target.request and hold == target.holds:
                target.session.become(state)
            else:
                self._replace_pending(self._opened(request, state, hold=hold))

    def reopen(self) -> None:
        """Open the bundle again: its file has changed, or its engine has failed."""
        with self._lock:
            target = self.target
            path = target.request.entry.path
            entry = next((e for e in find_bundles() if e.path == path), target.request.entry)
            request = replace(target.request, entry=entry)
            state = target.session.state
            if len(request.names) != len(target.names):
                state = convert_state(state, target.names, request.names) or State.of_look(
                    Look.of_style(0, len(request.names))
                )
            self._replace_pending(self._opened(request, state, hold=target.holds))

    def bundles(self) -> tuple[Entry, ...]:
        """Return the bundles that are found, and the one that was given by its path."""
        now = monotonic()
        if now - self._found_at > FINDING_SECONDS:
            self._found, self._found_at = find_bundles(), now
        found, first = self._found, self.first.entry
        return found if first.path in {entry.path for entry in found} else (first, *found)

    def open_beside(self, bundle: Path) -> Engine:
        """Open another bundle with the same settings; the caller closes it."""
        asked = self._settings
        return open_engine(asked.engine, bundle, device=asked.device, precision=asked.precision)

    def close(self) -> None:
        """Close the bundles."""
        with self._lock, self.using:
            if self._pending is not None:
                self._pending.close()
            self.active.close()

    def _opened(self, request: Request, state: State, *, hold: bool) -> BundleSession:
        return BundleSession(with_rate(self._settings, hold), request, state, self._tell)

    def _replace_pending(self, pending: BundleSession) -> None:
        with self._lock:
            cancelled, self._pending = self._pending, pending
        if cancelled is not None:
            _close_later(cancelled)

    def switch_if_ready(self) -> None:
        """Switch to the pending bundle if it is ready; never while a frame is being painted."""
        if self._pending is not None and self._pending.late.ready:
            self._swap()

    def _swap(self) -> None:
        """Make the pending bundle the active one, fading from the look of the old one."""
        with self._lock:
            pending, old = self._pending, self.active
            if pending is None:
                return
            self._pending = None
            try:
                pending.late.wait()
            except PleinairError as exc:
                self._tell(f"{pending.bundle} cannot be opened: {exc}")
                _close_later(pending)
                return
            pending.fade_from(convert_state(old.session.state, old.names, pending.names))
            with self.using:
                self.active = pending
        _close_later(old)

    def _request_for(
        self, styles: dict[str, float] | None, bundle: object, target: BundleSession
    ) -> Request:
        """Find a bundle with these styles, preferring the present one."""
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


def _close_later(session: BundleSession) -> None:
    """Close on a thread of its own, which waits for an engine that is still being opened."""
    threading.Thread(target=session.close, name="closing", daemon=True).start()
