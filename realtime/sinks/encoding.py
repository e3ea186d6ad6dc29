"""Which codec goes into which kind of file, and with which settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from av.container import OutputContainer
from av.video.stream import VideoStream

from realtime.errors import BadInputError

# Crf 18 cannot be told from the original by eye; faster presets only make larger files.
H264 = {"crf": "18", "preset": "veryfast"}
# A speed of 6 encodes about as fast as the above; b:v 0 makes crf decide alone.
VP9 = {"crf": "24", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"}


@dataclass(frozen=True)
class Recipe:
    """How one kind of file is written."""

    container: str
    """FFmpeg's name for the kind of file."""
    codec: str
    codec_options: dict[str, str]
    sound_codec: str
    """For sound that cannot be copied as it is."""
    container_options: dict[str, str] = field(default_factory=dict)


# Faststart puts the index in front, so that a browser plays while it still downloads.
FASTSTART = {"movflags": "+faststart"}
# Sound that begins before zero (decoders swallow its first samples) must not push the pictures
# back, as Matroska does by default.
MATROSKA = {"avoid_negative_ts": "disabled"}

RECIPES = {
    ".mp4": Recipe("mp4", "libx264", H264, "aac", FASTSTART),
    ".m4v": Recipe("mp4", "libx264", H264, "aac", FASTSTART),
    ".mov": Recipe("mov", "libx264", H264, "aac", FASTSTART),
    ".mkv": Recipe("matroska", "libx264", H264, "aac", MATROSKA),
    ".webm": Recipe("webm", "libvpx-vp9", VP9, "libopus", MATROSKA),
}


def recipe_for(path: Path) -> Recipe:
    """Return the recipe that goes with a file's suffix.

    Raises:
        BadInputError: nobody knows the suffix.
    """
    recipe = RECIPES.get(path.suffix.lower())
    if recipe is None:
        raise BadInputError(
            f"{path.name} ends in {path.suffix or 'nothing'!r}, "
            f"expected a video file: {', '.join(RECIPES)}"
        )
    return recipe


def pixel_format(recipe: Recipe, width: int, height: int) -> str:
    """Return the format for a size in pixels: 4:2:0, which every player takes, if it can be.

    H.264 stores 4:2:0 in blocks of 2x2, hence an odd side would be cropped by one pixel; without
    chroma subsampling (4:4:4) the size stays exact, at the price of some older players. VP9 keeps
    odd sizes anyway.
    """
    is_odd = width % 2 == 1 or height % 2 == 1
    return "yuv444p" if is_odd and recipe.codec == "libx264" else "yuv420p"


def add_picture_stream(
    container: OutputContainer,
    recipe: Recipe,
    *,
    size: tuple[int, int],
    rate_fps: float,
    time_base: Fraction,
    pixel_aspect: Fraction | None,
) -> VideoStream:
    """Add the video stream to a new file; its colours are still to be tagged."""
    rate = Fraction(rate_fps).limit_denominator(100_000)
    stream = container.add_stream(recipe.codec, rate=rate, time_base=time_base)
    if not isinstance(stream, VideoStream):
        raise TypeError(f"{recipe.codec} is no video codec")
    stream.width, stream.height = size
    stream.pix_fmt = pixel_format(recipe, *size)
    stream.options.update(recipe.codec_options)
    if pixel_aspect:
        stream.codec_context.sample_aspect_ratio = pixel_aspect
    return stream
