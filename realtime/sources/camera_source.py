"""Cameras: which there are, which one an address means, and its frames, with OpenCV.

BGR exists only in this file.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from cv2_enumerate_cameras import enumerate_cameras

from realtime.clockwork import RateMeter, monotonic
from realtime.errors import BadInputError, SourceError
from realtime.frame import Frame
from realtime.machine import match_devices
from realtime.ports import Closing, Size

DEFAULT_SIZE = (640, 480)
DEFAULT_FPS = 30.0
PATIENCE = 30
"""Failed reads in a row before a camera counts as gone."""
MEASURED_FRAMES = 30
"""After so many frames the measured rate replaces the nominal one."""

BACKENDS = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_DSHOW}
"""What OpenCV opens cameras with. On Windows DirectShow: Media Foundation takes up to 20 s."""
LAST = ("infrared", "ir camera", "virtual", "obs", "dummy", "loopback", "metadata")
"""Parts of names of cameras that are taken only when there is no other."""
LEAVE = {
    "linux": "if it is busy, `fuser -v {path}` shows by whom",
    "darwin": "allow your terminal the camera in System Settings, Privacy & Security, Camera, "
    "and start the terminal again; or close the program that uses it",
    "win32": "let desktop apps use the camera in Settings, Privacy & security, Camera; or close "
    "the program that uses it",
}
"""Advice for a connected camera that does not open, per system."""


@dataclass(frozen=True)
class Camera:
    """A camera of this machine."""

    index: int
    """OpenCV's number for it."""
    name: str = ""
    """The system's name for it."""
    path: str = ""
    """Its device file, on systems that have them: `/dev/video0`."""

    def __str__(self) -> str:
        """`camera:0 (HD Webcam)`."""
        return f"camera:{self.index} ({self.name})" if self.name else f"camera:{self.index}"


def backend() -> int:
    """Return the driver to open cameras with on this system."""
    return BACKENDS.get(sys.platform, cv2.CAP_ANY)


def find_cameras() -> tuple[Camera, ...]:
    """List the connected cameras, the likely best first."""
    try:
        found = enumerate_cameras(backend())
    except (NotImplementedError, OSError):
        return ()
    cameras = [Camera(each.index, each.name or "", each.path or "") for each in found]
    return tuple(sorted(cameras, key=lambda camera: (_is_odd(camera), camera.index)))


def _is_odd(camera: Camera) -> bool:
    return any(part in camera.name.lower() for part in LAST)


def match_cameras(address: str, cameras: Sequence[Camera]) -> tuple[Camera, ...]:
    """Return the cameras that match an address, the likeliest first.

    Args:
        address: A number, a device path, a part of a name, or nothing: the best that opens.
        cameras: Those that are here.

    Raises:
        BadInputError: none of them, or more than one of that name.
    """
    if not address:
        matching = list(cameras)
    elif "/" in address:
        device = os.path.realpath(address)  # /dev/v4l/by-id/... is a link
        matching = [camera for camera in cameras if camera.path in (address, device)]
    else:
        matching = match_devices(address, cameras, lambda one: one.index, lambda one: one.name)
        if len(matching) > 1:
            raise BadInputError(
                f"{address!r} is in the name of {' and '.join(map(str, matching))}: give a number"
            )
    if matching:
        return tuple(matching)
    what = f"there is no camera {address}: " if address else ""
    raise BadInputError(what + describe_cameras(cameras))


def describe_cameras(cameras: Sequence[Camera]) -> str:
    """Describe the cameras that were found, or what to do without one."""
    if cameras:
        return f"found {', '.join(map(str, cameras))}"
    return "no camera was found; --source synthetic shows a painted landscape instead"


def why_closed(camera: Camera, system: str = sys.platform) -> str:
    """Explain why a connected camera does not open, and what to do."""
    path = Path(camera.path) if camera.path else None
    if system == "linux" and path and path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return (
            f"{camera} may not be opened by this user: sudo usermod -aG video $USER, "
            "then log in again"
        )
    advice = LEAVE.get(system, "another program may be using it").format(path=camera.path)
    return f"{camera} cannot be opened: {advice}"


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
