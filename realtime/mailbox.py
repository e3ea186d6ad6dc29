"""Bounded queues between threads: lossless, or newest item wins.

Both can be closed from either side. After `close` nothing more is accepted, the items inside can
still be taken, and then `get` raises `Closed`; after `abort` both sides get `Closed` at once.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")
WAIT_SECONDS = 0.1
"""Waits are cut into pieces, because on Windows an endless wait cannot be interrupted by Ctrl-C."""


class Closed(Exception):  # noqa: N818 - a state of affairs, not a fault
    """The box is closed; for a getter, it is empty too."""


class Mailbox(Generic[T]):
    """A bounded queue between two threads: `put` waits while it is full; nothing is lost."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"a mailbox holds at least one item, got {capacity = }")
        self._items: deque[T] = deque()
        self._capacity = capacity
        self._changed = threading.Condition()
        self._closed = False
        self.dropped = 0
        """Items that were replaced before anyone took them (always 0 for a plain mailbox)."""

    def put(self, item: T) -> None:
        """Add an item; raises Closed if the box is closed."""
        with self._changed:
            while not self._closed and len(self._items) >= self._capacity:
                self._make_room()
            if self._closed:
                raise Closed
            self._items.append(item)
            self._changed.notify_all()

    def get(self, timeout_seconds: float | None = None) -> T:
        """Take the oldest item; raises Closed at the end, TimeoutError when none comes in time."""
        with self._changed:
            waited = 0.0
            while not self._items:
                if self._closed:
                    raise Closed
                if timeout_seconds is not None and waited >= timeout_seconds:
                    raise TimeoutError
                left = WAIT_SECONDS if timeout_seconds is None else timeout_seconds - waited
                self._changed.wait(min(WAIT_SECONDS, left))
                waited += min(WAIT_SECONDS, left)
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """Accept nothing more; the items inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abort(self) -> None:
        """Close, and drop the items inside."""
        with self._changed:
            self._items.clear()
        self.close()

    def _make_room(self) -> None:
        self._changed.wait(WAIT_SECONDS)


class LatestBox(Mailbox[T]):
    """Holds only the newest item: putting never waits, and what is replaced is counted."""

    def __init__(self) -> None:
        super().__init__(1)

    def _make_room(self) -> None:
        self._items.popleft()
        self.dropped += 1
