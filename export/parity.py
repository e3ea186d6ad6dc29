"""Parity of an export with PyTorch in fp32, measured on pixels."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np
import numpy.typing as npt

from export.pictures import GENERATED
from realtime.errors import EngineError
from realtime.frame import Frame, Pixels
from realtime.look import Look
from realtime.ports import Engine

TINY_FACTOR = 5.0
"""On 16x16 pixels a channel's statistics are taken over four values: rounding weighs more."""


@dataclass(frozen=True)
class Tolerance:
    """How far a painting may be from PyTorch's in fp32.

    A single level is rounding at the border between two, which on a flat wall can be every pixel:
    it is always allowed.
    """

    largest: int
    """Levels of 255."""
    mean: float
    """Levels of 255."""
    scene_psnr_db: float = 0.0
    """At least this on each real scene; for int8, which is not asked to repaint noise."""

    def allows(self, name: str, off: Difference) -> bool:
        """Tell whether a picture is near enough."""
        if name not in GENERATED and off.psnr_db < self.scene_psnr_db:
            return False
        mean = self.mean * (TINY_FACTOR if name == "16x16" else 1.0)
        return off.largest <= 1 or (off.largest <= self.largest and off.mean <= mean)

    def __str__(self) -> str:
        if self.scene_psnr_db:
            return f"at least {self.scene_psnr_db:g} dB on photographs"
        return f"max {self.largest}, mean {self.mean:g} of 255"


TOLERANCES = {
    "fp32": Tolerance(largest=1, mean=1.0),
    "fp16": Tolerance(largest=8, mean=1.0),
    "bf16": Tolerance(largest=24, mean=1.0),
    "int8": Tolerance(largest=255, mean=255.0, scene_psnr_db=35.0),
}


@dataclass(frozen=True)
class Difference:
    """Between two paintings of one picture, worst over the looks tried."""

    largest: int
    mean: float
    psnr_db: float
    """Infinite when the paintings are equal."""
    ssim: float
    """Structural similarity (Wang et al. 2004); 1 when the paintings are equal."""

    def __str__(self) -> str:
        psnr = "equal" if math.isinf(self.psnr_db) else f"{self.psnr_db:.1f} dB"
        return f"max {self.largest}, mean {self.mean:.3f}, {psnr}, SSIM {self.ssim:.4f}"


def worst_of(every: Sequence[Difference]) -> Difference:
    """Return the worst of each figure."""
    return Difference(
        max(d.largest for d in every),
        max(d.mean for d in every),
        min(d.psnr_db for d in every),
        min(d.ssim for d in every),
    )


@dataclass(frozen=True)
class Parity:
    """What came out, picture by picture."""

    engine: str
    differences: Mapping[str, Difference]

    @property
    def worst(self) -> Difference:
        """The worst of each figure."""
        return worst_of(tuple(self.differences.values()))

    def to_json(self) -> str:
        """For the metadata of what is exported; equal paintings have the PSNR null."""
        rows = {
            name: asdict(d) | {"psnr_db": None if math.isinf(d.psnr_db) else round(d.psnr_db, 2)}
            for name, d in self.differences.items()
        }
        return json.dumps({"engine": self.engine, "pictures": rows})

    def require(self, tolerance: Tolerance, what: str) -> None:
        """Raise EngineError when a picture is further off than the tolerance allows."""
        off = self.differences.items()
        bad = [f"{name} ({much})" for name, much in off if not tolerance.allows(name, much)]
        if bad:
            raise EngineError(
                f"{what} does not paint what PyTorch paints; nothing was written. "
                f"Allowed: {tolerance}; off: {', '.join(bad)}"
            )


def compare(reference: Engine, candidate: Engine, pictures: Mapping[str, Pixels]) -> Parity:
    """Paint every picture with both engines in every style, blended, and at half strength."""
    return Parity(
        candidate.description,
        {name: _difference(reference, candidate, p) for name, p in pictures.items()},
    )


def looks(styles: int) -> list[Look]:
    """The looks that are compared."""
    each = [Look.of_style(index, styles) for index in range(styles)]
    blend = Look(tuple(1 / styles for _ in range(styles)))
    return [*each, blend, blend.with_strength(0.5)]


def _difference(reference: Engine, candidate: Engine, picture: Pixels) -> Difference:
    frame = Frame(picture, 0, 0.0)
    found = [
        _between(reference.stylize(frame, look).pixels, candidate.stylize(frame, look).pixels)
        for look in looks(len(reference.styles))
    ]
    return worst_of(found)


def _between(expected: Pixels, painted: Pixels) -> Difference:
    off = np.abs(painted.astype(np.int16) - expected.astype(np.int16)).astype(np.float64)
    psnr = psnr_db(expected, painted)
    return Difference(int(off.max()), float(off.mean()), psnr, _ssim(expected, painted))


def psnr_db(expected: Pixels, painted: Pixels) -> float:
    """Return the peak signal-to-noise ratio of two (H, W, 3) pictures in dB; inf if equal."""
    squared = float(np.square(painted.astype(np.float64) - expected).mean())
    return 10 * math.log10(255**2 / squared) if squared else math.inf


def _ssim(first: Pixels, second: Pixels) -> float:
    """Mean SSIM of luma under the paper's Gaussian window: 11 px, sigma 1.5, K 0.01 and 0.03."""

    def smooth(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        blurred = cv2.GaussianBlur(x, (11, 11), 1.5)
        return np.asarray(blurred, np.float64)

    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (first, second))
    mean_x, mean_y = smooth(x), smooth(y)
    var_x, var_y = smooth(x * x) - mean_x**2, smooth(y * y) - mean_y**2
    covariance = smooth(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (var_x + var_y + c2)
    return float((luminance * structure).mean())
