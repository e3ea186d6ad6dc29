"""The three contracts of the program. Read this first.

    with open_source(...) as source, open_engine(...) as engine, open_sink(...) as sink:
        for frame in source:
            sink.show(engine.stylize(frame, look))
        sink.finish()

is the whole program (`pipeline.run_plainly`). This page holds all that a source, an engine or a
sink may be asked. Each is a file: a new `realtime/sources/x_source.py` with an `open_source`
function is a new source, without any registration. The caller that opens one closes it, exactly
once, usually by `with`, and calls nothing on it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self

from realtime.frame import Frame
from realtime.look import Look
from realtime.sound import Sound

Size = tuple[int, int]
"""Width and height in pixels."""


class Closing:
    """Mixin: makes a class with `close` a context manager."""

    def __enter__(self) -> Self:
        """Return itself, open already."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close, after an error too."""
        self.close()

    def close(self) -> None:
        """Release everything; by default there is nothing to release."""


class ContextManaged(Protocol):
    """Protocol of context managers that are open already; see `Closing`."""

    def close(self) -> None:
        """Release everything."""

    def __enter__(self) -> Self:
        """Return itself, open already."""

    def __exit__(self, *error: object) -> None:
        """Close, after an error too."""


class Source(ContextManaged, Protocol):
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
        """How many frames are expected, or None: not known. An estimate, for progress."""

    @property
    def size(self) -> Size | None:
        """Size of the frames; None: not known before they come, or not the same for all."""

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames, index and pts rising. May be iterated once.

        Raises:
            SourceError: frames stopped coming though more were expected.
        """


class Microphone(Protocol):
    """Where sound comes from: a source of sound, in a file `realtime/microphones/x_microphone.py`.

    It is iterated on a thread of its own; `close` comes from another.
    """

    @property
    def name(self) -> str:
        """The system's name for it, for the user."""

    def __iter__(self) -> Iterator[Sound]:
        """Yield sound in blocks of a few hundredths of a second, until it is closed.

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
    note: str = ""
    """What its user should know while it is shown, in lines; empty: nothing."""


Runtime = Literal["identity", "onnxruntime", "openvino", "tensorrt", "torch"]
"""What executes the network: the names of the engines."""
Device = Literal["cpu", "cuda", "mps", "gpu", "npu", "coreml", "dml"]
"""What it runs on; `gpu` and `npu` are Intel's, by OpenVINO."""
Precision = Literal["fp32", "fp16", "bf16", "int8"]
"""Of the arithmetic; statistics of instance norms are fp32 in all of them."""


@dataclass(frozen=True)
class EngineInfo:
    """What an open engine runs on, once `auto` is decided."""

    runtime: Runtime
    device: Device
    precision: Precision
    threads: int | None = None
    """Threads on a CPU; None: on another device, or up to the runtime."""
    lockstep: bool = False
    """Whether these threads share every layer in equal parts, so that all wait for the one whose
    core another program takes; False: they take work from each other."""


class Engine(ContextManaged, Protocol):
    """Paints frames. All calls come from one thread at a time, not always the same one.

    Engines are stateless: the painting depends on the frame and the look and on nothing else.
    """

    @property
    def info(self) -> EngineInfo:
        """Runtime, device and precision, for programs."""

    @property
    def description(self) -> str:
        """The same with versions and names, for users: `torch 2.11, cuda:0 (NVIDIA ...), fp16`."""

    @property
    def styles(self) -> tuple[Style, ...]:
        """The styles, in the order of `Look.style_weights`."""

    def stylize(self, frame: Frame, look: Look) -> Frame:
        """Paint one frame: the same size, index and time, finished pixels on the CPU.

        Strength 0 returns the frame's own pixels, bit for bit.

        Raises:
            EngineError: the device failed, ran out of memory, or gave no picture.
        """


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


class Sink(ContextManaged, Protocol):
    """Where frames go. All calls come from the thread that opened it.

    `PlainSink` answers what does not concern most sinks.
    """

    @property
    def result(self) -> Path | None:
        """The file it wrote, once it is closed or finished; None: none."""

    @property
    def fixed_size(self) -> bool:
        """Whether every frame must have the size of the first, as in a video file."""

    @property
    def canvas(self) -> Size | None:
        """Size of the area a window draws on; None: no window, or as its first frame."""

    @property
    def window_size(self) -> Size | None:
        """Size to open the window at next time, full screen or not; None: no window."""

    def set_fullscreen(self, on: bool) -> None:
        """Switch between full screen and window; other sinks ignore it."""

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


class PlainSink(Closing):
    """Defaults of a sink: no file, no window, any size, no events, nothing to publish."""

    result: Path | None = None
    fixed_size = False

    @property
    def canvas(self) -> Size | None:
        """None: no window."""
        return None

    @property
    def window_size(self) -> Size | None:
        """None: no window."""
        return None

    def set_fullscreen(self, on: bool) -> None:
        """Nothing: no window."""

    def poll(self) -> tuple[Event, ...]:
        """No events."""
        return ()

    def finish(self) -> None:
        """Nothing to publish."""
