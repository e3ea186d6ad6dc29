"""Subtitles for MP4, which shows one line at a time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from tests.clips import noise
from tests.film import add_pictures, copied, picture_stream, write_line

Line = tuple[str, int, int]
"""Text, and from when to when in ms."""


def write_subtitles(path: Path, lines: list[Line]) -> Path:
    with av.open(str(path), "w") as container:
        stream = picture_stream(container)
        text = container.add_mux_stream("subrip")
        text.time_base = Fraction(1, 1000)
        add_pictures(container, stream, noise(75))
        for words, start, stop in lines:
            write_line(container, text, words.encode(), start, stop - start)
    return path


def shown(path: Path) -> list[Line]:
    """Return what is really shown: MP4 writes down the pauses too."""
    found = []
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.subtitles[0]):
            text = bytes(packet)[2:].decode() if packet.size else ""
            if text and packet.pts is not None:
                ms, lasts = 1000 * packet.time_base, packet.duration or 0
                found.append((text, round(packet.pts * ms), round((packet.pts + lasts) * ms)))
    return found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("a", 200, 900), ("b", 500, 1500), ("c", 1500, 1900)],
         [("a", 200, 500), ("b", 500, 1500), ("c", 1500, 1900)]),
        ([("a", 200, 900), ("b", 200, 1500), ("c", 1600, 1700)],
         [("a\nb", 200, 1500), ("c", 1600, 1700)]),
        ([("a", 200, 200), ("b", 1000, 1000)], [("a", 200, 1000), ("b", 1000, 6000)]),
        ([("a", 200, 900), ("<i></i>", 300, 400), ("b", 1000, 1200)],
         [("a", 200, 900), ("b", 1000, 1200)]),
    ],
    ids=["overlapping", "at once", "of no length", "empty"],
)  # fmt: skip
def test_lines_of_mp4_follow_each_other(
    tmp_path: Path, lines: list[Line], expected: list[Line]
) -> None:
    clip = write_subtitles(tmp_path / "in.mkv", lines)
    assert shown(copied(clip, tmp_path / "out.mp4")) == expected


def test_matroska_keeps_lines_that_overlap(tmp_path: Path) -> None:
    lines = [("a", 200, 900), ("b", 200, 1500), ("c", 500, 700)]
    copy = copied(write_subtitles(tmp_path / "in.mkv", lines), tmp_path / "out.mkv")
    with av.open(str(copy)) as container:
        packets = [p for p in container.demux(container.streams.subtitles[0]) if p.size]
    assert [(bytes(p).decode(), p.pts, (p.pts or 0) + (p.duration or 0)) for p in packets] == lines
