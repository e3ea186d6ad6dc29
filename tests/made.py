"""What stands in for real data: photographs, loss-network weights and clips that tests make."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
import torch
from safetensors.torch import save_file

from realtime.frame import Pixels
from realtime.sources.landscape import Landscape
from tests.film import add_pictures, add_tone, picture_stream, play_tone
from tests.train.vgg import torchvision_state
from train.loss.loss_network import VGG16_BLOCKS

PHOTOGRAPHS = 12
SHORT, SHORT_FRAMES = ("camera.mp4", "silent.mp4"), 36
LONG, LONG_FRAMES = "long.mp4", 325
"""With two sound tracks; of sixteen segments and a bit when cut every 20 frames."""
VGG19_TO_CONV3 = (2, 2, 4)
"""Convolutions of the blocks up to relu3_4."""


@cache
def _world() -> Landscape:
    return Landscape(480, 360)


def scene(number: int) -> Pixels:
    """A part of the landscape, upright or lying, at some moment: no two are alike."""
    whole = _world().at(11.0 * number)
    rng = np.random.default_rng(number)
    height, width = (300, 225) if number % 2 else (225, 300)
    top, left = rng.integers(360 - height + 1), rng.integers(480 - width + 1)
    part = whole[top : top + height, left : left + width]
    return np.ascontiguousarray(part[:, ::-1] if number % 3 == 0 else part)


def write_photographs(folder: Path, count: int = PHOTOGRAPHS) -> Path:
    """Write JPEG files, as cameras do, into a new folder."""
    folder.mkdir(parents=True)
    for number in range(count):
        path = folder / f"scene-{number:02}.jpg"
        cv2.imwrite(str(path), scene(number)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    return folder


def write_vgg(folder: Path) -> Path:
    """Write VGG-19's layers up to conv3_4, thin and random, as the real ones are kept."""
    folder.mkdir(parents=True)
    torch.manual_seed(19)
    state = torchvision_state(VGG19_TO_CONV3, width=16)
    save_file(state, folder / "vgg19_conv1_1-conv3_4.safetensors")
    return folder


def write_vgg16(path: Path) -> Path:
    """Write VGG-16's convolutions as torchvision stores them, thin and random."""
    torch.manual_seed(16)
    torch.save(torchvision_state(VGG16_BLOCKS), path)
    return path


def write_clips(folder: Path) -> Path:
    """Write a camera's clip, a silent one and a long one with two sound tracks."""
    folder.mkdir(parents=True)
    write_film(folder / SHORT[0], SHORT_FRAMES, Fraction(45_000, 1499), ("mono",))
    write_film(folder / SHORT[1], SHORT_FRAMES + 4, Fraction(30_000, 1001), (), size=(96, 80))
    write_film(folder / LONG, LONG_FRAMES, Fraction(25), ("mono", "stereo"))
    return folder


def write_film(
    path: Path, frames: int, rate: Fraction, sounds: tuple[str, ...],
    size: tuple[int, int] = (128, 96),
) -> Path:  # fmt: skip
    """Write moments of the landscape, with a tone in each of the layouts `sounds`."""
    world = Landscape(*size)
    with av.open(str(path), "w") as container:
        stream = picture_stream(container, *size, rate=rate)
        tracks = [add_tone(container, layout=layout) for layout in sounds]
        pictures = [world.at(number / float(rate)) for number in range(frames)]
        add_pictures(container, stream, pictures)
        for track in tracks:
            play_tone(container, track, frames / float(rate))
    return path
