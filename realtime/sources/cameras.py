"""Enumerates cameras, matches an address to one, and says why one cannot be opened."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
from cv2_enumerate_cameras import enumerate_cameras

from realtime.errors import BadInputError
from realtime.machine import match_devices

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
