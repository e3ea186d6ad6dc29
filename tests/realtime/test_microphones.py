"""Microphones: what is there, what they give, and when it was taken."""

from __future__ import annotations

import threading
from contextlib import closing
from itertools import islice, pairwise

import numpy as np
import pytest

from realtime import microphones
from realtime.clockwork import monotonic
from realtime.errors import BadInputError
from realtime.microphones import open_microphone
from realtime.microphones.sample_clock import SEEN_SECONDS, SampleClock
from realtime.microphones.synthetic_microphone import RATE, heard


def test_the_microphones_are_the_files() -> None:
    assert microphones.names() == ("device", "synthetic")


def test_the_synthetic_one_is_heard_in_the_first_half_of_each_second() -> None:
    sound = heard(12.0, RATE)
    level = np.abs(sound.samples[:, 0]).reshape(10, -1).max(axis=1)
    assert (level > 0.2).tolist() == [True] * 5 + [False] * 5


def test_it_gives_what_is_due_without_a_gap_and_ends_when_closed() -> None:
    microphone = open_microphone("synthetic")
    before = monotonic()
    blocks = list(islice(microphone, 5))
    assert before <= blocks[0].begins
    assert blocks[-1].ends <= monotonic()
    for first, second in pairwise(blocks):
        assert second.begins == pytest.approx(first.ends)
    thread = threading.Thread(target=lambda: list(microphone))
    thread.start()
    microphone.close()
    thread.join(10)
    assert not thread.is_alive()


def test_blocks_that_come_in_bursts_are_laid_where_they_belong() -> None:
    """Two seconds at once, of which the first block claims to be of this moment."""
    clock = SampleClock(1000)
    said = [2.0 if i % 20 == 0 else i * 0.1 for i in range(200)]
    said = [at + 2.0 * (i // 20) if i % 20 == 0 else at for i, at in enumerate(said)]
    begins = [clock.begins(100, at) for at in said]
    assert begins[20:] == pytest.approx([i * 0.1 for i in range(20, 200)])


def test_what_the_driver_lost_is_made_up_for() -> None:
    clock = SampleClock(1000)
    for i in range(100):
        clock.begins(100, i * 0.1)
    late = [clock.begins(100, 0.5 + i * 0.1) for i in range(100, 200)]
    assert late[0] == pytest.approx(10.0)
    assert late[-1] == pytest.approx(0.5 + 19.9)
    assert SEEN_SECONDS < 10


def test_a_microphone_of_this_machine_gives_blocks() -> None:
    try:
        microphone = open_microphone("default")
    except BadInputError as exc:
        pytest.skip(f"no microphone: {exc}")
    with closing(microphone):
        block = next(iter(microphone))
        assert block.samples.dtype == np.float32
        assert abs(block.begins - monotonic()) < 10


def test_a_name_that_nothing_has_is_refused_in_a_line() -> None:
    with pytest.raises(BadInputError) as error:
        open_microphone("no such microphone anywhere")
    assert "\n" not in str(error.value)
