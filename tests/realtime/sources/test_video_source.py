from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from realtime.errors import BadInputError, SourceError
from realtime.frame import Frame
from realtime.sources.video_source import open_source
from tests.clips import (
    assert_alike,
    cut_off,
    frame_times,
    noise,
    read_frames,
    write_clip,
    write_sound,
)
from tests.helpers import quadrant_card, write_picture
from tests.made import SHORT, SHORT_FRAMES

CARD = quadrant_card()


def test_a_clip_gives_what_its_header_says(clips_folder: Path) -> None:
    path = clips_folder / SHORT[0]
    source = open_source(str(path))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = [frame.time for frame in container.decode(stream)]
    frames = list(source)
    assert [frame.pts_seconds for frame in frames] == times
    assert [frame.index for frame in frames] == list(range(SHORT_FRAMES))
    assert source.frame_count == SHORT_FRAMES
    assert source.rate_fps == pytest.approx(45_000 / 1499)
    assert source.duration_seconds == pytest.approx(SHORT_FRAMES * 1499 / 45_000, abs=0.03)
    assert not source.live
    source.close()
    assert source.frame_count == SHORT_FRAMES  # still there
    assert source.path.name == SHORT[0]


# PyAV's angle is counterclockwise, and so is numpy's.
@pytest.mark.parametrize("degrees", [0, 90, 180, -90])
def test_rotation(tmp_path: Path, degrees: int) -> None:
    path = write_clip(tmp_path / "turned.mp4", [CARD], rotation=degrees)
    assert_alike(read_frames(path)[0].pixels, np.rot90(CARD, degrees // 90))


def test_pixel_aspect(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "wide.mp4", [CARD], aspect=Fraction(64, 51))
    with open_source(str(path)) as source:
        assert source.pixel_aspect == Fraction(64, 51)


@pytest.mark.parametrize(
    ("matrix", "height"), [("bt709", 48), ("smpte170m", 48), ("", 48), ("bt709", 720), ("", 720)]
)
@pytest.mark.parametrize("color_range", [1, 2])
def test_colours_follow_the_tags_or_the_height(
    tmp_path: Path, matrix: str, height: int, color_range: int
) -> None:
    guessed = "bt709" if height >= 720 else "smpte170m"
    matrices = {"bt709": 1, "smpte170m": 5}
    card = quadrant_card(64, height)
    path = tmp_path / "card.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, height, "yuv444p"
        stream.codec_context.colorspace = {"bt709": 1, "smpte170m": 6, "": 2}[matrix]
        stream.codec_context.color_range = color_range
        frame = av.VideoFrame.from_ndarray(card).reformat(
            format="yuv444p",
            dst_colorspace=matrices[matrix or guessed],
            dst_color_range=color_range,
        )
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert_alike(read_frames(path)[0].pixels, card, levels=2)


def test_a_film_begins_at_zero_and_its_times_may_vary(tmp_path: Path) -> None:
    ticks = [90, 91, 95, 100, 130, 131]
    path = write_clip(tmp_path / "vfr.mp4", [CARD] * 6, ticks=ticks)
    assert frame_times(path) == pytest.approx([(tick - 90) / 30 for tick in ticks])


def test_frames_without_times_get_some(tmp_path: Path) -> None:
    times = frame_times(write_clip(tmp_path / "bare.h264", [CARD] * 5, options={"bf": "0"}))
    assert len(times) == 5
    assert min(np.diff(times)) > 0


@pytest.mark.parametrize("suffix", [".mkv", ".avi", ".ts", ".webm"])
def test_other_containers(tmp_path: Path, suffix: str) -> None:
    codec = "libvpx-vp9" if suffix == ".webm" else "libx264"
    frames = read_frames(write_clip(tmp_path / f"clip{suffix}", [CARD] * 12, codec=codec))
    assert len(frames) == 12
    assert_alike(frames[5].pixels, CARD, levels=6)


def test_gif(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "card.gif", [CARD] * 4, codec="gif", pixel_format="rgb8",
        time_base=Fraction(1, 100), ticks=[0, 10, 20, 50],
    )  # fmt: skip
    assert frame_times(path) == pytest.approx([0, 0.1, 0.2, 0.5])
    assert_alike(read_frames(path)[0].pixels, CARD, levels=50)  # 8 bits for all three colours


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    path, sound_only = tmp_path / "song.mp4", write_sound(tmp_path / "plain.mp4")
    with av.open(str(sound_only)) as plain, av.open(str(path), "w") as song:
        sound = song.add_stream_from_template(plain.streams.audio[0])
        art = song.add_stream("mjpeg", rate=1)
        art.width, art.height, art.pix_fmt = 64, 48, "yuvj420p"
        art.disposition = av.stream.Disposition.attached_pic
        song.mux(art.encode(av.VideoFrame.from_ndarray(CARD).reformat(format="yuvj420p")))
        for packet in plain.demux(plain.streams.audio[0]):
            if packet.size:
                packet.stream = sound
                song.mux(packet)
    with pytest.raises(BadInputError, match="has no video"):
        open_source(str(path))


def test_size_changes_are_scaled_to_the_first(tmp_path: Path) -> None:
    small = write_clip(tmp_path / "a.h264", [CARD] * 3)
    large = write_clip(tmp_path / "b.h264", [quadrant_card(128, 96)] * 3)
    both = tmp_path / "both.h264"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    frames = read_frames(both)
    assert len(frames) == 6
    assert_alike(frames[-1].pixels, CARD, levels=6)


def test_name_with_a_colon_and_accents(tmp_path: Path) -> None:
    assert len(read_frames(write_clip(tmp_path / "été.mp4", [CARD] * 2))) == 2
    named = (tmp_path / "été.mp4").rename(tmp_path / "a:b%03d.mp4")
    assert len(read_frames(named)) == 2


def test_no_video_at_a_path(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"there is no video nowhere\.mp4"):
        open_source("nowhere.mp4")
    with pytest.raises(BadInputError, match="is a folder"):
        open_source(str(tmp_path))
    (tmp_path / "notes.txt").write_text("Dear diary\n" * 50)  # which FFmpeg would draw
    with pytest.raises(BadInputError, match="is a text file"):
        open_source(str(tmp_path / "notes.txt"))
    with pytest.raises(BadInputError, match="has no video"):
        open_source(str(write_sound(tmp_path / "song.m4a")))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"Dear diary, this is no video.\n" * 50, "is not a video"),
        (b"\0\0\0\x20ftypisom" + bytes(500), "is damaged or incomplete"),
    ],
)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_no_video_inside(tmp_path: Path, content: bytes, message: str, suffix: str) -> None:
    path = tmp_path / f"clip{suffix}"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=message):
        open_source(str(path))


def test_too_small(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "tiny.mkv", [CARD[:8, :8]], codec="ffv1")
    with pytest.raises(BadInputError, match="is 8x8 pixels, expected at least 16x16"):
        open_source(str(path))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_cut_off_file_gives_what_it_has_and_says_so(tmp_path: Path, suffix: str) -> None:
    options = {"movflags": "faststart"} if suffix == ".mp4" else None
    path = cut_off(write_clip(tmp_path / f"clip{suffix}", noise(60), container_options=options))
    frames: list[Frame] = []
    cut = pytest.raises(SourceError, match="cut off or damaged")
    with open_source(str(path)) as source, cut as caught:
        frames.extend(source)
    said = f"{len(frames)} of 60 frames could be read; what was painted of them is kept"
    assert said in str(caught.value)
    assert 20 < len(frames) < 40


def test_index_missing_at_the_end(tmp_path: Path) -> None:
    path = cut_off(write_clip(tmp_path / "recording.mp4", noise(60)), 0.9)
    with pytest.raises(BadInputError, match="is damaged or incomplete"):
        open_source(str(path))


def test_still_picture_is_one_frame(tmp_path: Path) -> None:
    path = write_picture(tmp_path / "card.png")
    assert_alike(read_frames(path)[0].pixels, CARD, levels=1)
