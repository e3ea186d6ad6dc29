"""What a moment does to a camera's picture, and what the painting should make of it.

Of two views of one scene, the paintings must be one: under camera noise, a touch of exposure, a
shift of a few pixels, a small zoom. A lamp or a shadow that changes one side of the scene
should change the painting's luminance as much there, and nothing else: the luminance-aware term of
ReCoNet (Gao et al. 2018, eq. 5). Exposure of the whole picture is the camera's doing, not the
scene's, and is left out of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

NOISE_LEVELS = (2.0, 8.0)
"""Camera noise: range of its standard deviation in levels of 255."""
EXPOSURE = 0.08
LAMPLIGHT = 0.1
"""Largest relative change at the picture's edges by light that falls from one side."""
SHIFT = 3 / 16
"""Largest shift, as a share of the picture's sides: paint that is locked to a grid or to a corner
of the picture, and not to the scene, is found out."""
ZOOM = 0.02
STILL, FREE, WHOLE = range(3)
"""How a batch moves: not, in any way, by whole pixels."""
KINDS = (STILL, STILL, FREE, WHOLE)
"""How often: in front of a still camera, noise is all that is seen."""
SMALL_LEVELS = 0.25
"""Differences below it count by their squares (Charbonnier): no kink where all is well. Much lower
than what a camera's noise does to a painting, a level or less, or it would not be pushed down."""
LUMINANCE = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Disturbance:
    """Numbers of a disturbance, one per picture of the batch; all (N,) but `noise`."""

    noise: Tensor
    """(N, 3, H, W), added; in levels."""
    exposure: Tensor
    lamp: Tensor
    """(N, 2): relative change from the middle to the right and to the lower edge."""
    motion: Tensor | None
    """(N, 3): zoom - 1, shift right and down in units of half the picture; None: no motion."""
    whole: bool = False
    """Whether the motion is a shift by whole pixels, which needs no resampling to be followed."""

    @classmethod
    def draw(
        cls, shape: torch.Size, generator: torch.Generator, device: torch.device | None = None
    ) -> Disturbance:
        """Draw one for a batch of `shape` (N, 3, H, W).

        Half of the batches move too: some as it may be, some by whole pixels. Only the latter show
        whether the finest strokes stay, because following the former blurs them.

        Args:
            shape: Of the batch.
            generator: On the CPU; it decides about everything.
            device: Where the noise is wanted, and drawn: it is as large as the batch.
        """
        count = shape[0]

        def symmetric(*size: int) -> Tensor:
            return torch.rand(size, generator=generator) * 2 - 1

        low, high = NOISE_LEVELS
        sigma = torch.rand((count, 1, 1, 1), generator=generator) * (high - low) + low
        reach = torch.tensor([ZOOM, 2 * SHIFT, 2 * SHIFT])
        motion = symmetric(count, 3) * reach
        kind = KINDS[int(torch.randint(len(KINDS), (), generator=generator))]
        if kind == WHOLE:
            half_size = torch.tensor([1.0, shape[3] / 2, shape[2] / 2])
            motion = torch.tensor([0.0, 1.0, 1.0]) * (motion * half_size).round() / half_size
        device = device or torch.device("cpu")
        seed = int(torch.randint(2**62, (), generator=generator))
        noise_draw = torch.Generator(device).manual_seed(seed)
        return cls(
            noise=torch.randn(shape, generator=noise_draw, device=device) * sigma.to(device),
            exposure=symmetric(count) * EXPOSURE,
            lamp=symmetric(count, 2) * LAMPLIGHT,
            motion=None if kind == STILL else motion,
            whole=kind == WHOLE,
        )

    def part(self, rows: slice) -> Disturbance:
        """Return the disturbance of some pictures of the batch."""
        motion = None if self.motion is None else self.motion[rows]
        return replace(
            self, noise=self.noise[rows], exposure=self.exposure[rows], lamp=self.lamp[rows],
            motion=motion,
        )  # fmt: skip

    def to(self, device: torch.device) -> Disturbance:
        """Return the same on another device."""
        motion = None if self.motion is None else self.motion.to(device)
        return replace(
            self, noise=self.noise.to(device), exposure=self.exposure.to(device),
            lamp=self.lamp.to(device), motion=motion,
        )  # fmt: skip

    def second_view(self, pictures: Tensor) -> Tensor:
        """Show (N, 3, H, W) in [0, 255] as the camera would a moment later."""
        if self.motion is not None:
            pictures = _move(pictures, self.motion, "nearest" if self.whole else "bicubic")
        gain = (1 + self.exposure).view(-1, 1, 1, 1) * (1 + self._lamplight(pictures))
        return (pictures * gain + self.noise).clamp(0, 255)

    def instability(self, first: Tensor, second: Tensor, pictures: Tensor) -> Tensor:
        """Compare the paintings of both views: mean differences, as parts of the full range, (N,).

        The plain mean, not that of squares: the few places where the motion is resampled badly
        would outweigh the faint boiling everywhere, which is what is seen. (Mosaic, 700 steps: for
        a noise gain of 1.1 squares cost 18 % of the style loss, the mean 0 to 3 %.)

        Args:
            first: The painting of `pictures`, (N, 3, H, W).
            second: The painting of their `second_view`.
            pictures: The photographs, in [0, 255].
        """
        seen = torch.ones_like(pictures[:, :1])
        if self.motion is not None:
            # Each painting goes half the way, so both are blurred alike by the resampling; by whole
            # pixels the first goes all of it, and none is blurred.
            there, back = _half_way(self.motion)
            how = "bilinear"
            if self.whole:
                there, back, how = self.motion, torch.zeros_like(self.motion), "nearest"
            seen = _kept(seen, there) * _kept(seen, back)
            first, second = _move(first, there, how), _move(second, back, how)
            pictures = _move(pictures, there, how)
        weights = pictures.new_tensor(LUMINANCE).view(1, 3, 1, 1)
        brighter = (pictures * weights).sum(1, keepdim=True) * self._lamplight(pictures)
        difference = second - first - brighter
        size = (difference.square() + SMALL_LEVELS**2).sqrt() - SMALL_LEVELS
        return (size.mean(1, keepdim=True) * seen).sum((1, 2, 3)) / seen.sum((1, 2, 3)) / 255

    def _lamplight(self, pictures: Tensor) -> Tensor:
        """Relative change of light, (N, 1, H, W); its mean over the picture is 0."""
        right = torch.linspace(-1, 1, pictures.shape[3], device=pictures.device)
        down = torch.linspace(-1, 1, pictures.shape[2], device=pictures.device)
        x, y = self.lamp.view(-1, 2, 1, 1, 1).unbind(1)
        return x * right + y * down[:, None]


def _kept(everywhere: Tensor, motion: Tensor) -> Tensor:
    """Tell where a moved picture shows what was seen before: 1 there, 0 else, (N, 1, H, W).

    No more than that is left out of the comparison, so that paint which is locked to a border of
    the picture is found out as well.
    """
    return (_move(everywhere, motion, "bilinear", "zeros") > 0.99).to(everywhere.dtype)


def _move(pictures: Tensor, motion: Tensor, how: str, beyond: str = "reflection") -> Tensor:
    zoom, right, down = motion.unbind(1)
    zero = torch.zeros_like(zoom)
    rows = [torch.stack([1 + zoom, zero, right], 1), torch.stack([zero, 1 + zoom, down], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), list(pictures.shape), align_corners=False)
    return F.grid_sample(pictures, grid, how, padding_mode=beyond, align_corners=False)


def _half_way(motion: Tensor) -> tuple[Tensor, Tensor]:
    """The map that, done twice, is `motion`; and its inverse."""
    zoom = (1 + motion[:, :1]).sqrt()
    shift = motion[:, 1:] / (1 + zoom)
    there = torch.cat([zoom - 1, shift], 1)
    back = torch.cat([1 / zoom - 1, -shift / zoom], 1)
    return there, back
