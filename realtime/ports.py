"""The three contracts of the program. Read this first.

    for frame in source:
        sink.show(engine.stylize(frame, look))

is the whole program (`pipeline.run_plainly`). Sources, engines and sinks are files: a new
`realtime/sources/x_source.py` with an `open_source` function is a new source, and nothing else has
to be told. Whoever opens one closes it, exactly once, and calls nothing on it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from realtime.frame import Frame
from realtime.look import Look
from realtime.sound import Sound


class Source(Protocol):
    """Where frames come from.

    All calls come from one thread, except `close`, which may come from another thread once the
    iteration has ended or was given up.
    """

    @property
    def live(self) -> bool:
        """True: the newest frame matters and late ones are dropped. False: every frame counts."""

    @property
    def rate_fps(self) -> float:
        """Nominal frames per second."""

    @property
    def frame_count(self) -> int | None:
        """How many frames are expected, or None when nobody knows. An estimate, for progress."""

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames, index and pts rising. May be iterated once.

        Raises:
            SourceError: frames stopped coming though more were expected.
        """

    def close(self) -> None:
        """Release the device or file."""


class Microphone(Protocol):
    """Where sound comes from: a source of sound, in a file `realtime/microphones/x_microphone.py`.

    It is iterated on a thread of its own; `close` comes from another.
    """

    @property
    def name(self) -> str:
        """What the system calls it, for the user."""

    def __iter__(self) -> Iterator[Sound]:
        """Yield what is heard, a few hundredths of a second at a time, until it is closed.

        Raises:
            SourceError: it is gone, or gives nothing any more.
        """

    def close(self) -> None:
        """Release the device; the iteration ends."""


@dataclass(frozen=True)
class Style:
    """One style an engine can paint."""

    name: str
    credit: str = ""


class Engine(Protocol):
    """What paints. All calls come from one thread at a time, not always the same one.

    Engines are stateless: the painting depends on the frame and the look and on nothing else.
    """

    @property
    def name(self) -> str:
        """The name it is chosen by, e.g. `torch`."""

    @property
    def description(self) -> str:
        """What it really runs on, for the user: `torch 2.11, cuda:0 (NVIDIA ...), fp16`."""

    @property
    def styles(self) -> tuple[Style, ...]:
        """The styles, in the order of `Look.style_weights`."""

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame: the same size, index and time, finished pixels on the CPU.

        Strength 0 returns the frame's own pixels, bit for bit.

        Raises:
            EngineError: the device failed, ran out of memory, or gave no picture.
        """

    def close(self) -> None:
        """Release the device."""


@dataclass(frozen=True)
class Key:
    """A key was pressed in the window."""

    name: str
    """One character, or `escape`, `left`, `right`, `up`, `down`, `tab`, `space`, `f11`."""


@dataclass(frozen=True)
class Mouse:
    """The mouse did something over the picture."""

    action: Literal["down", "move", "up", "wheel"]
    """The left button, the pointer, or the wheel."""
    x: float
    """From the left edge of the picture, in widths: 0 to 1."""
    y: float = 0.0
    """From the top, in heights."""
    turned: int = 0
    """Notches of the wheel, away from the user positive."""


@dataclass(frozen=True)
class WindowClosed:
    """The user closed the window with its button."""


Event = Key | Mouse | WindowClosed


class Sink(Protocol):
    """Where frames go. All calls come from the thread that opened it."""

    def show(self, frame: Frame) -> None:
        """Take one frame. It is the sink's only until `show` returns.

        Raises:
            SinkError: the frame could not be shown or written.
        """

    def poll(self) -> tuple[Event, ...]:
        """Return what the user did since the last call; called after every frame and when idle."""

    def finish(self) -> None:
        """Every frame has arrived: publish the result. Called at most once, before `close`.

        Files are written under a name that says `partial` and get their final name only here.
        """

    def close(self) -> None:
        """Release everything.

        Without `finish` before it, a file keeps what it has, playable, under its partial name.
        """
