"""Captures the microphone of a live session, and reconnects to it when it is lost."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from realtime.errors import PleinairError, SourceError
from realtime.ports import Closing, Microphone
from realtime.sound import Sound, SoundReader

RETRY_SECONDS = 1.0
KEPT_SECONDS = 30.0
"""How much sound is kept for a reader that does not read."""
SEEN_FRAMES = 30
"""The offset of the frames' clock is the least of so many frames."""


class MicrophoneCapture(Closing):
    """Capture sound on a thread of its own; `listen` gives a reader whose times are the frames'.

    Args:
        open_microphone: Opens the microphone; called on that thread.
        microphone: One that is open already: capture starts at once.
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
        self._errors: deque[str] = deque()
        self._listeners: list[deque[Sound]] = []
        self._leads: deque[float] = deque(maxlen=SEEN_FRAMES)
        if microphone is not None:
            self.switch(on=True)

    @property
    def is_on(self) -> bool:
        """Whether it captures, or waits for a microphone that was lost."""
        return self._thread is not None and self._thread.is_alive()

    def switch(self, *, on: bool) -> None:
        """Start capturing, or stop and close the microphone."""
        if on and not self.is_on:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name="microphone", daemon=True)
            self._thread.start()
        elif not on:
            self.close()

    def next_error(self) -> str:
        """Return the next error message for the user, once; empty: there is none."""
        return self._errors.popleft() if self._errors else ""

    def saw(self, pts_seconds: float, taken: float) -> None:
        """Note when a frame was captured (monotonic seconds), and its presentation time."""
        self._leads.append(taken - pts_seconds)

    def listen(self) -> SoundReader:
        """Return a reader for one recording; it gets all sound from now on."""
        heard: deque[Sound] = deque()
        with self._lock:
            self._listeners.append(heard)

        def take() -> Sequence[Sound]:
            with self._lock:
                sounds = list(heard)
                heard.clear()
            # A frame that was delayed gives too large an offset, never too small a one.
            lead = min(self._leads, default=0.0)
            return [sound.later(-lead) for sound in sounds]

        return take

    def close(self) -> None:
        """Close the microphone; readers still return what was captured."""
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
                self._errors.append(f"{exc} Recorded on without sound until it is back")
                was_heard = True
            except PleinairError as exc:
                if not was_heard:
                    self._errors.append(f"no sound: {exc}")
                    return
            self._disconnect()
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

    def _disconnect(self) -> None:
        with self._lock:
            if self._microphone is not None:
                self._microphone.close()
            self._microphone = None
