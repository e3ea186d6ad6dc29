"""Codecs, GIFs, pictures; names of outputs; times on the command line."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from realtime.errors import BadInputError, UnknownNameError
from realtime.film.batch import clips_and_output
from realtime.film.film import FilmSettings
from realtime.film.plan import make_plan
from realtime.network.card import DEFAULT_STYLE
from realtime.settings import PaintSettings
from realtime.sinks.encoding import recipe_for
from realtime.video_cli import parse_time
from tests.clips import frame_times, noise, read_frames, write_clip
from tests.film import colours, copied, paint
from tests.helpers import read_back


@pytest.mark.parametrize(
    ("codec", "suffix", "name"),
    [
        ("h264", ".mp4", "h264"),
        ("h265", ".mp4", "hevc"),
        ("av1", ".webm", "av1"),
        ("vp9", ".webm", "vp9"),
        ("lossless", ".mkv", "ffv1"),
    ],
)
def test_codecs(tmp_path: Path, codec: str, suffix: str, name: str) -> None:
    clip = write_clip(tmp_path / "in.mp4", [colours(96, 80)] * 25)
    copy = copied(clip, tmp_path / f"out{suffix}", codec=codec)
    with av.open(str(copy)) as container:
        assert container.streams.video[0].codec_context.codec.canonical_name == name
    assert frame_times(copy) == pytest.approx([i / 30 for i in range(25)], abs=6e-4)
    if codec == "lossless":
        for one, other in zip(read_frames(clip), read_frames(copy), strict=True):
            np.testing.assert_array_equal(one.pixels, other.pixels)


def test_quality_is_a_dial(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", noise(10))
    good, poor = (
        copied(clip, tmp_path / f"{crf}.mp4", quality=crf).stat().st_size for crf in (10, 40)
    )
    assert good > 2 * poor


@pytest.mark.parametrize(
    ("suffix", "codec", "quality", "message"),
    [
        (".webm", "h264", None, "does not hold h264: it takes vp9, av1"),
        (".mp4", None, 99, "--crf must be 0"),
        (".mkv", "lossless", 3, "no quality to set"),
        (".mp4", "h264_nvenc", None, "does not work here"),
    ],
)
def test_what_cannot_be_encoded(
    suffix: str, codec: str | None, quality: int | None, message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        recipe_for(Path(f"out{suffix}")).asked(codec, quality)


def test_unknown_codec() -> None:
    with pytest.raises(UnknownNameError, match="did you mean h264"):
        recipe_for(Path("out.mp4")).asked("x264", None)


def test_a_gif_keeps_times_and_colours_and_can_be_painted_again(tmp_path: Path) -> None:
    clip = write_clip(
        tmp_path / "in.mp4", [colours(), colours()[::-1].copy()] * 4,
        ticks=[0, 3, 6, 12, 15, 18, 30, 33],
    )  # fmt: skip
    gif = copied(clip, tmp_path / "out.gif")
    assert frame_times(gif) == pytest.approx(frame_times(clip), abs=0.0051)
    for frame, original in zip(read_frames(gif), read_frames(clip), strict=True):
        assert np.abs(frame.pixels.astype(int) - original.pixels).mean() < 3
    assert len(read_frames(copied(gif, tmp_path / "again.mp4"))) == 8


def test_an_apng_is_a_film_wherever_it_lies(tmp_path: Path) -> None:
    pictures = [Image.fromarray(np.roll(colours(), 8 * i, axis=1)) for i in range(3)]
    clips = tmp_path / "clips"
    clips.mkdir()
    pictures[0].save(
        clips / "moving.png", save_all=True, append_images=pictures[1:], duration=[100, 300, 100]
    )
    pictures[0].save(clips / "still.png")
    pictures[0].save(clips / "other.webp", save_all=True, append_images=pictures[1:])
    moving, painted = sorted(paint(clips, out=tmp_path / "out"), key=lambda film: not film.error)
    assert painted.result is not None
    assert painted.result.name == f"moving-{DEFAULT_STYLE}.mp4"
    frames = read_frames(painted.result)
    assert [frame.pts_seconds for frame in frames] == pytest.approx([0, 0.1, 0.4], abs=0.01)
    assert np.median(np.abs(frames[2].pixels.astype(int) - np.asarray(pictures[2]))) <= 3
    assert "is a WebP picture that moves: FFmpeg cannot read" in str(moving.error)
    (still,) = paint(clips / "still.png")
    assert "is a picture, expected a video: paint it with pleinair image" in str(still.error)


def test_one_picture_per_frame(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", [colours()] * 23)
    (finished,) = paint(clip, out=tmp_path / "frame-%03d.png")
    assert finished.error is None
    pictures = sorted(tmp_path.glob("frame-*.png"))
    assert [p.name for p in pictures] == [f"frame-{i:03}.png" for i in range(1, 24)]
    np.testing.assert_array_equal(read_back(pictures[0]), read_frames(clip)[0].pixels)
    (refused,) = paint(clip, out=tmp_path / "frame.png")
    assert "needs a place for the number" in str(refused.error)


def test_a_plan_covers_every_frame_once(tmp_path: Path) -> None:
    ticks = [0, 1, 2, 3, 10, 11, 30, 31, 32, 33, 34, 60]
    clip = write_clip(tmp_path / "in.mp4", noise(12), ticks=ticks)
    plan = make_plan(clip, segment_frames=5, start_seconds=None, stop_seconds=None)
    assert [s.frames for s in plan.segments] == [5, 5, 2]
    assert [s.first_index for s in plan.segments] == [0, 5, 10]
    for before, after in zip(plan.segments, plan.segments[1:], strict=False):
        assert before.stop_seconds == after.start_seconds
    part = make_plan(clip, segment_frames=5, start_seconds=0.1, stop_seconds=1.1)
    assert part.frames == 6
    assert part.last_seconds == pytest.approx(1 / 30)
    with pytest.raises(BadInputError, match=r"has no frame from 2\.5 s"):
        make_plan(clip, segment_frames=5, start_seconds=2.5, stop_seconds=None)


def test_a_raw_stream_has_no_times_and_is_painted_all_the_same(tmp_path: Path) -> None:
    raw = write_clip(tmp_path / "in.h264", [colours()] * 30)
    assert make_plan(raw, segment_frames=5, start_seconds=None, stop_seconds=None).times == ()
    assert len(read_frames(copied(raw, tmp_path / "out.mp4"))) == 30


def test_clips_and_where_they_go(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.MOV", "notes.txt", "x.gif"):
        (tmp_path / name).touch()
    (tmp_path / "out").mkdir()
    a, b, x = tmp_path / "a.mp4", tmp_path / "b.MOV", tmp_path / "x.gif"
    assert clips_and_output([a], None) == ([a], None)
    assert clips_and_output([a, b], None) == ([a], b)
    assert clips_and_output([a, b, x], None) == ([a, b, x], None)
    assert clips_and_output([a, b, tmp_path / "out"], None) == ([a, b], tmp_path / "out")
    assert clips_and_output([tmp_path], None) == ([a, b, x], None)
    assert clips_and_output([tmp_path / "*.mp4"], a) == ([a], a)
    with pytest.raises(BadInputError, match="no video in the folder"):
        clips_and_output([tmp_path / "out"], None)
    with pytest.raises(BadInputError, match="there is nothing at"):
        clips_and_output([tmp_path / "*.avi"], None)


def test_two_clips_never_share_an_output(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_clip(tmp_path / folder / "a.mp4", noise(3))
    clips = [tmp_path / "one" / "a.mp4", tmp_path / "two" / "a.mp4"]
    first, second = paint(*clips, out=tmp_path / "out")
    assert first.result == tmp_path / "out" / f"a-{DEFAULT_STYLE}.mp4"
    assert second.result == tmp_path / "out" / f"a-{DEFAULT_STYLE}-2.mp4"
    with pytest.raises(BadInputError, match="2 clips cannot all become"):
        paint(*clips, out=tmp_path / "out.mp4")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("1:30", 90), ("1:02:03.5", 3723.5), ("0", 0), (None, None)]
)
def test_times(text: str | None, seconds: float | None) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", ["soon", "-3", "1:xx", "", "inf"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(BadInputError, match="not understood"):
        parse_time(text)


@pytest.mark.parametrize(
    "numbers", [{"start_seconds": 3.0, "stop_seconds": 2.0}, {"every": 0}, {"segment_frames": 0}]
)
def test_settings_that_make_no_sense(numbers: dict[str, float]) -> None:
    with pytest.raises(BadInputError):
        FilmSettings(paint=PaintSettings(), **numbers)  # type: ignore[arg-type]
