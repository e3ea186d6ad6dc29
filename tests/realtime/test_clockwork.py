"""The ring of durations, and percentiles of it."""

from __future__ import annotations

import threading

import pytest

from realtime.clockwork import Latency, Samples


def test_a_ring_keeps_the_newest_and_counts_all() -> None:
    ring, seen, heard = Samples(3), 0, list[float]()
    for number in range(7):
        ring.append(float(number))
        if number % 2:
            new, seen = ring.since(seen)
            heard += new
    assert list(ring) == [4.0, 5.0, 6.0]
    assert (len(ring), ring.count) == (3, 7)
    assert ring.newest(2) == [5.0, 6.0]
    assert ring.newest(9) == [4.0, 5.0, 6.0]
    assert ring.newest(0) == []
    assert heard == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "each once"
    assert ring.since(0) == ([4.0, 5.0, 6.0], 7)
    assert Latency.of(ring).p50_ms == pytest.approx(5000)
    assert Latency.of(Samples(3)) == Latency(0.0, 0.0, 0.0)


def test_a_ring_may_be_read_while_another_thread_adds_to_it() -> None:
    ring, stop = Samples(500), threading.Event()

    def add() -> None:
        while not stop.is_set():
            ring.append(1.0)

    writer = threading.Thread(target=add)
    writer.start()
    try:
        read = [sum(ring) for _ in range(300)]
        assert all(value <= 500 for value in read)
        assert len(ring.newest(20)) <= 20
    finally:
        stop.set()
        writer.join()
