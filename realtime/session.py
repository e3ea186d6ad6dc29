"""A live session: keys change the state, the state changes what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import cv2

from realtime import overlay
from realtime.controls import HELP, State, react
from realtime.errors import SinkError
from realtime.frame import Frame
from realtime.look import Look
from realtime.pipeline import Hooks, Report, Shown
from realtime.ports import Engine, Event

MESSAGE_FRAMES = 60
"""How long a message, such as where a snapshot went, stays in the picture."""


class Session:
    """What happens between the pipeline and the user of a live window."""

    def __init__(
        self,
        engine: Engine,
        state: State,
        *,
        snapshots: Path,
        seconds: float | None = None,
        tell: Callable[[str], None] = lambda message: None,
    ) -> None:
        self.engine, self.state = engine, state
        self._snapshots, self._seconds, self._tell = snapshots, seconds, tell
        self._last: Shown | None = None
        self._message, self._message_left = "", 0

    def hooks(self) -> Hooks:
        """Return the hooks to run the pipeline with."""
        return Hooks(
            look=self._look,
            decorate=self.decorate,
            on_event=self.on_event,
            on_frame=self._on_frame,
        )

    def on_event(self, event: Event) -> bool:
        """Take in an event; False when the user wants to quit."""
        before, self.state = self.state, react(event, self.state)
        if self.state.snapshots > before.snapshots and self._last is not None:
            self._say(f"saved {self._save_snapshot(self._last)}")
        return not self.state.quit

    def decorate(self, shown: Shown, report: Report) -> Frame:
        """Turn a painting into what the window shows."""
        if not (self.state.frozen and self._last is not None):
            self._last = shown
        before, after = self._last.original, self._last.painted
        if self.state.mirror:
            before, after = overlay.mirrored(before), overlay.mirrored(after)
        if self.state.side_by_side:
            after = overlay.side_by_side(before, after)
        return overlay.with_lines(after, self._lines(shown, report))

    def _look(self) -> Look:
        return self.state.look

    def _on_frame(self, report: Report) -> bool:
        return self._seconds is None or report.seconds < self._seconds

    def _lines(self, shown: Shown, report: Report) -> list[str]:
        lines = []
        if self.state.overlay:
            look = self.state.look
            style = self.engine.styles[look.main_style].name
            strength = "" if look.strength == 1.0 else f" {look.strength:.0%}"
            lines.append(f"{style}{strength}   {report.rate_fps:.0f} fps")
            lines.append(f"{1000 * shown.latency_seconds:.0f} ms   {self.engine.name}   h: help")
        if self._message_left:
            self._message_left -= 1
            lines.append(self._message)
        if self.state.help:
            lines += [f"{keys}  {words}" for keys, words in HELP]
        return lines

    def _say(self, message: str) -> None:
        self._message, self._message_left = message, MESSAGE_FRAMES
        self._tell(message)

    def _save_snapshot(self, shown: Shown) -> Path:
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")[:-3]
        path = self._snapshots / f"pleinair-{stamp}.png"
        both = overlay.joined(shown.original, shown.painted)
        encoded, data = cv2.imencode(".png", cv2.cvtColor(both, cv2.COLOR_RGB2BGR))
        try:
            path.write_bytes(data.tobytes())
        except OSError as exc:
            raise SinkError(f"cannot save the snapshot {path}: {exc.strerror}") from exc
        del encoded
        return path


def starting_state(look: Look, *, mirror: bool, shows_overlay: bool) -> State:
    """Return the state a session starts in."""
    return replace(State(look), mirror=mirror, overlay=shows_overlay)
