"""Frames from a camera, with OpenCV. BGR exists only in this file."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from realtime.clockwork import monotonic
from realtime.errors import BadInputError, SourceError
from realtime.frame import Frame
from realtime.sources import Size

DEFAULT_SIZE = (640, 480)
DEFAULT_FPS = 30.0
PATIENCE = 30
"""Failed reads in a row before a camera counts as gone."""
PROBED = 6
"""How many indices are tried where the system has no list of cameras."""


class CameraSource:
    """A live camera. What it was asked for is not always what it gives: `size` says which."""

    live = True
    frame_count = None

    def __init__(self, index: int, size: Size, rate_fps: float) -> None:
        self._name = f"camera {index}"
        self._stopped = threading.Event()
        self._capture = _open_capture(index)
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
        self.rate_fps = self._capture.get(cv2.CAP_PROP_FPS) or rate_fps

    @property
    def size(self) -> Size:
        """Width and height that the camera really gives."""
        capture = self._capture
        return (
            int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        )

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames as they come; raises SourceError when the camera goes away."""
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
            yield Frame(pixels, index, monotonic() - started)
            index += 1

    def close(self) -> None:
        """Give the camera back."""
        self._stopped.set()
        self._capture.release()


def open_source(address: str, *, size: Size | None, rate_fps: float | None) -> CameraSource:
    """Open the camera with an index ("0"), or a device file on Linux ("/dev/video0")."""
    number = address.removeprefix("/dev/video") or "0"
    if not number.isdecimal():
        raise BadInputError(f"no camera {address!r}: expected a number, as in camera:0")
    return CameraSource(int(number), size or DEFAULT_SIZE, rate_fps or DEFAULT_FPS)


def list_cameras() -> tuple[str, ...]:
    """Name the cameras that are here, as addresses with what the system calls them."""
    if sys.platform.startswith("linux"):
        return _cameras_of_linux()
    return tuple(f"camera:{index}" for index in range(PROBED) if _can_open(index))


def _cameras_of_linux() -> tuple[str, ...]:
    found = []
    for device in sorted(
        Path("/sys/class/video4linux").glob("video*"), key=lambda p: int(p.name[5:])
    ):
        index_file, name_file = device / "index", device / "name"
        # Each camera has further device files for its metadata; those have a higher index.
        if index_file.exists() and index_file.read_text().strip() != "0":
            continue
        name = name_file.read_text().strip() if name_file.exists() else ""
        found.append(f"camera:{device.name[5:]} ({name})" if name else f"camera:{device.name[5:]}")
    return tuple(found)


def _open_capture(index: int) -> cv2.VideoCapture:
    device = Path(f"/dev/video{index}")
    if sys.platform.startswith("linux") and not device.exists():
        raise BadInputError(f"there is no camera {index}: {_what_is_here()}")
    capture = _quiet_capture(index)
    if not capture.isOpened():
        capture.release()
        raise BadInputError(
            f"camera {index} cannot be opened: it may be in use by another program, or this "
            f"program may lack the permission; {_what_is_here()}"
        )
    return capture


def _what_is_here() -> str:
    cameras = list_cameras()
    if cameras:
        return f"found {', '.join(cameras)}"
    return "no camera was found; --source synthetic shows a painted landscape instead"


def _quiet_capture(index: int) -> cv2.VideoCapture:
    # OpenCV warns on stderr about every backend that does not know the index.
    log = cv2.utils.logging
    level = log.getLogLevel()
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        backend = cv2.CAP_DSHOW if sys.platform == "win32" else cv2.CAP_ANY
        return cv2.VideoCapture(index, backend)
    finally:
        log.setLogLevel(level)


def _can_open(index: int) -> bool:
    capture = _quiet_capture(index)
    opened = bool(capture.isOpened())
    capture.release()
    return opened
