"""The microphone named `synthetic`: a tone in the first half of each second of the machine's clock.

For machines without a microphone, and for tests: the sound depends on the clock alone.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np

from realtime.clockwork import monotonic
from realtime.errors import BadInputError
from realtime.sound import Samples, Sound

RATE = 48_000
TONE_HZ, TONE_LEVEL = 440.0, 0.25
BLOCK_SECONDS = 0.02
LONGEST_SECONDS = 1.0
"""After a longer pause of its thread it continues with the present, as a device does."""


class SyntheticMicrophone:
    """Yields a tone that is on in the first half of each second."""

    name = "synthetic"

    def __init__(self) -> None:
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Sound]:
        """Yield samples in real time, until closed."""
        begins = monotonic()
        while not self._closed.wait(BLOCK_SECONDS):
            begins = max(begins, monotonic() - LONGEST_SECONDS)
            sound = heard(begins, int((monotonic() - begins) * RATE))
            if len(sound.samples):
                yield sound
                begins = sound.ends

    def close(self) -> None:
        """End the iteration, even while another thread waits in it."""
        self._closed.set()


def heard(begins: float, count: int) -> Sound:
    """Return `count` samples of the tone, from a moment on."""
    at = begins + np.arange(count) / RATE
    tone = TONE_LEVEL * np.sin(2 * np.pi * TONE_HZ * (at % 1.0))
    samples: Samples = np.where(at % 1.0 < 0.5, tone, 0.0).astype(np.float32)
    return Sound(samples[:, None], RATE, begins)


def open_microphone(address: str) -> SyntheticMicrophone:
    """Open the synthetic microphone; it has no settings.

    Raises:
        BadInputError: something was added to its name.
    """
    if address:
        raise BadInputError(f"got synthetic:{address}: the synthetic microphone has no settings")
    return SyntheticMicrophone()
