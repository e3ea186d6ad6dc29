"""A live session: keys and mouse change the state, the state changes what is painted and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from realtime import overlay
from realtime.clockwork import Clock, Latency, monotonic
from realtime.errors import SinkError
from realtime.folders import replace_whole
from realtime.frame import Frame
from realtime.live.budget import Budget, Rung
from realtime.live.controls import HELP, State, react
from realtime.live.recording import Recording, stamp
from realtime.look import Look
from realtime.pipeline import Hooks, Report, Shown
from realtime.ports import Engine, Event
from realtime.sinks.images_sink import encode

MESSAGE_SECONDS = 3.0
"""How long a message, such as where a snapshot went, stays in the picture."""
FADE_SECONDS = 0.4
"""How long a new style takes to come."""
RECENT_FRAMES = 90
"""Frames that the latency in the overlay is taken over."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a session needs of the world around it."""

    snapshots: Path
    """Folder for snapshots and recordings."""
    seconds: float | None = None
    """End after this long."""
    tell: Callable[[str], None] = lambda message: None
    """Told where files went, in words."""
    fullscreen: Callable[[bool], None] = lambda on: None
    """Called when the user wants the window full or back."""
    waiting_for: Callable[[], str] = lambda: ""
    """What the session waits for, in words for the user; empty: nothing."""
    redraws: bool = False
    """Whether pictures are drawn again while the camera gives none: for windows, not for files."""
    budget: Budget | None = None
    clock: Clock = monotonic


class Session:
    """What happens between the pipeline and the user of a live window."""

    def __init__(self, engine: Engine, state: State, around: Surroundings) -> None:
        self.engine, self.state = engine, state
        self._around = around
        self._last: Shown | None = None
        self._message, self._message_until = "", 0.0
        self._from, self._to, self._changed = state.look, state.look, -FADE_SECONDS
        self._recording = Recording(around.snapshots)
        self._costs_seen = 0

    def hooks(self) -> Hooks:
        """Return the hooks to run the pipeline with."""
        return Hooks(
            look=self.look,
            decorate=self.decorate,
            on_event=self.on_event,
            on_frame=self._on_frame,
            idle=self.idle,
        )

    def close(self) -> None:
        """End a recording that still runs."""
        self._stop_recording()

    def on_event(self, event: Event) -> bool:
        """Take in an event; False when the user wants to quit."""
        before, self.state = self.state, react(event, self.state)
        if self.state.look != before.look:
            self._from, self._to = self._faded(), self.state.look
            self._changed = self._around.clock()
        if self.state.snapshots > before.snapshots and self._last is not None:
            self._say(f"saved {self._save_snapshot(self._last)}")
        if self.state.fullscreen != before.fullscreen:
            self._around.fullscreen(self.state.fullscreen)
        if before.recording and not self.state.recording:
            self._stop_recording()
        return not self.state.quit

    def look(self) -> Look:
        """Return the look of the next frame: what was chosen, fading in, at the detail afforded."""
        budget = self._around.budget
        return replace(self._faded(), detail=1.0 if budget is None else budget.detail)

    def decorate(self, shown: Shown, report: Report) -> Frame:
        """Turn a painting into what the window shows."""
        if not (self.state.frozen and self._last is not None):
            self._last = shown
        before, after = self._last.original, self._last.painted
        if self.state.mirror:
            before, after = overlay.mirrored(before), overlay.mirrored(after)
        if self.state.recording:
            self._record(after)
        if self.state.view == "split":
            after = overlay.split(before, after, self.state.divider)
        elif self.state.view == "beside":
            after = overlay.beside(before, after)
        return overlay.with_lines(after, self._lines(report))

    def idle(self, report: Report) -> Frame | None:
        """Draw the last picture again while none comes: keys work, and what is wrong is said."""
        if not self._around.redraws or self._last is None:
            return None
        return self.decorate(self._last, report)

    def _on_frame(self, report: Report) -> bool:
        budget = self._around.budget
        costs = report.engine_seconds
        while budget is not None and self._costs_seen < len(costs):
            if budget.paid(costs[self._costs_seen], self._around.clock()):
                self._say(f"painting {_manner(budget.rung)}")
            self._costs_seen += 1
        return self._around.seconds is None or report.seconds < self._around.seconds

    def _faded(self) -> Look:
        gone = (self._around.clock() - self._changed) / FADE_SECONDS
        return self._to if gone >= 1 else self._from.mixed(self._to, max(0.0, gone))

    def _lines(self, report: Report) -> list[str]:
        lines = []
        if waiting := self._around.waiting_for():
            lines.append(waiting)
        if self.state.overlay:
            lines += self._figures(report)
        if self._around.clock() < self._message_until:
            lines.append(self._message)
        if self.state.recording:
            lines.append(f"recording {self._recording.seconds:.0f} s")
        if self.state.help:
            lines += [f"{keys}  {words}" for keys, words in HELP]
        return lines

    def _figures(self, report: Report) -> list[str]:
        look, latency = self.state.look, Latency.of(report.latencies_seconds[-RECENT_FRAMES:])
        names = [style.name for style in self.engine.styles]
        mix = [f"{names[i]} {w:.0%}" for i, w in enumerate(look.style_weights) if w]
        what = names[look.main_style] if len(mix) == 1 else " + ".join(mix)
        if look.strength != 1.0:
            what += f"   strength {look.strength:.0%}"
        if self._around.budget is not None:
            what += f"   {_manner(self._around.budget.rung)}"
        if look.stroke != 1.0:
            what += f"   strokes {look.stroke:.2g}"
        dropped = f"   {report.dropped} dropped" if report.dropped else ""
        return [
            f"{what}   {report.rate_fps:.0f} fps{dropped}",
            f"{latency.p50_ms:.0f} ms, p95 {latency.p95_ms:.0f} ms   h: help",
            self.engine.description,
        ]

    def _say(self, message: str) -> None:
        self._message, self._message_until = message, self._around.clock() + MESSAGE_SECONDS
        self._around.tell(message)

    def _record(self, painted: Frame) -> None:
        try:
            self._recording.take(painted)
        except SinkError as exc:
            self._say(f"recording ended: {exc}")
            self.state = replace(self.state, recording=False)
            self._stop_recording()

    def _stop_recording(self) -> None:
        if (path := self._recording.stop()) is not None:
            self._say(f"recorded {path}")

    def _save_snapshot(self, shown: Shown) -> Path:
        path = self._around.snapshots / f"pleinair-{stamp()}.png"
        both = overlay.joined(shown.original, shown.painted)
        try:
            replace_whole(path, encode(both, ".png"))
        except OSError as exc:
            raise SinkError(f"cannot save the snapshot {path}: {exc.strerror}") from exc
        return path


def _manner(rung: Rung) -> str:
    """Say how the budget has it painted."""
    size = "at full size" if rung.detail == 1.0 else f"at {rung.detail:.0%} of the size"
    draft = ", by the lighter network" if rung.draft else ""
    return f"{size}{draft}{', a core left to others' if rung.spare else ''}"
