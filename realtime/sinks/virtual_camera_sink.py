"""Virtual camera that other programs see, as in a video call (pyvirtualcam)."""

from __future__ import annotations

import sys

from realtime.errors import MissingExtraError, SinkError
from realtime.frame import Frame
from realtime.ports import PlainSink
from realtime.sinks import SinkOptions

try:
    import pyvirtualcam
except ModuleNotFoundError as exc:
    raise MissingExtraError("the virtual camera", "pyvirtualcam", "virtual-camera") from exc

ADVICE = {
    "linux": "sudo modprobe v4l2loopback devices=1 exclusive_caps=1 (package v4l2loopback-dkms)",
    "darwin": "install OBS 30 or newer, start its virtual camera once, then close OBS",
    "win32": "install OBS Studio, which brings the virtual camera",
}


class VirtualCameraSink(PlainSink):
    """Opens the virtual camera with the size of the first frame, and feeds it.

    Args:
        rate_fps: What the camera says of itself; frames are sent as they come.
    """

    fixed_size = True

    def __init__(self, rate_fps: float) -> None:
        self._rate = rate_fps
        self._camera: pyvirtualcam.Camera | None = None
        self._size = (0, 0)

    def show(self, frame: Frame) -> None:
        """Send one frame.

        Raises:
            SinkError: there is no virtual camera here, or the size of the frames has changed.
        """
        if self._camera is None:
            self._size = frame.width, frame.height
            try:
                self._camera = pyvirtualcam.Camera(*self._size, self._rate)
            except (RuntimeError, OSError) as exc:
                first = str(exc).strip().splitlines()[0]
                raise SinkError(f"no virtual camera to write to ({first}): {advice()}") from exc
        if (frame.width, frame.height) != self._size:
            raise SinkError(
                f"the virtual camera is {self._size[0]}x{self._size[1]}, got "
                f"{frame.width}x{frame.height}: it cannot change its size"
            )
        self._camera.send(frame.pixels)

    def close(self) -> None:
        """Close the camera."""
        if self._camera is not None:
            self._camera.close()


def advice() -> str:
    """Return how to install a virtual camera on this system."""
    return ADVICE.get(sys.platform, "this system has none that pyvirtualcam knows")


def open_sink(options: SinkOptions) -> VirtualCameraSink:
    """Open the virtual camera; the device itself is opened with the first frame."""
    return VirtualCameraSink(options.rate_fps)
