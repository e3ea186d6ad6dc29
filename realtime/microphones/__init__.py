"""Where sound comes from: one file per kind, `x_microphone.py`, with `open_microphone(address)`."""

from __future__ import annotations

import sys

from realtime import plugins
from realtime.ports import Microphone

DEVICE = "device"


def names() -> tuple[str, ...]:
    """List the kinds of microphones."""
    return plugins.names(sys.modules[__name__], "microphone")


def open_microphone(address: str) -> Microphone:
    """Open a microphone; it listens from now on.

    Args:
        address: `default`: the system's; a number or a part of the name of one; `synthetic`: a
            tone that comes and goes.

    Raises:
        BadInputError: there is no such microphone, or it does not open.
        MissingExtraError: the package for microphones is not installed.
    """
    kind, _, rest = address.partition(":")
    if kind not in names():
        kind, rest = DEVICE, address
    module = plugins.load(sys.modules[__name__], "microphone", kind)
    microphone: Microphone = module.open_microphone(rest)
    return microphone
