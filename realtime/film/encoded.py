"""Reads encoded pictures back from segments and generates their decoding timestamps (DTS)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer

from realtime.errors import SinkError
from realtime.film.segment_sink import offset_ticks
from realtime.sinks.video_writer import Target


@dataclass(frozen=True)
class EncodedPicture:
    """One encoded picture, in decoding order."""

    tick: int
    """When it is shown, in ticks of the original's clock."""
    is_key: bool
    data: bytes


def encoded_pictures(segments: Sequence[Path], target: Target) -> Iterator[EncodedPicture]:
    """Read the encoded pictures of segments, one segment after the other.

    Raises:
        SinkError: a segment cannot be read; it is removed, so that it is painted again.
    """
    offset = offset_ticks(target)
    for path in segments:
        with open_segment(path) as container:
            for packet in container.demux(container.streams.video[0]):
                if packet.size and packet.pts is not None:
                    tick = round(packet.pts * packet.time_base / target.facts.time_base)
                    yield EncodedPicture(tick - offset, packet.is_keyframe, bytes(packet))


@contextmanager
def open_segment(path: Path) -> Iterator[InputContainer]:
    """Open a segment for reading.

    Raises:
        SinkError: it cannot be read, now or while it is open; it is removed.
    """
    try:
        with av.open(f"file:{path}", "r", format="nut") as container:
            yield container
    except av.FFmpegError as exc:
        path.unlink(missing_ok=True)
        raise SinkError(
            f"the segment {path.name} is damaged ({exc.strerror}) and was removed: "
            "the same command paints it again"
        ) from exc


class DtsGenerator:
    """Decoding timestamps (DTS) for pictures of known presentation timestamps (PTS).

    Encoders reorder pictures, so each needs a decoding time besides its presentation time: rising,
    and never later. With D the farthest that any picture is moved forward, the n-th picture is
    decoded when the (n - D)-th is shown. The first D are decoded before anything is shown: so early
    that the film's length is right in MP4, which counts it in decoding times.
    """

    def __init__(self, ticks: Sequence[int], last_ticks: int) -> None:
        """Order the pictures.

        Args:
            ticks: Presentation times in the order of decoding; no two alike.
            last_ticks: How long the last picture is shown.
        """
        self._shown = sorted(ticks)
        self._last_ticks = last_ticks
        self._delay = max((n - self._rank(tick) for n, tick in enumerate(ticks)), default=0)
        self._early_ticks = self._early(ticks[-1]) if self._delay else 0

    def _early(self, last: int) -> int:
        """Return the interval between the DTS of the first pictures, in ticks."""
        decoded = self._shown[-1 - self._delay] + self.lasts(last)
        first = decoded - (self.end - self._shown[0])
        return max(1, (self._shown[0] - first) // self._delay)

    def decoded(self, number: int) -> int:
        """Return the DTS of the picture with this number in decoding order."""
        early = number - self._delay
        if early >= 0:
            return self._shown[early]
        return self._shown[0] + early * self._early_ticks

    def lasts(self, tick: int) -> int:
        """Return the duration of the picture with this PTS."""
        after = self._rank(tick) + 1
        return self._shown[after] - tick if after < len(self._shown) else self._last_ticks

    @property
    def end(self) -> int:
        """The end of the last picture."""
        return self._shown[-1] + self._last_ticks

    def _rank(self, tick: int) -> int:
        return bisect_left(self._shown, tick)
