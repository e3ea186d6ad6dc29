"""A microphone of this machine, with PortAudio: ALSA and what stands behind it, Core Audio, WASAPI.

FFmpeg, which PyAV brings along, would need no further package; but its Linux wheels know neither
PulseAudio nor PipeWire, and look for ALSA's settings in a folder of the machine that built them.
"""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterator
from typing import Any

import numpy as np

from realtime.clockwork import monotonic
from realtime.errors import BadInputError, SourceError, one_line
from realtime.machine import match_devices
from realtime.media.quiet import quiet_stderr
from realtime.microphones.sample_clock import SampleClock
from realtime.sound import Sound

try:
    import sounddevice
except OSError as exc:  # the package is here, the library is not: on Linux it is the system's
    raise BadInputError(
        "sound needs the system's PortAudio, which is not here: apt install libportaudio2"
    ) from exc

BLOCK_SECONDS = 0.02
KEPT_BLOCKS = 500
"""Ten seconds of blocks: the callback must not wait for its reader."""
SILENT_SECONDS = 2.0
"""Silence comes as blocks, too: without any for so long the device is gone."""
CHANNELS = 2
"""At most."""


class DeviceMicrophone:
    """Yields the blocks of PortAudio's own thread."""

    def __init__(self, device: dict[str, Any]) -> None:
        self.name = str(device["name"])
        self._rate = int(device["default_samplerate"])
        self._heard: queue.Queue[Sound | None] = queue.Queue(KEPT_BLOCKS)
        """None: closed."""
        self._clock = SampleClock(self._rate)
        self._stream = sounddevice.InputStream(
            samplerate=self._rate,
            blocksize=round(BLOCK_SECONDS * self._rate),
            device=device["index"],
            channels=min(CHANNELS, int(device["max_input_channels"])),
            dtype="float32",
            callback=self._take,
        )
        self._stream.start()

    def __iter__(self) -> Iterator[Sound]:
        """Yield blocks as they come; SourceError when the device is lost."""
        while True:
            try:
                sound = self._heard.get(timeout=SILENT_SECONDS)
            except queue.Empty:
                raise SourceError(
                    f"the microphone {self.name} gives no sound any more: unplugged?"
                ) from None
            if sound is None:
                return
            yield sound

    def close(self) -> None:
        """Close the device."""
        self._stream.close()
        with contextlib.suppress(queue.Full):
            self._heard.put_nowait(None)

    def _take(self, data: Any, count: int, times: Any, status: object) -> None:  # noqa: ANN401
        del status
        # By PortAudio's clock, whatever that is: how long ago the first sample was taken. Some
        # systems do not tell; then it was one block ago, at least.
        ago = times.currentTime - times.inputBufferAdcTime
        if not times.inputBufferAdcTime or not 0 <= ago < SILENT_SECONDS:
            ago = count / self._rate
        begins = self._clock.begins(count, monotonic() - ago)
        with contextlib.suppress(queue.Full):
            self._heard.put_nowait(Sound(np.array(data, np.float32), self._rate, begins))


def find_microphones() -> tuple[dict[str, Any], ...]:
    """List the microphones, the system's default first.

    Raises:
        BadInputError: the system's sound does not work.
    """
    try:
        devices = [dict(device) for device in sounddevice.query_devices()]
        usual = sounddevice.default.device[0]
    except (sounddevice.PortAudioError, ValueError) as exc:
        raise BadInputError(f"the system's sound does not work: {one_line(exc)}") from exc
    inputs = [device for device in devices if device["max_input_channels"] > 0]
    return tuple(sorted(inputs, key=lambda device: device["index"] != usual))


def open_microphone(address: str) -> DeviceMicrophone:
    """Open a microphone.

    Args:
        address: Its number, a part of its name; empty or `default`: the system's usual one.

    Raises:
        BadInputError: there is no such microphone, or it does not open; says what is here.
    """
    found = find_microphones()
    if not found:
        raise BadInputError("no microphone is here: plug one in, or leave --microphone out")
    device = _match(address, found)
    try:
        with quiet_stderr():
            return DeviceMicrophone(device)
    except (sounddevice.PortAudioError, ValueError) as exc:
        raise BadInputError(
            f"the microphone {device['name']} does not open ({one_line(exc)}): another program may "
            "have it, or the system may not allow it"
        ) from exc


def _match(address: str, found: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    if address in ("", "default"):
        return found[0]
    matching = match_devices(address, found, lambda one: one["index"], lambda one: one["name"])
    if not matching:
        here = ", ".join(f"{device['index']} ({device['name']})" for device in found)
        raise BadInputError(f"there is no microphone {address!r}: here are {here}")
    return matching[0]
