"""Resamples decoded audio for an encoder, filling gaps and cutting overlaps.

Encoders count samples: after a gap in a recording all sound would come too early.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
from av.filter import Graph

LEAST_GAP_SECONDS = 0.05
"""Shorter ones are jitter of the timestamps: filling those would be audible."""


class AudioResampler:
    """Fill gaps with silence and cut overlaps off, by the frames' timestamps."""

    def __init__(self, rate_hz: int, layout: str) -> None:
        self._rate_hz, self._layout = rate_hz, layout
        self._graph: Graph | None = None
        self._shape: tuple[int, str, str] | None = None

    def push(self, frame: av.AudioFrame) -> Iterator[av.AudioFrame]:
        """Yield resampled audio up to about the end of a frame.

        Raises:
            ValueError: FFmpeg cannot convert it.
        """
        shape = frame.sample_rate, frame.layout.name, frame.format.name
        if shape != self._shape:  # broadcasts change from stereo to 5.1 and back
            yield from self.end()
            self._graph, self._shape = self._open(frame), shape
        assert self._graph is not None
        self._graph.push(frame)
        yield from self._pulled(self._graph)

    def end(self) -> Iterator[av.AudioFrame]:
        """Yield what is left."""
        if self._graph is not None:
            self._graph.push(None)
            yield from self._pulled(self._graph)
            self._graph = self._shape = None

    def _open(self, frame: av.AudioFrame) -> Graph:
        graph = Graph()
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format.name,
            layout=frame.layout.name,
            time_base=frame.time_base,
        )
        # async=1: fill and cut, never stretch.
        settings = f"{self._rate_hz}:ochl={self._layout}:async=1:min_hard_comp={LEAST_GAP_SECONDS}"
        resample, sink = graph.add("aresample", settings), graph.add("abuffersink")
        source.link_to(resample)
        resample.link_to(sink)
        graph.configure()
        return graph

    @staticmethod
    def _pulled(graph: Graph) -> Iterator[av.AudioFrame]:
        while True:
            try:
                frame = graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(frame, av.AudioFrame):
                yield frame
