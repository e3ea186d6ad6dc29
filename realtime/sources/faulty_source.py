"""The source named `faulty`: fault injection, a camera that fails on schedule. For tests.

`faulty:error@2,gone=3@5,stall=2@10,size=320x240@14` fails after 2 seconds, is unplugged after 5 and
cannot be opened for 3, gives nothing for 2 seconds after 10, and changes its size after 14. Time
runs from the first frame on, over every reopening, until the source is closed in working order.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from realtime.clockwork import monotonic
from realtime.errors import BadInputError, SourceError
from realtime.frame import Frame
from realtime.ports import Closing, Size
from realtime.settings import parse_size
from realtime.sources.landscape import Landscape
from realtime.sources.synthetic_source import DEFAULT_RATE_FPS, DEFAULT_SIZE

FAULT = re.compile(r"(?P<kind>error|gone|stall|size)(=(?P<value>[\dx.]+))?@(?P<at>\d+(\.\d+)?)")


@dataclass(frozen=True)
class Fault:
    """One scheduled fault."""

    kind: str
    at_seconds: float
    seconds: float = 0.0
    """For how long the camera is gone or silent."""
    size: Size | None = None


@dataclass
class FaultSchedule:
    """The faults of a camera that are still to come, and when it started."""

    faults: list[Fault]
    size: Size
    started: float | None = None
    back_at: float = 0.0
    """When a camera that is gone can be opened again."""
    _drawn: tuple[Size, Landscape] | None = None

    @property
    def landscape(self) -> Landscape:
        """The landscape that it shows; drawn once per size."""
        if self._drawn is None or self._drawn[0] != self.size:
            self._drawn = self.size, Landscape(*self.size)
        return self._drawn[1]

    @property
    def now(self) -> float:
        """Seconds since the first frame."""
        return 0.0 if self.started is None else monotonic() - self.started


_courses: dict[str, FaultSchedule] = {}
"""Courses that are under way, by address: a camera that is opened again is the same camera."""


class FaultySource(Closing):
    """One opening of the camera."""

    live = True
    frame_count = None

    def __init__(self, address: str, course: FaultSchedule, rate_fps: float) -> None:
        self._address, self._course, self.rate_fps = address, course, rate_fps
        self._failed = False
        self._stopped = threading.Event()

    @property
    def size(self) -> Size:
        """Width and height of its frames, for now."""
        return self._course.size

    def __iter__(self) -> Iterator[Frame]:
        """Yield the landscape in real time; raises SourceError as scheduled."""
        course, index = self._course, 0
        landscape = course.landscape
        started = monotonic()
        course.started = course.started or started
        while not self._stopped.wait(max(0.0, started + index / self.rate_fps - monotonic())):
            if course.faults and course.now >= course.faults[0].at_seconds:
                self._suffer(course.faults.pop(0))
                landscape = course.landscape
            yield Frame(landscape.at(course.now), index, monotonic() - started)
            index += 1

    def close(self) -> None:
        """Stop; if nothing is wrong with it, the next one to open it finds it new."""
        self._stopped.set()
        if not self._failed:
            _courses.pop(self._address, None)

    def _suffer(self, fault: Fault) -> None:
        if fault.kind == "stall":
            self._stopped.wait(fault.seconds)
        elif fault.size is not None:
            self._course.size = fault.size
        else:
            self._course.back_at = self._course.now + fault.seconds
            self._failed = True
            raise SourceError(f"the faulty camera has its {fault.kind} of {fault.at_seconds:g} s")


def open_source(address: str, *, size: Size | None, rate_fps: float | None) -> FaultySource:
    """Open the camera.

    Args:
        address: What goes wrong, see the head of this file.
        size: Width and height in pixels; 640x480 when None.
        rate_fps: Frames per second; 30 when None.

    Raises:
        BadInputError: the address is not understood, or the camera is gone at the moment.
    """
    course = _courses.get(address)
    if course is None:
        course = _courses[address] = FaultSchedule(_faults(address), size or DEFAULT_SIZE)
    if course.now < course.back_at:
        raise BadInputError("the faulty camera is not there")
    return FaultySource(address, course, rate_fps or DEFAULT_RATE_FPS)


def _faults(address: str) -> list[Fault]:
    faults = []
    for part in address.split(","):
        match = FAULT.fullmatch(part)
        if match is None or (match["value"] is None) != (match["kind"] == "error"):
            raise BadInputError(
                f"fault {part!r} not understood: expected error@2, gone=3@5, stall=2@10 or "
                "size=320x240@14, several with commas"
            )
        kind, value, at = match["kind"], match["value"], float(match["at"])
        if kind == "size":
            faults.append(Fault(kind, at, size=parse_size(value)))
        else:
            faults.append(Fault(kind, at, seconds=float(value or 0)))
    return sorted(faults, key=lambda fault: fault.at_seconds)
