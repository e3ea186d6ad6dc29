"""A film keeps everything but its pictures: clips of many kinds, made here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from realtime.errors import BadInputError
from realtime.film.plan import make_plan
from realtime.frame import Pixels
from realtime.sources.video_source import open_source
from tests.clips import noise, read_frames, sound_packets, sound_times, write_clip
from tests.film import (
    add_pictures,
    add_tone,
    colours,
    copied,
    paint,
    picture_stream,
    play_tone,
    said_of,
    subtitle_lines,
    write_line,
)

Writer = Callable[[Path], Path]
NTSC = Fraction(30_000, 1001)


@dataclass(frozen=True)
class Kind:
    """A kind of clip, and what sets it apart from the others."""

    name: str
    rate: Fraction = Fraction(30)
    ticks: tuple[int, ...] = tuple(range(50))
    """In units of 1 / rate."""
    size: tuple[int, int] = (64, 48)
    rotation: int = 0
    aspect: Fraction | None = None
    pixel_format: str = "yuv420p"
    full_range: bool = False
    matrix: int = 0
    sounds: tuple[str, ...] = ()
    """Layouts of the sound tracks."""
    sound_seconds: float = 1.6
    subtitles: tuple[tuple[bytes, int], ...] = ()
    suffix: str = ".mp4"

    def write(self, folder: Path) -> Path:
        """Write it with PyAV alone."""
        path = folder / f"in{self.suffix}"
        with av.open(str(path), "w") as container:
            stream = picture_stream(container, *self.size, rate=self.rate)
            stream.pix_fmt = self.pixel_format
            if self.pixel_format != "yuv420p":
                del stream.options["preset"]
            if self.aspect:
                stream.codec_context.sample_aspect_ratio = self.aspect
            if self.rotation:
                stream.set_display_rotation(self.rotation)
            if self.full_range:
                stream.codec_context.color_range = 2
            if self.matrix:
                stream.codec_context.colorspace = self.matrix
            tracks = [add_tone(container, layout=layout) for layout in self.sounds]
            text = container.add_mux_stream("subrip") if self.subtitles else None
            if text is not None:
                text.time_base = Fraction(1, 1000)
            pictures = [colours(*self.size)] * len(self.ticks)
            add_pictures(container, stream, pictures, self.ticks)
            for track in tracks:
                play_tone(container, track, self.sound_seconds)
            for line, at_ms in self.subtitles:
                assert text is not None
                write_line(container, text, line, at_ms)
        return path


KINDS = [
    Kind("plain", sounds=("mono",)),
    Kind("variable rate", ticks=(0, 1, 2, 3, 7, 8, 20, 21, 22, 40, 44, 45, 46, 47, 48, 49, 60, 61,
                                 62, 63, 64, 70, 71, 99, 100, 101, 102), sounds=("stereo",)),
    Kind("29.97 fps", rate=NTSC, sounds=("stereo",)),
    Kind("50 fps", rate=Fraction(50)),
    Kind("rotated by 90", rotation=90, size=(96, 48)),
    Kind("rotated by 180", rotation=180, size=(96, 48)),
    Kind("rotated by 270", rotation=270, size=(96, 48)),
    Kind("wide pixels", aspect=Fraction(64, 51)),
    Kind("odd size", size=(321, 243), pixel_format="yuv444p"),
    Kind("10 bits", pixel_format="yuv420p10le"),
    Kind("full range", full_range=True),
    Kind("HD colours in a small picture", matrix=1),
    Kind("5.1 sound", sounds=("5.1",)),
    Kind("two sound tracks", sounds=("mono", "stereo")),
    Kind("subtitles", sounds=("mono",), suffix=".mkv",
         subtitles=((b"Bonjour", 100), (b"le soleil", 900))),
    Kind("a late start", ticks=tuple(range(45, 80))),
    Kind("one frame", ticks=(0,)),
    Kind("sound longer than the video", ticks=tuple(range(12)), sounds=("mono",), sound_seconds=3),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_clip_is_kept(kind: Kind, tmp_path: Path) -> None:
    original = kind.write(tmp_path)
    copy = copied(original, tmp_path / f"out{kind.suffix}", quality=0)
    assert_kept(original, copy, tick=1e-4 if kind.suffix == ".mp4" else 6e-4)
    before, after = read_frames(original), read_frames(copy)
    assert len(after) == len(kind.ticks)
    # Between two fields, chroma is shared by both. In full range 8 bits of YUV have coarser steps
    # than 8 bits of RGB.
    levels = 2 if kind.full_range else 1
    for one, other in zip(before, after, strict=True):
        assert np.abs(middles(one.pixels) - middles(other.pixels)).max() <= levels


def middles(card: Pixels) -> npt.NDArray[np.int64]:
    """The middle of each field of `colours`."""
    height, width = card.shape[:2]
    rows, columns = (np.arange(4) * side // 4 + side // 8 for side in (height, width))
    fields: npt.NDArray[np.int64] = card[rows][:, columns].astype(np.int64)
    return fields


def assert_kept(original: Path, copy: Path, tick: float = 1e-4) -> None:
    """The same frames at the same times in the same colours, the same sound, the same shape."""
    before, after = read_frames(original), read_frames(copy)
    times = [frame.pts_seconds for frame in before]
    assert [frame.pts_seconds for frame in after] == pytest.approx(times, abs=tick)
    assert after[0].pixels.shape == before[0].pixels.shape
    difference = np.abs(after[0].pixels.astype(int) - before[0].pixels)
    assert difference.mean() < 4  # the price of encoding it again
    assert sound_packets(copy) == sound_packets(original)
    assert sound_times(copy) == pytest.approx(sound_times(original), abs=0.0011)
    with open_source(str(original)) as first, open_source(str(copy)) as second:
        assert second.duration_seconds == pytest.approx(first.duration_seconds, abs=0.05)
        assert second.pixel_aspect == first.pixel_aspect
    assert subtitle_lines(copy) == subtitle_lines(original)
    assert tags(copy) == tags(original)


def tags(path: Path) -> tuple[int, int]:
    """Range and matrix, as players understand them when nothing is said."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    matrix = frame.colorspace if frame.colorspace != 2 else 6 if frame.height < 720 else 1
    return (2 if frame.color_range == 2 else 1), matrix


def test_uneven_times_and_b_frames_do_not_change_the_length(tmp_path: Path) -> None:
    """MP4 counts its length in decoding times."""
    kind = Kind("uneven", ticks=(*range(30), 60, 120, 150))
    original = kind.write(tmp_path)
    plan = make_plan(original, segment_frames=99, start_seconds=None, stop_seconds=None)
    assert plan.last_seconds is not None
    length = plan.times[-1] + plan.last_seconds
    with av.open(str(copied(original, tmp_path / "out.mp4"))) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.has_b_frames
        assert stream.duration is not None
        assert stream.time_base is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(length, abs=1e-3)


def test_a_clip_without_frames_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.mp4"
    with av.open(str(path), "w") as container:
        picture_stream(container, rate=Fraction(30))
        play_tone(container, add_tone(container), 1)
    (finished,) = paint(path, out=tmp_path / "out.mp4")
    assert isinstance(finished.error, BadInputError)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["none.mp4"]


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "mov_text"), (".webm", "webvtt")])
def test_text_subtitles_take_the_form_of_the_new_file(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    kind = next(kind for kind in KINDS if kind.name == "subtitles")
    copy = copied(kind.write(tmp_path), tmp_path / f"out{suffix}")
    with av.open(str(copy)) as container:
        (stream,) = container.streams.subtitles
        assert stream.codec_context.codec.canonical_name == codec
    assert subtitle_lines(copy) == [("Bonjour", 100), ("le soleil", 900)]


def test_chapters_title_and_language_are_kept(tmp_path: Path) -> None:
    original = tmp_path / "in.mkv"
    with av.open(str(original), "w") as container:
        container.metadata["title"] = "Étretat"
        stream = picture_stream(container, rate=Fraction(30))
        sound = add_tone(container)
        sound.metadata["language"] = "fre"
        base = Fraction(1, 1000)
        container.set_chapters(
            [
                {"id": 1, "start": 0, "end": 800, "time_base": base, "metadata": {"title": "a"}},
                {"id": 2, "start": 800, "end": 1600, "time_base": base, "metadata": {"title": "b"}},
            ]
        )
        add_pictures(container, stream, [colours()] * 48)
        play_tone(container, sound, 1.6)
    for suffix in (".mkv", ".mp4"):
        copy = copied(original, tmp_path / f"out{suffix}")
        with av.open(str(copy)) as container:
            assert container.metadata["title"] == "Étretat"
            notes = {key.lower(): value for key, value in container.metadata.items()}
            assert "painted by pleinair" in notes["comment"]
            assert container.streams.audio[0].metadata["language"] == "fre"
            found = [
                (c["metadata"]["title"], float(c["start"] * c["time_base"]))
                for c in container.chapters()
                if c["time_base"] is not None
            ]
        assert found == [("a", 0.0), ("b", 0.8)]


def test_hdr_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "hdr.mp4"
    with av.open(str(path), "w") as container:
        stream = picture_stream(container, rate=Fraction(30))
        stream.codec_context.color_trc = 16
        add_pictures(container, stream, [colours()], [0])
    (finished,) = paint(path, out=tmp_path / "out.mp4")
    assert "HDR" in str(finished.error)
    assert "tonemap" in str(finished.error)


def test_an_encrypted_film_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "secret.mp4"
    secret = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
        "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
    }
    with av.open(str(path), "w", options=secret) as container:
        stream = picture_stream(container, rate=Fraction(30))
        add_pictures(container, stream, noise(30))
    (finished,) = paint(path, out=tmp_path / "out.mp4")
    assert "is encrypted" in str(finished.error)


def test_a_picture_too_large_for_a_video_is_refused(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "wide.mkv", [colours(20_000, 16)], codec="ffv1", pixel_format="bgr0"
    )
    (finished,) = paint(path, out=tmp_path / "out.mp4")
    assert "would be 20000x16 pixels" in str(finished.error)
    assert not list(tmp_path.glob(".*"))


def test_what_is_special_is_said(tmp_path: Path) -> None:
    kind = next(kind for kind in KINDS if kind.name == "10 bits")
    said = said_of(kind.write(tmp_path), tmp_path / "out.mp4")
    assert said == ["in.mp4: Its 10 bits per colour are painted as 8."]


def test_a_clip_that_changes_its_size_keeps_the_first(tmp_path: Path) -> None:
    small = write_clip(tmp_path / "a.ts", [colours()] * 30, codec="mpeg2video")
    large = write_clip(tmp_path / "b.ts", [colours(96, 80)] * 30, codec="mpeg2video")
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    frames = read_frames(copied(both, tmp_path / "out.mp4"))
    assert len(frames) > 50
    assert {frame.pixels.shape for frame in frames} == {(48, 64, 3)}
