"""Clips of many kinds, copied by the film painter with an engine that paints nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from realtime.film.batch import Batch, Finished, paint_batch
from realtime.film.film import Film, FilmSettings
from realtime.frame import Pixels
from realtime.pipeline import Report
from realtime.settings import PaintSettings

COPY = FilmSettings(paint=PaintSettings(engine="identity", strength=0.0), segment_frames=20)


class Silent:
    """A listener that keeps what it heard."""

    def __init__(self) -> None:
        self.begun: list[Path] = []

    def begin(self, film: Film) -> None:
        self.begun.append(film.clip)

    def update(self, film: Film, report: Report) -> None:
        assert report.frames >= 0


def paint(
    *paths: Path, out: Path | None = None, settings: FilmSettings = COPY, jobs: int = 1,
    ray: str | None = None, said: list[str] | None = None,
) -> list[Finished]:  # fmt: skip
    """Paint films; the errors are in the results."""
    batch = Batch(paths=paths, out=out, settings=settings, jobs=jobs, ray=ray)
    return list(paint_batch(batch, Silent(), (said if said is not None else []).append))


def said_of(path: Path, out: Path) -> list[str]:
    """Paint a film and return what was said about it."""
    said: list[str] = []
    (finished,) = paint(path, out=out, said=said)
    assert finished.error is None
    return said


def copied(path: Path, out: Path, **changes: object) -> Path:
    """Copy a film through all that a painted one goes through; raises what went wrong."""
    (finished,) = paint(path, out=out, settings=replace(COPY, **changes))  # type: ignore[arg-type]
    if finished.error is not None:
        raise finished.error
    assert finished.result == out
    assert not list(out.parent.glob(".*.pleinair")), "the segments are gone when the film is done"
    return out


def colours(width: int = 64, height: int = 48) -> Pixels:
    """Flat fields of sixteen colours, of 16 px or more: chroma subsampling cannot blur them."""
    rng = np.random.default_rng(2)
    fields = rng.integers(20, 236, (4, 4, 3), np.uint8)
    rows = np.minimum(np.arange(height) * 4 // height, 3)
    columns = np.minimum(np.arange(width) * 4 // width, 3)
    return np.ascontiguousarray(fields[rows][:, columns])


def picture_stream(
    container: OutputContainer, width: int = 64, height: int = 48, *, rate: Fraction = Fraction(25),
    time_base: Fraction | None = None, codec: str = "libx264",
) -> VideoStream:  # fmt: skip
    """Add a video stream, of H.264 with B-frames unless another codec is named."""
    stream = container.add_stream(codec, rate=rate, time_base=time_base or 1 / rate)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    if codec == "libx264":
        stream.options.update({"crf": "4", "preset": "ultrafast", "bf": "2"})
    return stream


def add_pictures(
    container: OutputContainer, stream: VideoStream, pictures: Sequence[Pixels],
    ticks: Sequence[int] | None = None, *, layout: str = "rgb24",
) -> None:  # fmt: skip
    """Encode pictures at some ticks of the stream's clock: one after the other, if not told."""
    time_base = stream.codec_context.time_base  # the stream's own changes with the header
    for pixels, tick in zip(pictures, ticks or range(len(pictures)), strict=True):
        frame = av.VideoFrame.from_ndarray(pixels, format=layout)
        frame.pts, frame.time_base = tick, time_base
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def add_tone(
    container: OutputContainer, *, codec: str = "aac", layout: str = "mono", rate: int = 48_000
) -> AudioStream:
    stream = container.add_stream(codec, rate=rate)
    assert isinstance(stream, AudioStream)
    stream.layout = layout
    return stream


def play_tone(
    container: OutputContainer, stream: AudioStream, seconds: float, start_seconds: float = 0
) -> None:
    first = round(start_seconds * stream.rate)
    channels = len(stream.layout.channels)
    for i in range(round(seconds * stream.rate / 1024)):
        at = (np.arange(1024) + 1024 * i) / stream.rate
        tone = (9000 * np.sin(2 * np.pi * 440 * at)).astype(np.int16)
        samples = np.repeat(tone, channels)[None]
        frame = av.AudioFrame.from_ndarray(samples, "s16", stream.layout.name)
        frame.sample_rate, frame.time_base = stream.rate, Fraction(1, stream.rate)
        frame.pts = first + 1024 * i
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def write_line(
    container: OutputContainer, stream: Stream, text: bytes, at_ms: int, lasts_ms: int = 400
) -> None:
    """Write a line of subtitles."""
    line: Packet[Stream] = Packet(text)
    line.stream, line.time_base = stream, Fraction(1, 1000)
    line.pts = line.dts = at_ms
    line.duration = lasts_ms
    container.mux(line)


def subtitle_lines(path: Path) -> list[tuple[str, int]]:
    """Return the text of every subtitle and when it appears, in ms."""
    lines: list[tuple[str, int]] = []
    with av.open(str(path)) as container:
        if not container.streams.subtitles:
            return lines
        for packet in container.demux(container.streams.subtitles):
            data = bytes(packet) if packet.size else b""
            if packet.stream.codec_context.codec.canonical_name == "mov_text":
                data = data[2:]
            if data and packet.pts is not None:
                lines.append((data.decode(), round(1000 * packet.pts * packet.time_base)))
    return lines
