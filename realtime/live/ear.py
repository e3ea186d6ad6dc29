"""The microphone of a live session: opened when it is wanted, waited for when it goes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from realtime.errors import PleinairError, SourceError
from realtime.ports import Closing, Microphone
from realtime.sound import Hearing, Sound

RETRY_SECONDS = 1.0
KEPT_SECONDS = 30.0
"""So much sound is kept for who does not ask for it."""
SEEN_FRAMES = 30
"""The clock of the frames is read off the quickest of so many."""


class Ear(Closing):
    """Listens on a thread of its own; what it hears is had by `listen`, on the frames' clock.

    Args:
        open_microphone: Opens the microphone; called on that thread.
        microphone: One that is open already: it is on from the beginning.
    """

    def __init__(
        self,
        open_microphone: Callable[[], Microphone],
        microphone: Microphone | None = None,
        *,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._open, self._retry_seconds = open_microphone, retry_seconds
        self._microphone: Microphone | None = microphone
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._complaints: deque[str] = deque()
        self._listeners: list[deque[Sound]] = []
        self._leads: deque[float] = deque(maxlen=SEEN_FRAMES)
        if microphone is not None:
            self.switch(on=True)

    @property
    def is_on(self) -> bool:
        """Whether it listens, or waits for a microphone that went."""
        return self._thread is not None and self._thread.is_alive()

    def switch(self, *, on: bool) -> None:
        """Begin to listen, or give the microphone back."""
        if on and not self.is_on:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name="ear", daemon=True)
            self._thread.start()
        elif not on:
            self.close()

    def complaint(self) -> str:
        """Return what went wrong, in a line for the user, once; empty: nothing."""
        return self._complaints.popleft() if self._complaints else ""

    def saw(self, pts_seconds: float, taken: float) -> None:
        """Learn that the frame of this presentation time was taken at this moment."""
        self._leads.append(taken - pts_seconds)

    def listen(self) -> Hearing:
        """Return a hearing of its own for one recording, from now on."""
        heard: deque[Sound] = deque()
        with self._lock:
            self._listeners.append(heard)

        def take() -> Sequence[Sound]:
            with self._lock:
                sounds = list(heard)
                heard.clear()
            # A frame that was held up says too much, never too little.
            lead = min(self._leads, default=0.0)
            return [sound.later(-lead) for sound in sounds]

        return take

    def close(self) -> None:
        """Give the microphone back; what was heard can still be had."""
        self._stopped.set()
        with self._lock:
            if self._microphone is not None:
                self._microphone.close()
        if self._thread is not None:
            self._thread.join()
        self._microphone, self._thread = None, None

    def _run(self) -> None:
        was_heard = self._microphone is not None
        while not self._stopped.is_set():
            try:
                self._listen_to(self._microphone or self._opened())
                return
            except SourceError as exc:
                self._complaints.append(f"{exc} Recorded on without sound until it is back")
                was_heard = True
            except PleinairError as exc:
                if not was_heard:
                    self._complaints.append(f"no sound: {exc}")
                    return
            self._let_go()
            self._stopped.wait(self._retry_seconds)

    def _opened(self) -> Microphone:
        microphone = self._open()
        with self._lock:
            self._microphone = microphone
            if self._stopped.is_set():
                microphone.close()
        return microphone

    def _listen_to(self, microphone: Microphone) -> None:
        for sound in microphone:
            with self._lock:
                for heard in self._listeners:
                    heard.append(sound)
                    while heard[-1].ends - heard[0].begins > KEPT_SECONDS:
                        heard.popleft()

    def _let_go(self) -> None:
        with self._lock:
            if self._microphone is not None:
                self._microphone.close()
            self._microphone = None
