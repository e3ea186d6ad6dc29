"""When the next frame is asked for."""

from __future__ import annotations

import pytest

from realtime.studio.frame_requests import FIRST_GUESS_SECONDS, LONGEST_SECONDS, FrameRequests


def travel(requests: FrameRequests, *seconds: float) -> None:
    """Let sixty frames arrive, each after so many seconds, in turns."""
    for number in range(60):
        requests.asked(float(number))
        requests.arrived(number + seconds[number % len(seconds)])


def test_nothing_measured_yet_means_early() -> None:
    requests = FrameRequests()
    assert requests.lead >= FIRST_GUESS_SECONDS
    assert requests.delay(0.03) == 0.0


@pytest.mark.parametrize("way", [0.005, 0.02, 0.08])
def test_a_frame_arrives_just_before_the_engine_is_free(way: float) -> None:
    requests = FrameRequests()
    travel(requests, way)
    painting = 0.2
    spare = painting - (requests.delay(painting) + way)
    assert 0.0 < spare < 0.006


def test_an_unsteady_way_is_given_more_time() -> None:
    steady, unsteady = FrameRequests(), FrameRequests()
    travel(steady, 0.02)
    travel(unsteady, 0.01, 0.03)
    assert unsteady.lead > steady.lead + 0.01


def test_it_follows_a_way_that_becomes_longer() -> None:
    requests = FrameRequests()
    travel(requests, 0.01)
    travel(requests, 0.05)
    assert 0.05 < requests.lead < 0.06


def test_a_tab_that_slept_and_frames_nobody_asked_for_teach_nothing() -> None:
    requests = FrameRequests()
    travel(requests, 0.01)
    lead = requests.lead
    requests.arrived(100.0)
    requests.asked(200.0)
    requests.arrived(200.0 + 2 * LONGEST_SECONDS)
    assert requests.lead == lead
