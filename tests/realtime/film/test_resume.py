"""Whatever stops the program costs at most a segment; the result is as if nothing had happened."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from realtime.errors import SinkError
from realtime.film import executors
from realtime.film.film import FilmSettings
from realtime.film.painting import paint_segments
from realtime.film.plan import frames_per_segment
from realtime.film.workfolder import WorkFolder
from realtime.network.card import DEFAULT_STYLE
from realtime.pipeline import Report
from realtime.settings import PaintSettings
from tests.clips import cut_off, frame_times, noise, read_frames, write_clip
from tests.commands import start_python
from tests.disk import mounted_disk
from tests.film import COPY, copied, paint
from tests.helpers import until
from tests.made import LONG, LONG_FRAMES

PAINTED = FilmSettings(
    paint=PaintSettings(style="mosaic", engine="torch", precision="fp32"), segment_frames=20
)


def packets(path: Path) -> list[tuple[int, int, bytes]]:
    """Everything that a player gets to see of the pictures."""
    with av.open(str(path)) as container:
        return [
            (packet.pts or 0, packet.dts or 0, bytes(packet))
            for packet in container.demux(container.streams.video[0])
            if packet.size
        ]


def segments(out: Path) -> list[Path]:
    found = out.parent.glob(f".{out.name}.pleinair/*/*.nut")
    return sorted(path for path in found if "partial" not in path.name)


def test_killed_in_the_middle_and_gone_on(clips_folder: Path, tmp_path: Path) -> None:
    clip = clips_folder / LONG
    killed, whole = tmp_path / "killed.mp4", tmp_path / "whole.mp4"
    process = start_python(
        "-m", "realtime", "video", clip, killed, "--style", "mosaic", "--engine", "torch",
        "--precision", "fp32", "--segment-frames", "20",
    )  # fmt: skip
    until(lambda: segments(killed), lambda found: len(found) >= 3, process)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert not killed.exists()
    kept = {path: path.stat().st_mtime_ns for path in segments(killed)}
    assert 3 <= len(kept) < 17
    said: list[str] = []
    (finished,) = paint(clip, out=killed, settings=PAINTED, said=said)
    assert finished.error is None
    assert said[-1].endswith(f" s, {20 * len(kept)} of {LONG_FRAMES} frames are painted already")
    assert finished.report is not None
    assert finished.report.frames == LONG_FRAMES - 20 * len(kept)
    paint(clip, out=whole, settings=PAINTED)
    assert packets(killed) == packets(whole)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["killed.mp4", "whole.mp4"]


def test_other_settings_are_not_mixed_in(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", noise(70))
    out = tmp_path / "out.mp4"
    quick = replace(PAINTED, paint=replace(PAINTED.paint, stroke="native"))
    begin_and_lose(clip, out, quick)
    other = replace(quick, paint=replace(quick.paint, style="scream"))
    said: list[str] = []
    paint(clip, out=out, settings=other, said=said)
    assert "another painting of it (style mosaic" in said[0]
    assert "going on" not in " ".join(said)
    paint(clip, out=tmp_path / "fresh.mp4", settings=other)
    assert packets(out) == packets(tmp_path / "fresh.mp4")
    assert not list(tmp_path.glob(".*"))


def test_a_short_film_loses_little_and_says_from_where_it_goes_on(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", noise(90))  # 30 frames per second
    out, settings = tmp_path / "out.mp4", replace(COPY, segment_frames=None)

    def stop_at_71(report: Report) -> None:
        if report.frames == 71:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            executors, "paint_segments",
            lambda film, run, engine, watch: paint_segments(film, run, engine, watch=stop_at_71),
        )  # fmt: skip
        (interrupted,) = paint(clip, out=out, settings=settings)
    assert interrupted.interrupted
    said: list[str] = []
    (finished,) = paint(clip, out=out, settings=settings, said=said)
    assert said == ["in.mp4: going on at 2.00 s, 60 of 90 frames are painted already"]
    assert finished.report is not None
    assert finished.report.frames == 30
    assert len(read_frames(out)) == 90


@pytest.mark.parametrize(
    ("frames", "length"), [(1, 30), (90, 30), (1000, 40), (3000, 120), (10_000, 240)]
)
def test_segments_are_short_in_short_films(frames: int, length: int) -> None:
    assert frames_per_segment(frames) == length


def begin_and_lose(clip: Path, out: Path, settings: FilmSettings) -> None:
    """Paint, and let the disk fill up when two segments are there."""
    publish = WorkFolder.publish

    def publish_two(folder: WorkFolder, number: int) -> None:
        if number >= 2:
            raise OSError(28, "No space left on device")
        publish(folder, number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WorkFolder, "publish", publish_two)
        (finished,) = paint(clip, out=out, settings=settings)
    assert isinstance(finished.error, SinkError)
    assert len(segments(out)) == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_disk(tmp_path / "disk", "1200k") as folder:
        yield folder


def test_a_full_disk_costs_a_segment(small_disk: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", noise(60))
    out, filler = small_disk / "out.mp4", small_disk / "filler"
    filler.write_bytes(bytes(1_120_000))
    (finished,) = paint(clip, out=out, settings=COPY)
    assert isinstance(finished.error, SinkError)
    assert "disk full" in str(finished.error)
    assert "the same command goes on from there" in str(finished.error)
    assert not out.exists()
    filler.unlink()
    (again,) = paint(clip, out=out, settings=COPY)
    assert again.result == out
    assert packets(out) == packets(copied(clip, tmp_path / "whole.mp4"))
    assert [p.name for p in small_disk.iterdir()] == ["out.mp4"]


def test_a_damaged_middle_keeps_the_times(tmp_path: Path) -> None:
    clip = write_clip(
        tmp_path / "in.ts", noise(90), codec="mpeg2video", options={"g": "10", "b": "4000000"}
    )
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2 // 188 * 188
    rng = np.random.default_rng(0)
    for packet in range(middle, middle + 30 * 188, 188):
        data[packet + 4 : packet + 188] = rng.bytes(184)
    clip.write_bytes(data)
    (finished,) = paint(clip, out=tmp_path / "out.mp4")
    assert finished.error is None
    readable = frame_times(clip)
    assert len(readable) > 60
    assert frame_times(tmp_path / "out.mp4") == pytest.approx(readable, abs=1e-4)


def test_a_clip_that_is_cut_off_keeps_what_was_painted(tmp_path: Path) -> None:
    cut = cut_off(write_clip(tmp_path / "cut.mkv", noise(90)))
    (finished,) = paint(cut, out=tmp_path / "out.mkv")
    assert "is cut off or damaged" in str(finished.error)
    assert finished.result == tmp_path / "out.partial.mkv"
    readable = int(str(finished.error).split(" frames could be read")[0].rsplit(" ", 3)[-3])
    assert 30 < readable < 60
    assert len(read_frames(finished.result)) == readable, "to the very last"
    assert not (tmp_path / "out.mkv").exists()


def test_where_no_segments_can_lie_the_others_are_painted(tmp_path: Path) -> None:
    clips = [write_clip(tmp_path / name, noise(3)) for name in ("a.mp4", "b.mp4")]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / f".a-{DEFAULT_STYLE}.mp4.pleinair").touch()
    finished = {f.clip.name: f for f in paint(*clips, out=tmp_path / "out")}
    assert isinstance(finished["a.mp4"].error, SinkError)
    assert finished["b.mp4"].error is None
