"""A recording's sound track: its own times count, holes are silent, clocks that drift are held."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from realtime.sinks.sound_track import MOST_STRETCH, RATE, SoundTrack, stretched
from realtime.sound import Sound
from tests.sounds import LEVEL, heard_in, tone


def written(path: Path, sounds: list[Sound], until: float, begins: float = 0.0) -> Path:
    with av.open(str(path), "w") as container:
        codec = "libopus" if path.suffix == ".webm" else "aac"
        track = SoundTrack(container, codec, begins)
        for sound in sounds:
            track.hear(sound)
            track.advance(sound.begins)
        track.end(until)
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.webm"])
def test_a_hole_is_silence_and_the_track_ends_with_the_pictures(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, [tone(0.0, 1.0), tone(2.0, 1.0)], until=4.0)
    samples, rate, begins = heard_in(path)
    assert begins + len(samples) / rate == pytest.approx(4.0, abs=0.05)
    loud = [np.abs(samples[round((t - begins) * rate) :][:2000]).max() > LEVEL
            for t in (0.5, 1.5, 2.5, 3.5)]  # fmt: skip
    assert loud == [True, False, True, False]


def test_what_was_there_before_is_left_out_and_what_is_late_is_cut(tmp_path: Path) -> None:
    sounds = [tone(-0.5, 1.0), tone(0.0, 1.0), tone(1.0, 5.0)]
    samples, rate, begins = heard_in(written(tmp_path / "a.mp4", sounds, until=2.0))
    assert begins + len(samples) / rate == pytest.approx(2.0, abs=0.05)
    assert begins == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (16_000, 2), (48_000, 4)])
def test_any_microphone_is_heard_at_its_own_pitch(tmp_path: Path, rate: int, channels: int) -> None:
    sounds = [tone(i / 10, 0.1, rate, channels) for i in range(30)]
    samples, out_rate, _ = heard_in(written(tmp_path / "a.mp4", sounds, until=3.0))
    middle = samples[out_rate : 2 * out_rate]
    rises = np.count_nonzero((middle[:-1] < 0) & (middle[1:] >= 0))
    assert rises == pytest.approx(440, abs=3)


def test_a_clock_that_drifts_is_followed_without_a_break() -> None:
    """A microphone that is 500 millionths too fast: ten minutes are 0.3 s."""
    with av.open("/dev/null", "w", format="null") as container:
        track = SoundTrack(container, "pcm_s16le", 0.0)
        block = tone(0.0, 0.02).samples
        real = 0.02 * (1 - 500e-6)
        worst = 0.0
        for i in range(30_000):
            track.hear(Sound(block, RATE, i * real))
            track.advance(i * real)
            worst = max(worst, abs(track.ends - (i + 1) * real))
        assert worst < 0.03
        track.end(600.0)


def test_a_hundredth_of_jitter_is_no_hole() -> None:
    rng = np.random.default_rng(1)
    with av.open("/dev/null", "w", format="null") as container:
        track = SoundTrack(container, "pcm_s16le", 0.0)
        for i in range(500):
            begins = i * 0.02 + float(rng.uniform(0, 0.02))
            track.hear(Sound(np.ones((960, 1), np.float32), RATE, begins))
        assert track.ends == pytest.approx(10.0, abs=0.03)
        track.end(10.0)


def test_stretching_is_slight() -> None:
    block = tone(0.0, 0.1, channels=2).samples
    assert stretched(block, 0.0) is block
    assert len(stretched(block, MOST_STRETCH)) == len(block) + round(MOST_STRETCH * len(block))
    assert len(stretched(block, -MOST_STRETCH)) < len(block)
    assert stretched(np.zeros((0, 2), np.float32), 0.1).shape == (0, 2)


def test_what_is_no_number_does_no_harm(tmp_path: Path) -> None:
    broken = np.full((4800, 1), np.nan, np.float32)
    path = written(tmp_path / "a.mp4", [Sound(broken, RATE, 0.0), tone(0.1, 0.9)], until=1.0)
    samples, _, _ = heard_in(path)
    assert np.isfinite(samples).all()
