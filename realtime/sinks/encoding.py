"""Codecs and their settings per kind of file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
from av.container import OutputContainer
from av.video.stream import VideoStream

from realtime.errors import BadInputError, UnknownNameError
from realtime.machine import ordinary_scheduling


@dataclass(frozen=True)
class Codec:
    """An encoder and its settings."""

    encoder: str
    """FFmpeg's name for it."""
    options: dict[str, str]
    quality: str
    """The option that sets the quality: smaller is better. Empty: there is none."""
    default: int
    worst: int = 51
    pixel_format: str = "yuv420p"
    odd_pixel_format: str = "yuv420p"
    """For odd sizes. H.264 stores 4:2:0 in blocks of 2x2, hence an odd side would be cropped by a
    pixel; without chroma subsampling (4:4:4) the size stays exact; some old players refuse it."""


# Quality 18 cannot be told from the original by eye; slower presets only make smaller files.
# VP9 and AV1 at these speeds encode about as fast as H.264's; b:v 0 makes crf decide alone.
CODECS = {
    "h264": Codec("libx264", {"preset": "veryfast"}, "crf", 18, odd_pixel_format="yuv444p"),
    "h265": Codec(
        "libx265",
        {"preset": "superfast", "x265-params": "log-level=error"},
        "crf", 20, odd_pixel_format="yuv444p",
    ),
    "vp9": Codec(
        "libvpx-vp9",
        {"b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"},
        "crf", 24, worst=63,
    ),
    "av1": Codec("libsvtav1", {"preset": "10"}, "crf", 24, worst=63),
    "h264_nvenc": Codec("h264_nvenc", {"preset": "p4", "rc": "vbr", "b": "0"}, "cq", 20),
    "h265_nvenc": Codec("hevc_nvenc", {"preset": "p4", "rc": "vbr", "b": "0"}, "cq", 22),
    "h264_qsv": Codec("h264_qsv", {"preset": "faster"}, "global_quality", 20, pixel_format="nv12"),
    "h264_videotoolbox": Codec("h264_videotoolbox", {"b": "12000000"}, "", 0, 0),
    "lossless": Codec("ffv1", {"level": "3"}, "", 0, 0, "bgr0", "bgr0"),
}  # fmt: skip
"""By the names of `--codec`. Those with a maker's name use that maker's hardware."""
MOVING = ("h264", "h265", "av1", "vp9", "h264_nvenc", "h265_nvenc", "h264_qsv", "h264_videotoolbox")


@dataclass(frozen=True)
class Recipe:
    """How one kind of file is written."""

    container: str
    """FFmpeg's name for the kind of file."""
    codecs: tuple[str, ...]
    """The names of `CODECS` that it can hold; the first is the usual one."""
    sound_codec: str = ""
    """For sound that cannot be copied as it is; empty: the file holds no sound."""
    subtitle_codec: str = ""
    """Codec of text subtitles."""
    container_options: dict[str, str] = field(default_factory=dict)
    codec_name: str = ""
    """The codec to use; empty: the default."""
    quality: int | None = None

    @property
    def codec(self) -> Codec:
        """The codec that is used."""
        return CODECS[self.codec_name or self.codecs[0]]

    def asked(self, codec: str | None, quality: int | None) -> Recipe:
        """Return the recipe with the codec and quality that the user chose.

        Raises:
            BadInputError: this kind of file does not hold it, the quality is out of range, or the
                encoder does not work here.
        """
        if codec is not None and codec not in CODECS:
            raise UnknownNameError("codec", codec, CODECS)
        if codec is not None and codec not in self.codecs:
            raise BadInputError(
                f"a {self.container} file here does not hold {codec}: it takes "
                f"{', '.join(self.codecs)}; choose another --codec or file ending"
            )
        found = replace(self, codec_name=codec or self.codecs[0], quality=quality)
        if quality is not None and not found.codec.quality:
            raise BadInputError(f"{found.codec_name} has no quality to set: leave --crf out")
        worst = found.codec.worst
        if quality is not None and not 0 <= quality <= worst:
            raise BadInputError(f"--crf must be 0 (best) to {worst} for this codec, got {quality}")
        if codec is not None:
            _require_encoder(found)
        return found


def _require_encoder(recipe: Recipe) -> None:
    """Make sure that an encoder works, by encoding one picture: hardware may be missing."""
    try:
        context = av.VideoCodecContext.create(recipe.codec.encoder, "w")
        assert isinstance(context, av.VideoCodecContext)
        context.width, context.height, context.time_base = 640, 480, Fraction(1, 30)
        context.pix_fmt = recipe.codec.pixel_format
        context.options = dict(recipe.codec.options)
        with ordinary_scheduling():
            context.open()
    except (av.FFmpegError, ValueError) as exc:
        raise BadInputError(
            f"{recipe.codec_name} does not work here ({exc}): leave --codec out for "
            f"{recipe.codecs[0]}"
        ) from exc


# Faststart puts the index in front, so that a browser plays while it still downloads.
FASTSTART = {"movflags": "+faststart"}
# Sound that begins before zero (decoders swallow its first samples) must not push the pictures
# back, as Matroska does by default.
MATROSKA = {"avoid_negative_ts": "disabled"}

RECIPES = {
    ".mp4": Recipe("mp4", MOVING, "aac", "mov_text", FASTSTART),
    ".m4v": Recipe("mp4", MOVING, "aac", "mov_text", FASTSTART),
    ".mov": Recipe("mov", MOVING, "aac", "mov_text", FASTSTART),
    ".mkv": Recipe("matroska", (*MOVING, "lossless"), "aac", "subrip", MATROSKA),
    ".webm": Recipe("webm", ("vp9", "av1"), "libopus", "webvtt", MATROSKA),
    # Segments are lossless; the film is encoded at the end.
    ".gif": Recipe("gif", ("lossless",)),
    ".png": Recipe("images", ("lossless",)),
}
"""By file ending. `.png` stands for one picture per frame, as in `frame-%05d.png`."""


def recipe_for(path: Path) -> Recipe:
    """Return the recipe that goes with a file's suffix.

    Raises:
        BadInputError: the suffix is unknown.
    """
    recipe = RECIPES.get(path.suffix.lower())
    if recipe is None:
        raise BadInputError(
            f"{path.name} ends in {path.suffix or 'nothing'!r}, "
            f"expected a video file: {', '.join(RECIPES)}"
        )
    return recipe


def pixel_format(recipe: Recipe, width: int, height: int) -> str:
    """Return the format for a size in pixels: 4:2:0, which every player takes, if it can be."""
    is_odd = width % 2 == 1 or height % 2 == 1
    return recipe.codec.odd_pixel_format if is_odd else recipe.codec.pixel_format


ENCODER_THREADS = 4
"""H.264's bits depend on how many threads there are: the same on every machine, so that a film
painted on several, or resumed on another, is one film."""
CPU_AVX_512F = 13
"""OpenCV's number (cvdef.h). x264's code for AVX-512 encodes the same pictures differently from run
to run (12 results in 60 runs of one clip, with AVX2 one), and is no faster here."""


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
    codec = recipe.codec
    rate = Fraction(rate_fps).limit_denominator(100_000)
    stream = container.add_stream(codec.encoder, rate=rate, time_base=time_base)
    if not isinstance(stream, VideoStream):
        raise TypeError(f"{codec.encoder} is no video codec")
    stream.width, stream.height = size
    stream.pix_fmt = pixel_format(recipe, *size)
    stream.options.update(codec.options)
    if codec.quality:
        quality = codec.default if recipe.quality is None else recipe.quality
        stream.options[codec.quality] = str(quality)
    if codec.encoder == "libx264" and cv2.checkHardwareSupport(CPU_AVX_512F):
        stream.options["x264-params"] = "asm=avx2"
    stream.codec_context.thread_count = ENCODER_THREADS
    if pixel_aspect:
        stream.codec_context.sample_aspect_ratio = pixel_aspect
    return stream
