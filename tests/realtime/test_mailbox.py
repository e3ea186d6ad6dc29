import threading

import pytest

from realtime.mailbox import Closed, LatestBox, Mailbox


def test_a_mailbox_keeps_the_order() -> None:
    box = Mailbox[int](3)
    for number in (1, 2, 3):
        box.put(number)
    assert [box.get(), box.get(), box.get()] == [1, 2, 3]


def test_a_full_mailbox_makes_the_putter_wait_until_there_is_room() -> None:
    box = Mailbox[int](1)
    box.put(1)
    putter = threading.Thread(target=box.put, args=(2,))
    putter.start()
    putter.join(0.2)
    assert putter.is_alive()
    assert box.get() == 1
    putter.join(2)
    assert not putter.is_alive()
    assert box.get() == 2
    assert box.dropped == 0


def test_the_latest_box_keeps_the_newest_and_counts_the_rest() -> None:
    box = LatestBox[str]()
    for item in "abc":
        box.put(item)
    assert box.get() == "c"
    assert box.dropped == 2


def test_a_closed_box_gives_what_it_has_and_then_says_so() -> None:
    box = Mailbox[int](2)
    box.put(1)
    box.close()
    with pytest.raises(Closed):
        box.put(2)
    assert box.get() == 1
    with pytest.raises(Closed):
        box.get()


def test_abort_throws_away_what_is_inside() -> None:
    box = Mailbox[int](2)
    box.put(1)
    box.abort()
    with pytest.raises(Closed):
        box.get()


def test_abort_wakes_a_waiting_putter() -> None:
    box = Mailbox[int](1)
    box.put(1)
    ended = threading.Event()

    def put() -> None:
        with pytest.raises(Closed):
            box.put(2)
        ended.set()

    threading.Thread(target=put).start()
    box.abort()
    assert ended.wait(2)


def test_getting_from_an_empty_box_times_out() -> None:
    with pytest.raises(TimeoutError):
        Mailbox[int](1).get(0.01)


def test_a_box_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Mailbox[int](0)
