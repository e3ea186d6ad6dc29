"""Small videos and pictures, written for a test and read back without our own code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from realtime.frame import Frame, Pixels
from realtime.sinks import SinkOptions
from realtime.sinks.video_sink import open_sink
from realtime.sources.video_source import open_source
from tests.film import add_pictures, add_tone, picture_stream, play_tone
from tests.helpers import quadrant_card

CLIPS = (
    "arm-wrestling-340x256-sar.mp4",
    "camera-pan-room-audio-320x240.mp4",
    "nasa-two-audio-tracks-320x180.mp4",
    "portrait-park-pan-audio-540x960.mp4",
    "rotated-270-568x320.mov",
    "rotated-90-568x320.mov",
    "talking-car-carphone-176x144.mp4",
    "talking-head-obama-512x388.mp4",
)


def noise(count: int, width: int = 64, height: int = 48) -> list[Pixels]:
    """Pictures that no encoder can make small: files of them have some length to cut."""
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, (height, width, 3), np.uint8) for _ in range(count)]


def write_clip(
    path: Path,
    pictures: Sequence[Pixels],
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    ticks: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 30),
    rotation: float = 0,
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Write a video with PyAV alone; `ticks` are the frames' times in units of `time_base`."""
    with av.open(str(path), "w", container_options=container_options) as container:
        stream = container.add_stream(codec, rate=30, time_base=time_base)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixel_format
        stream.options.update(options or ({"crf": "10"} if codec == "libx264" else {}))
        if rotation:
            stream.set_display_rotation(rotation)
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        add_pictures(container, stream, pictures, ticks)
    return path


def cut_off(path: Path, part: float = 0.5) -> Path:
    """Leave only the first part of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    return path


def write_clip_with_sound(path: Path, sound_codec: str, seconds: int = 2) -> Path:
    """Write a card with a 440 Hz tone."""
    with av.open(str(path), "w") as container:
        stream = picture_stream(container, rate=Fraction(30))
        tone = add_tone(container, codec=sound_codec)
        add_pictures(container, stream, [quadrant_card()] * 30 * seconds)
        play_tone(container, tone, seconds)
    return path


def write_sound(path: Path, seconds: int = 1) -> Path:
    """Write a file that has sound only."""
    with av.open(str(path), "w") as container:
        play_tone(container, add_tone(container), seconds)
    return path


def assert_alike(got: Pixels, expected: Pixels, levels: int = 3) -> None:
    """Compare the typical pixel of each quarter: encoders ring and blur at the edges."""
    assert got.shape == expected.shape
    difference = np.abs(got.astype(int) - expected)
    top, left = got.shape[0] // 2, got.shape[1] // 2
    for rows in (slice(top), slice(top, None)):
        for columns in (slice(left), slice(left, None)):
            assert np.median(difference[rows, columns], axis=(0, 1)).max() <= levels


def read_frames(path: Path) -> list[Frame]:
    with open_source(str(path)) as source:
        return list(source)


def frame_times(path: Path) -> list[float]:
    return [frame.pts_seconds for frame in read_frames(path)]


def write_frames(path: Path, frames: Iterable[Frame]) -> Path:
    """Pass frames through the video sink."""
    with open_sink(SinkOptions(path=path)) as sink:
        for frame in frames:
            sink.show(frame)
        sink.finish()
    return path


def sound_packets(path: Path) -> list[list[bytes]]:
    """Return each sound stream's packets."""
    with av.open(str(path)) as container:
        packets: dict[int, list[bytes]] = {s.index: [] for s in container.streams.audio}
        if packets:
            for packet in container.demux(container.streams.audio):
                packets[packet.stream.index] += [bytes(packet)] if packet.size else []
    return list(packets.values())


def sound_times(path: Path) -> list[float]:
    """Return when the sound of each stream begins and ends, in seconds, decoded."""
    times = []
    with av.open(str(path)) as container:
        count = len(container.streams.audio)
    for i in range(count):
        with av.open(str(path)) as container:
            # What begins before zero warms the decoder up; not every decoder drops it itself.
            frames = [f for f in container.decode(audio=i) if f.time is None or f.time > -0.001]
            last = frames[-1]
            times += [frames[0].time or 0.0, (last.time or 0.0) + last.samples / last.sample_rate]
    return times
