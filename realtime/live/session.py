"""A live session: events change the state, the state decides what is painted and shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from realtime import overlay
from realtime.clockwork import Clock, monotonic
from realtime.errors import SinkError
from realtime.frame import Frame, Pixels
from realtime.live.controls import HELP, State, react, with_style
from realtime.live.drawing import (
    Strip,
    arrange,
    describe_level,
    help_columns,
    in_picture,
    note_lines,
    overlay_lines,
    shortfall,
    with_panel,
    with_strip,
)
from realtime.live.microphone_capture import MicrophoneCapture
from realtime.live.quality_controller import DETAILS, QualityController
from realtime.live.recording import Recording, save_snapshot
from realtime.look import Look
from realtime.machine import seconds_since_start
from realtime.pipeline import Hooks, Report, Shown
from realtime.ports import Closing, Engine, Event, Mouse, Size

MESSAGE_SECONDS = 3.0
"""How long a message, such as the path of a snapshot, stays in the picture."""
FADE_SECONDS = 0.4
"""How long a new style takes to fade in."""


@dataclass(frozen=True, kw_only=True)
class SessionContext:
    """Dependencies of a session: folders, clock, messages, controller, microphone."""

    snapshots: Path
    """Folder for snapshots and recordings."""
    seconds: float | None = None
    """End after this long."""
    tell: Callable[[str], None] = lambda message: None
    """Given messages for the user, such as the paths of files."""
    fullscreen: Callable[[bool], None] = lambda on: None
    """Called when the user switches full screen on or off."""
    waiting_for: Callable[[], str] = lambda: ""
    """What the session waits for, in words for the user; empty: nothing."""
    redraws: bool = False
    """Whether pictures are drawn again while the camera gives none: for windows, not for files."""
    canvas: Callable[[], Size | None] = lambda: None
    """Width and height in pixels of what is shown on; None: those of the frame itself."""
    previews: Callable[[], Sequence[Pixels | None]] = tuple
    """A small picture of every style, as far as they are painted, for the strip."""
    repaint: Callable[[Look], Frame | None] = lambda look: None
    """Paints the frozen frame while the source gives none; None: not now."""
    first_painted: Callable[[], int | None] = lambda: 0
    """Index of the first frame that the engine painted; None before that."""
    controller: QualityController | None = None
    microphone: MicrophoneCapture | None = None
    """The microphone for recordings; None: they have no sound."""
    clock: Clock = monotonic


class Session(Closing):
    """Connects the pipeline with the user of a live window."""

    def __init__(self, engine: Engine, state: State, around: SessionContext) -> None:
        self.engine, self.state = engine, state
        self._around = around
        self.frozen: Frame | None = None
        """The frame that is held, as the source gave it, to be painted again and again."""
        self.first_painted_seconds: float | None = None
        """From the start of the program to the first painting shown; None: there was none."""
        self._last: Shown | None = None
        self._message, self._message_until = "", 0.0
        self._from, self._to, self._changed = state.look, state.look, -FADE_SECONDS
        self._recording = Recording(around.snapshots, around.microphone)
        self._costs_seen = 0
        self._told_missed: set[str] = set()
        """Missed targets that were reported since the level last rose."""

    def hooks(self) -> Hooks:
        """Return the hooks to run the pipeline with."""
        return Hooks(
            look=self.look, decorate=self.decorate, on_event=self.on_event, on_frame=self.on_frame,
            idle=self.idle,
        )  # fmt: skip

    def close(self) -> None:
        """End a recording that still runs."""
        self._stop_recording()

    def on_event(self, event: Event) -> bool:
        """Handle an event; False when the user wants to quit."""
        return self.become(self._after(event))

    def become(self, state: State) -> bool:
        """Set the state, for the same number of styles; False when the user wants to quit."""
        before, self.state = self.state, state
        if self.state.frozen != before.frozen:
            self.frozen = self._last.original if self.state.frozen and self._last else None
        if self.state.look != before.look:
            self._from, self._to = self._faded(), self.state.look
            self._changed = self._around.clock()
        if self.state.snapshots > before.snapshots and self._last is not None:
            self._say(save_snapshot(self._around.snapshots, self._last))
        if self.state.fullscreen != before.fullscreen:
            self._around.fullscreen(self.state.fullscreen)
        if self.state.sound != before.sound and self._around.microphone is not None:
            self._around.microphone.switch(on=self.state.sound)
        if before.recording and not self.state.recording:
            self._stop_recording()
        return not self.state.quit

    def look(self) -> Look:
        """Return the look of the next frame: the chosen one, faded in, at the level of detail."""
        controller = self._around.controller
        return replace(self._faded(), detail=1.0 if controller is None else controller.detail)

    def decorate(self, shown: Shown, report: Report) -> Frame:
        """Turn a painting into what the window shows."""
        last = self.take(shown)
        self._hear(shown)
        both = last.original, last.painted
        before, after = map(overlay.mirrored, both) if self.state.mirror else both
        if self.state.recording:
            self._record(after)
        canvas = self._canvas(after)
        picture = arrange(before, after, self.state.view, self.state.divider, canvas)
        names = [style.name for style in self.engine.styles]
        if self.state.strip and (previews := self._around.previews()):
            strip = Strip.on(canvas, (after.width, after.height), len(previews))
            picture = with_strip(picture, strip, previews, names, self.state.style)
        if self.state.help:
            picture = with_panel(picture, help_columns(HELP, names))
        return overlay.with_lines(picture, self._lines(report, names))

    def idle(self, report: Report) -> Frame | None:
        """Redraw the last picture while no frame comes, so that keys and messages work."""
        if not self._around.redraws or self._last is None:
            return None
        painted = None if self.frozen is None else self._around.repaint(self.look())
        if self.frozen is not None and painted is not None:
            self._last = replace(self._last, original=self.frozen, painted=painted)
        return self.decorate(self._last, report)

    def on_frame(self, report: Report) -> bool:
        """Update controller and messages after a frame; False: the run is over."""
        self._note_first_painting()
        controller = self._around.controller
        costs, self._costs_seen = report.engine_seconds.since(self._costs_seen)
        for cost in costs:
            # A frozen frame is painted only when the look changes: that says nothing about time.
            if controller and self.frozen is None and controller.paid(cost, self._around.clock()):
                self._say(f"painting {describe_level(controller.level)}")
                if controller.detail > DETAILS[-1]:
                    self._told_missed.clear()
        self._say_shortfall()
        return self._around.seconds is None or report.seconds < self._around.seconds

    def _say_shortfall(self) -> None:
        """Report missed targets, once each; the overlay shows them as long as they are missed."""
        controller = self._around.controller
        if controller is not None and not self._told_missed.issuperset(controller.missed):
            self._told_missed.update(controller.missed)
            self._around.tell(shortfall(controller))

    def _note_first_painting(self) -> None:
        first = self._around.first_painted()
        if self.first_painted_seconds is None and first is not None and self._last is not None:
            is_painted = self._last.painted.index >= first
            self.first_painted_seconds = seconds_since_start() if is_painted else None

    def _faded(self) -> Look:
        gone = (self._around.clock() - self._changed) / FADE_SECONDS
        return self._to if gone >= 1 else self._from.mixed(self._to, max(0.0, gone))

    def _after(self, event: Event) -> State:
        """Return the state after an event anywhere in the window."""
        if not isinstance(event, Mouse) or self._last is None:
            return react(event, self.state)
        picture = self._last.painted.width, self._last.painted.height
        canvas = self._canvas(self._last.painted)
        if event.action == "down" and self.state.strip:
            strip = Strip.on(canvas, picture, len(self.engine.styles))
            chosen = strip.style_at(event.x * canvas[0], event.y * canvas[1])
            if chosen is not None:
                return with_style(self.state, chosen)
        return react(in_picture(event, picture, canvas), self.state)

    def take(self, shown: Shown) -> Shown:
        """Store and return what to draw: the newest painting, or that of the frozen frame."""
        if self.state.frozen and self.frozen is None:
            self.frozen = shown.original  # frozen before there was a picture
        if self.frozen is not None and self._last is not None:
            if shown.painted.index != self.frozen.index:
                return self._last  # this one was in flight when the picture was frozen
            shown = replace(shown, original=self.frozen)
        self._last = shown
        return shown

    def _canvas(self, frame: Frame) -> Size:
        return self._around.canvas() or (frame.width, frame.height)

    def _lines(self, report: Report, names: Sequence[str]) -> list[str]:
        lines = [waiting] if (waiting := self._around.waiting_for()) else []
        if self.state.overlay and not self.state.help:  # the help covers the middle
            controller = self._around.controller
            level = None if controller is None else controller.level
            lines += overlay_lines(self.state.look, names, level, report, self.engine.description)
            if controller is not None and (short := shortfall(controller)):
                lines.append(short)
            lines += note_lines(self.state.look, self.engine.styles)
        if self.state.frozen:
            lines.append("frozen")
        if self._around.clock() < self._message_until:
            lines.append(self._message)
        if self.state.recording:
            sound = ", with sound" if self.state.sound else ""
            lines.append(f"recording {self._recording.seconds:.0f} s{sound}")
        return lines

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
        if said := self._recording.stop():
            self._say(said)

    def _hear(self, shown: Shown) -> None:
        """Give the microphone the times of the frames, and the user its error messages."""
        if (microphone := self._around.microphone) is None:
            return
        if shown.timestamps:
            microphone.saw(shown.original.pts_seconds, shown.timestamps.taken)
        if error := microphone.next_error():
            self._say(error)
        self.state = replace(self.state, sound=microphone.is_on)
