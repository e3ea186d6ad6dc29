"""Frames from a camera, with OpenCV. BGR exists only in this file."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import cv2
import numpy as np

from realtime.clockwork import RateMeter, monotonic
from realtime.errors import BadInputError, SourceError
from realtime.frame import Frame
from realtime.ports import Closing, Size
from realtime.sources.cameras import Camera, backend, find_cameras, match_cameras, why_closed

DEFAULT_SIZE = (640, 480)
DEFAULT_FPS = 30.0
PATIENCE = 30
"""Failed reads in a row before a camera counts as gone."""
MEASURED_FRAMES = 30
"""After so many frames the measured rate replaces the nominal one."""


class CameraSource(Closing):
    """A live camera. Its real size, `size`, may differ from the requested one."""

    live = True
    frame_count = None

    def __init__(
        self, camera: Camera, capture: cv2.VideoCapture, size: Size, rate_fps: float
    ) -> None:
        self._name, self._capture = str(camera), capture
        self._stopped = threading.Event()
        # MJPG first: uncompressed, most cameras give 5 fps at 720p. Buffer of one: newest wins.
        fourcc = cv2.VideoWriter.fourcc(*"MJPG")
        for setting, value in (
            (cv2.CAP_PROP_FOURCC, fourcc),
            (cv2.CAP_PROP_FRAME_WIDTH, size[0]),
            (cv2.CAP_PROP_FRAME_HEIGHT, size[1]),
            (cv2.CAP_PROP_FPS, rate_fps),
            (cv2.CAP_PROP_BUFFERSIZE, 1),
        ):
            self._capture.set(setting, value)
        self._promised_fps = self._capture.get(cv2.CAP_PROP_FPS) or rate_fps
        self._rate = RateMeter(window=MEASURED_FRAMES)
        self._frames = 0

    @property
    def rate_fps(self) -> float:
        """Frames per second: the nominal rate at first, then the measured one.

        In the dark many cameras give half of what they promise.
        """
        measured = self._frames >= MEASURED_FRAMES
        return self._rate.per_second if measured else self._promised_fps

    @property
    def size(self) -> Size:
        """Real width and height of the frames."""
        capture = self._capture
        return (
            int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        )

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames as they come; raises SourceError when the camera is lost."""
        started: float | None = None
        index = failures = 0
        while not self._stopped.is_set():
            arrived, picture = self._capture.read()
            if not arrived or picture is None:
                failures += 1
                if failures >= PATIENCE:
                    raise SourceError(f"{self._name} gives no pictures any more: unplugged?")
                self._stopped.wait(0.05)
                continue
            failures = 0
            pixels = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
            if started is None:
                started = monotonic()
            self._rate.tick()
            self._frames += 1
            yield Frame(pixels, index, monotonic() - started)
            index += 1

    def close(self) -> None:
        """Close the camera."""
        self._stopped.set()
        self._capture.release()


def open_source(address: str, *, size: Size | None, rate_fps: float | None) -> CameraSource:
    """Open a camera.

    Args:
        address: Its number ("0"), its device ("/dev/video0"), a part of its name ("logitech"); or
            nothing: the best one that opens.
        size: Width and height to ask for; 640x480 when None.
        rate_fps: Frames per second to ask for; 30 when None.

    Raises:
        BadInputError: there is no such camera, or it does not open; the message says what is here.
    """
    cameras = find_cameras()
    closed = []
    for camera in match_cameras(address, cameras):
        capture = _quiet_capture(camera.index)
        if capture.isOpened():
            return CameraSource(camera, capture, size or DEFAULT_SIZE, rate_fps or DEFAULT_FPS)
        capture.release()
        closed.append(why_closed(camera))
    raise BadInputError("; ".join(closed))


def list_cameras() -> tuple[str, ...]:
    """Name the cameras that are here, as addresses with what the system calls them."""
    return tuple(map(str, find_cameras()))


def _quiet_capture(index: int) -> cv2.VideoCapture:
    # OpenCV warns on stderr about every backend that does not know the index.
    log = cv2.utils.logging
    level = log.getLogLevel()
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        return cv2.VideoCapture(index, backend())
    finally:
        log.setLogLevel(level)
