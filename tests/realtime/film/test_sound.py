"""Sound that a new file cannot hold as it is; clips whose shape is unusual."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from realtime.film.subtitles import plain_text
from realtime.sources.video_source import open_source
from tests.clips import (
    frame_times,
    read_frames,
    sound_packets,
    sound_times,
    write_clip,
    write_clip_with_sound,
)
from tests.film import COPY, copied, paint
from tests.helpers import quadrant_card
from tests.made import LONG
from tests.realtime.film.test_copies import assert_kept


@pytest.mark.parametrize(
    ("sound_codec", "original", "copy", "expected"),
    [
        ("libopus", "in.webm.mkv", "out.webm", "opus"),
        ("aac", "in.mp4", "out.webm", "opus"),
        ("adpcm_ms", "in.avi", "out.mp4", "aac"),
        ("pcm_s16le", "in.mkv", "out.webm", "opus"),
        ("aac", "in.ts", "out.mp4", "aac"),
    ],
)
def test_sound_is_copied_or_encoded_again(
    tmp_path: Path, sound_codec: str, original: str, copy: str, expected: str
) -> None:
    source = write_clip_with_sound(tmp_path / original, sound_codec)
    target = copied(source, tmp_path / copy)
    with av.open(str(target)) as container:
        assert [s.codec_context.codec.canonical_name for s in container.streams.audio] == [expected]
    start, end = sound_times(target)
    with av.open(str(source)) as container:
        begins = max(0, container.start_time) / av.time_base
    expected_start, expected_end = (seconds - begins for seconds in sound_times(source))
    assert start == pytest.approx(expected_start, abs=0.03)
    assert end - start == pytest.approx(expected_end - expected_start, abs=0.06)
    assert frame_times(target) == pytest.approx(frame_times(source), abs=0.0006)


def test_nothing_is_out_of_step_in_matroska(clips_folder: Path, tmp_path: Path) -> None:
    original = clips_folder / LONG
    assert_kept(original, copied(original, tmp_path / "copy.mkv"), tick=0.0006)


def test_a_part_takes_its_sound_along_and_begins_at_zero(tmp_path: Path) -> None:
    original = write_clip_with_sound(tmp_path / "in.mp4", "aac", seconds=3)
    copy = copied(original, tmp_path / "out.mp4", start_seconds=1.0, stop_seconds=2.0)
    assert frame_times(copy) == pytest.approx([i / 30 for i in range(30)], abs=1e-4)
    assert sound_times(copy) == pytest.approx([0.0, 1.0], abs=0.03)
    (whole,), (part,) = sound_packets(original), sound_packets(copy)
    first = whole.index(part[0])
    assert whole[first : first + len(part)] == part


def test_every_third_frame_is_a_preview_with_all_the_sound(tmp_path: Path) -> None:
    original = write_clip_with_sound(tmp_path / "in.mp4", "aac")
    copy = copied(original, tmp_path / "out.mp4", every=3)
    assert frame_times(copy) == pytest.approx([i / 10 for i in range(20)], abs=1e-4)
    assert sound_packets(copy) == sound_packets(original)


def test_side_by_side_is_twice_as_wide(tmp_path: Path) -> None:
    original = write_clip(tmp_path / "in.mp4", [quadrant_card()] * 3)
    frames = read_frames(copied(original, tmp_path / "out.mp4", side_by_side=True))
    assert frames[0].pixels.shape == (48, 128, 3)


def test_sideways_pixel_aspect(tmp_path: Path) -> None:
    original = write_clip(
        tmp_path / "original.mp4", [quadrant_card()], rotation=90, aspect=Fraction(4, 3)
    )
    with open_source(str(copied(original, tmp_path / "copy.mp4"))) as source:
        assert source.pixel_aspect == Fraction(3, 4)


def test_an_original_is_not_mistaken_for_a_painting(tmp_path: Path) -> None:
    clips = [write_clip(tmp_path / name, [quadrant_card()] * 3) for name in ("a.mp4", "b.mp4")]
    before = clips[1].read_bytes()
    (finished,) = paint(*clips)  # as `pleinair video *.mp4` would call it, had it two to find
    assert f"{clips[1]} exists and pleinair did not write it" in str(finished.error)
    assert clips[1].read_bytes() == before
    for suffix in (".mp4", ".mkv", ".webm", ".gif"):
        out = copied(clips[0], tmp_path / f"out{suffix}")
        (again,) = paint(clips[0], out=out, settings=COPY)
        assert again.error is None, "every kind of film holds a sign of ours"


@pytest.mark.parametrize(
    ("codec", "data", "text"),
    [
        ("subrip", b"<i>Bonjour</i>\nmonde", "Bonjour\nmonde"),
        ("mov_text", b"\x00\x07Bonjour\x00\x00\x00\x0cstyl", "Bonjour"),
        ("ass", rb"0,0,Default,,0,0,0,,{\i1}Bonjour{\i0},\Nmonde", "Bonjour,\nmonde"),
        ("webvtt", b"Bonjour", "Bonjour"),
        ("mov_text", b"\x00\x00", ""),
    ],
)
def test_text_of_subtitles(codec: str, data: bytes, text: str) -> None:
    assert plain_text(data, codec) == text
