"""Decodes packets to pictures, skips damaged ones, and completes timestamps."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from realtime.errors import BadInputError

AnyPacket: TypeAlias = "Packet[Stream]"  # generic for type checkers only

DECODE_ERRORS = (av.FFmpegError, OSError, ValueError)
"""What PyAV raises for a packet that a decoder does not take, whatever FFmpeg's reason."""
WITHOUT_PRESENTATION_TIMES = frozenset({"avi"})
"""Formats that store when pictures are decoded, not when they are shown. What FFmpeg makes up for
the latter is wrong as soon as there are B-frames."""
ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own decoders of these codecs ignore the transparency that WebM stores beside them."""


def packets(container: InputContainer, *streams: Stream) -> Iterator[AnyPacket]:
    """Yield the packets of some streams in the order of the file; at the end an empty one of each.

    Raises:
        av.FFmpegError, OSError: the file cannot be read any further.
    """
    while True:
        try:
            yield from container.demux(*streams)
        except IndexError:
            # PyAV's demux breaks off at the first packet of a stream that the beginning of the
            # file did not announce, as broadcasts and damaged files have them; behind it all is
            # well.
            continue
        return


def is_repeat(packet: AnyPacket) -> bool:
    """Whether a packet is empty but has a time: the picture before it is shown again.

    Theora and AVI store unchanged pictures so. (Without a time, it marks the end of the stream; a
    decoder that is given an empty packet takes it for that.)
    """
    return not packet.size and (packet.pts is not None or packet.dts is not None)


def stored_tick(packet: AnyPacket, container: InputContainer) -> int | None:
    """Return what a packet says about when it is shown, in ticks of its stream.

    Where the format stores decoding times only, that is one of these: in the order of their times
    they belong to the pictures in the order in which these are shown.
    """
    if container.format.name in WITHOUT_PRESENTATION_TIMES:
        return packet.dts
    return packet.pts


def decode(
    container: InputContainer,
    stream: VideoStream,
    on_damage: Callable[[], None] = lambda: None,
    on_packet: Callable[[AnyPacket], None] = lambda packet: None,
) -> Iterator[av.VideoFrame]:
    """Yield every picture that can be decoded, leaving out packets that are damaged.

    A frame is valid until the next one is asked for: repeated ones are the same object.

    Args:
        container: The open file.
        stream: Its stream to decode.
        on_damage: Called for every packet that was left out.
        on_packet: Called for every packet before it is decoded.

    Raises:
        av.FFmpegError, OSError: the file itself cannot be read any further.
        BadInputError: it is encrypted.
    """
    read, order = _decoder(stream), _Order(container)
    for packet in packets(container, stream):
        _refuse_encrypted(container, packet)
        on_packet(packet)
        if is_repeat(packet):
            order.repeat(packet)
            continue
        order.expect(packet)
        try:
            frames = read(packet)
        except DECODE_ERRORS:
            on_damage()  # one bad packet: players jump over it, and so do we
            order.give_up(packet)
            continue
        for frame in frames:
            yield from order.arrive(frame)
    yield from order.end()


class _Order:
    """Completes missing timestamps of decoded pictures, and repeats pictures."""

    def __init__(self, container: InputContainer) -> None:
        self._container = container
        self._is_untimed = container.format.name in WITHOUT_PRESENTATION_TIMES
        self._due: list[int] = []
        """Heap of the decoding times of packets whose pictures have not arrived."""
        self._repeats: list[int] = []
        """Heap of the times at which the picture before is shown again."""
        self._last: av.VideoFrame | None = None

    def expect(self, packet: AnyPacket) -> None:
        if self._is_untimed and packet.size and packet.dts is not None:
            heapq.heappush(self._due, packet.dts)

    def give_up(self, packet: AnyPacket) -> None:
        if self._is_untimed and packet.dts in self._due:
            self._due.remove(packet.dts)
            heapq.heapify(self._due)

    def repeat(self, packet: AnyPacket) -> None:
        tick = stored_tick(packet, self._container)
        if tick is not None:
            heapq.heappush(self._repeats, tick)

    def arrive(self, frame: av.VideoFrame) -> Iterator[av.VideoFrame]:
        if self._is_untimed:
            frame.pts = heapq.heappop(self._due) if self._due else None
        yield from self._repeated(frame.pts)
        self._last = frame
        yield frame

    def end(self) -> Iterator[av.VideoFrame]:
        yield from self._repeated(None)

    def _repeated(self, until: int | None) -> Iterator[av.VideoFrame]:
        while self._repeats and (until is None or self._repeats[0] < until):
            tick = heapq.heappop(self._repeats)
            if self._last is not None:
                self._last.pts = tick
                yield self._last


def _decoder(stream: VideoStream) -> Callable[[AnyPacket], list[av.VideoFrame]]:
    """Return the decoder of a packet: the stream's own, or one with transparency."""

    def usual(packet: AnyPacket) -> list[av.VideoFrame]:
        return [frame for frame in packet.decode() if isinstance(frame, av.VideoFrame)]

    name = ALPHA_DECODERS.get(stream.codec_context.codec.canonical_name)
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    if name is None or tags.get("alpha_mode") != "1":
        return usual
    try:
        context = av.VideoCodecContext.create(name, "r")
    except (av.FFmpegError, ValueError):  # a build of FFmpeg without it
        return usual
    assert isinstance(context, av.VideoCodecContext)
    return lambda packet: context.decode(packet if packet.size else None)


def _refuse_encrypted(container: InputContainer, packet: AnyPacket) -> None:
    # Asked of the container: a decoder may well make pictures of noise out of noise.
    if packet.has_sidedata("encryption_info"):
        name = container.name.removeprefix("file:")
        raise BadInputError(f"{name} is encrypted: pleinair cannot read protected films")
