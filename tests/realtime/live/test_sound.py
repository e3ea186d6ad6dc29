"""Sound in recordings: in step with the picture, whatever becomes of the microphone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from realtime.errors import BadInputError
from realtime.live.controls import State
from realtime.live.microphone_capture import MicrophoneCapture
from realtime.live.session import Session, SessionContext
from realtime.microphones.synthetic_microphone import SyntheticMicrophone
from realtime.pipeline import run
from realtime.ports import Event, Key, Microphone
from realtime.sound import Samples, Sound
from tests.clips import read_frames
from tests.commands import assert_refused, pleinair, pleinair_here
from tests.helpers import InvertingEngine, ListSink
from tests.sounds import LEVEL, FlashSource, LeavingMicrophone, heard_in, loudness, tone

EDGE_SECONDS = 0.06
"""So near to a change of the light or the tone nothing is asked: two frames, or a block of AAC."""


def absent() -> Microphone:
    raise BadInputError("no microphone is here")


class Recorded:
    """A session that records the flashes, and what it said."""

    def __init__(
        self, folder: Path, microphone: MicrophoneCapture, seconds: float, keys: dict[int, str]
    ) -> None:
        self.said: list[str] = []
        around = SessionContext(
            snapshots=folder, microphone=microphone, seconds=seconds, tell=self.said.append
        )
        state = State((1.0,), overlay=False, recording=True, sound=microphone.is_on)
        session = Session(InvertingEngine(), state, around)
        source = FlashSource()
        with closing(microphone), closing(source), closing(session):
            hooks = session.hooks()
            hooks.on_event = session.on_event
            run(source, session.engine, _Pressing(keys), hooks)
        (self.path,) = folder.glob("pleinair-*.mp4")
        self.state = session.state


class _Pressing(ListSink):
    """A window in which keys are pressed after so many frames."""

    def __init__(self, keys: dict[int, str]) -> None:
        super().__init__()
        self._keys = dict(keys)

    def poll(self) -> tuple[Event, ...]:
        key = self._keys.pop(len(self.frames), None)
        return () if key is None else (Key(key),)


def in_step(path: Path, until: float = np.inf) -> int:
    """Compare light and sound at every frame of a recording; returns how many were compared."""
    frames = read_frames(path)
    bright = [bool(frame.pixels.mean() < 128) for frame in frames]  # inverted
    times = [frame.pts_seconds for frame in frames]
    changes = [t for t, a, b in zip(times[1:], bright, bright[1:], strict=False) if a != b]
    compared = 0
    for at, light in zip(times, bright, strict=True):
        if any(abs(at - change) < EDGE_SECONDS for change in changes) or at > until:
            continue
        if 0.1 < at < times[-1] - 0.3:
            assert (loudness(path, at) > LEVEL) == light, f"at {at:.3f} s"
            compared += 1
    return compared


def heard(path: Path, within: float = 0.1) -> tuple[Samples, int, float]:
    """Hear a recording, as `heard_in` does: its sound must end with its pictures."""
    samples, rate, begins = heard_in(path)
    ends = read_frames(path)[-1].pts_seconds + 1 / 30
    assert begins + len(samples) / rate == pytest.approx(ends, abs=within)
    return samples, rate, begins


def test_sound_and_picture_of_a_recording_are_in_step(tmp_path: Path) -> None:
    microphone = MicrophoneCapture(SyntheticMicrophone, SyntheticMicrophone())
    recorded = Recorded(tmp_path, microphone, 4.0, {})
    assert in_step(recorded.path) > 5
    heard(recorded.path)
    assert recorded.said == [f"recorded {recorded.path}"]


def test_a_microphone_that_goes_leaves_silence_and_comes_back(tmp_path: Path) -> None:
    opened: list[Callable[[], Microphone]] = [absent, SyntheticMicrophone]

    def reopen() -> Microphone:
        return opened.pop(0)() if opened else SyntheticMicrophone()

    microphone = MicrophoneCapture(reopen, LeavingMicrophone(10), retry_seconds=0.4)
    recorded = Recorded(tmp_path, microphone, 6.0, {})
    assert recorded.said[0].startswith("the microphone is gone. Recorded on without sound")
    samples, rate, _ = heard(recorded.path)
    last = np.flatnonzero(np.abs(samples) > LEVEL)[-1] / rate
    assert last > 2.0  # it was heard again


def test_a_microphone_that_never_returns_costs_no_picture(tmp_path: Path) -> None:
    microphone = MicrophoneCapture(absent, LeavingMicrophone(5), retry_seconds=0.05)
    recorded = Recorded(tmp_path, microphone, 3.0, {})
    samples, rate, _ = heard(recorded.path)
    assert len(read_frames(recorded.path)) > 10
    assert np.abs(samples[-rate:]).max() < LEVEL


def test_without_a_microphone_the_key_says_so_and_the_recording_is_whole(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, MicrophoneCapture(absent), 2.0, {3: "a"})
    assert recorded.said[0] == "no sound: no microphone is here"
    assert not recorded.state.sound
    assert len(read_frames(recorded.path)) > 10
    with pytest.raises(IndexError):
        heard_in(recorded.path)


def test_the_key_turns_sound_off_and_on(tmp_path: Path) -> None:
    microphone = MicrophoneCapture(SyntheticMicrophone)
    around = SessionContext(snapshots=tmp_path, microphone=microphone)
    session = Session(InvertingEngine(), State((1.0,)), around)
    for on in (True, False, True):
        session.on_event(Key("a"))
        assert session.state.sound is microphone.is_on is on
    microphone.close()
    assert not microphone.is_on


def test_while_the_picture_is_frozen_the_sound_goes_on(tmp_path: Path) -> None:
    microphone = MicrophoneCapture(SyntheticMicrophone, SyntheticMicrophone())
    recorded = Recorded(tmp_path, microphone, 4.0, {20: "space"})
    frames = read_frames(recorded.path)
    samples, rate, begins = heard(recorded.path, within=0.2)
    assert frames[-1].pts_seconds - frames[-2].pts_seconds > 0.5  # held to the end
    late = samples[round((frames[-2].pts_seconds + 0.2 - begins) * rate) :]
    assert np.abs(late).max() > LEVEL


def test_a_file_as_sink_has_the_sound(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    done = pleinair(
        "live", "--source", "synthetic", "--size", "64x48", "--engine", "identity", "--sink",
        "video", "-o", out, "--seconds", "3", "--microphone", "synthetic",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    samples, _, begins = heard(out)
    assert begins == pytest.approx(read_frames(out)[0].pts_seconds, abs=0.1)
    assert np.abs(samples).max() > LEVEL


@pytest.mark.parametrize("name", ["synthetic:loud", "no-such-microphone"])
def test_a_microphone_that_is_not_here_is_said_in_a_line(name: str) -> None:
    arguments = ("live", "--source", "synthetic", "--sink", "null", "--microphone", name)
    assert_refused(pleinair_here(*arguments), "microphone")


class Endless:
    """An hour of sound at once."""

    name = "endless"

    def __iter__(self) -> Iterator[Sound]:
        yield from (tone(float(second), 1.0, 100) for second in range(3600))

    def close(self) -> None:
        pass


def test_of_what_nobody_fetches_only_the_newest_is_kept() -> None:
    microphone = MicrophoneCapture(Endless)
    hearing = microphone.listen()
    microphone.switch(on=True)
    while microphone.is_on:
        pass
    assert [sound.begins for sound in hearing()] == list(range(3570, 3600))
    assert hearing() == []
