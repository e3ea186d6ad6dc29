"""Damages files as disks, downloads and bad memory do: a few bytes, or whole parts of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def damaged(data: bytes, count: int, *, seed: int, within: int | None = None) -> Iterator[bytes]:
    """Yield `count` damaged copies; `within`: only the first so many bytes are touched."""
    rng = np.random.default_rng(seed)
    end = min(within or len(data), len(data))
    for _ in range(count):
        copy = bytearray(data)
        for _ in range(int(rng.integers(1, 5))):
            _damage(copy, rng, end)
        yield bytes(copy)


def _damage(copy: bytearray, rng: np.random.Generator, end: int) -> None:
    at = int(rng.integers(0, max(1, min(end, len(copy)))))
    length = int(rng.integers(1, 33))
    kind = int(rng.integers(0, 7))
    if kind <= 1:
        copy[at : at + 1] = rng.bytes(1)
    elif kind == 2:
        copy[at : at + length] = rng.bytes(length)
    elif kind == 3:
        copy[at : at + length] = bytes([int(rng.choice([0, 255]))]) * length
    elif kind == 4:
        del copy[at : at + length]
    elif kind == 5:
        copy[at:at] = copy[max(0, at - length) : at]
    else:
        del copy[max(1, at) :]
