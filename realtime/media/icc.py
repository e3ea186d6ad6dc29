"""Writes ICC profiles (ISO 15076-1) from primaries and a gamma, for files without one."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

Primaries = tuple[float, float, float, float, float, float, float, float]
"""x, y of white, red, green and blue (CIE 1931)."""
Matrix = npt.NDArray[np.float64]

D65 = (0.3127, 0.3290)
SRGB: Primaries = (*D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
ADOBE_RGB: Primaries = (*D65, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
ADOBE_GAMMA = 563 / 256
D50_XYZ = np.array([0.9642, 1.0, 0.8249])
"""The white of the profile connection space."""
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""XYZ to the cone responses in which whites are exchanged (ICC.1:2022, annex E)."""
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""g, a, b, c, d of the parametric curve of function type 3 (IEC 61966-2-1)."""
HEADER_BYTES = 128
VERSION_4_2 = 0x04200000


def matrix_profile(primaries: Primaries, gamma: float | None) -> bytes:
    """Return an RGB profile.

    Args:
        primaries: White, red, green, blue.
        gamma: Exponent from stored values to light; None is the curve of sRGB.
    """
    red, green, blue = _to_connection_space(primaries).T
    curve = _curve(gamma)
    tags = {b"rXYZ": _xyz(red), b"gXYZ": _xyz(green), b"bXYZ": _xyz(blue)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _profile(b"RGB ", tags)


def grey_profile(gamma: float) -> bytes:
    """Return a profile of greys with an exponent from stored values to light."""
    return _profile(b"GRAY", {b"kTRC": _curve(gamma)})


def _to_connection_space(primaries: Primaries) -> Matrix:
    """Return the matrix from linear RGB to XYZ under D50, columns red, green, blue."""
    white, *colours = (
        np.array([x / y, 1.0, (1 - x - y) / y])
        for x, y in zip(primaries[::2], primaries[1::2], strict=True)
    )
    columns = np.stack(colours, axis=1)
    to_xyz = columns * np.linalg.solve(columns, white)
    exchange = np.diag((BRADFORD @ D50_XYZ) / (BRADFORD @ white))
    adapted: Matrix = np.linalg.solve(BRADFORD, exchange @ BRADFORD @ to_xyz)
    return adapted


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"wtpt": _xyz(D50_XYZ)} | tags
    at, table, body = HEADER_BYTES + 4 + 12 * len(tags), b"", b""
    for name, value in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(value))
        body += value
    header = struct.pack(
        ">I4xI4s4s4s12x4s28x12s48x",
        at + len(body), VERSION_4_2, b"mntr", space, b"XYZ ", b"acsp", _xyz(D50_XYZ)[8:],
    )  # fmt: skip
    return header + struct.pack(">I", len(tags)) + table + body


def _xyz(values: npt.ArrayLike) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*np.asarray(values).tolist())


def _curve(gamma: float | None) -> bytes:
    function, numbers = (3, SRGB_CURVE) if gamma is None else (0, (gamma,))
    return struct.pack(">4s4xH2x", b"para", function) + _fixed(*numbers)


def _fixed(*values: float) -> bytes:
    """Write numbers as s15Fixed16."""
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)
