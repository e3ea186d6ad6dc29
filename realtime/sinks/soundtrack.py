"""The sound of the original, carried over beside the new pictures."""

from __future__ import annotations

import io
import logging
import math
from pathlib import Path
from typing import Protocol, TypeAlias

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Discard

from realtime.sinks.encoding import Recipe

LOGGER = logging.getLogger(__name__)

RATES_HZ = {"aac": (48_000, 44_100, 32_000, 22_050, 16_000), "libopus": (48_000,)}
"""Sample rates that are kept; sound of other rates is resampled to 48 kHz."""


SoundPacket: TypeAlias = "Packet[AudioStream]"  # generic for type checkers only


class Track(Protocol):
    """One sound stream on its way into the new file."""

    def convert(self, packet: SoundPacket) -> list[SoundPacket]:
        """Return what is to be written for a packet of the original."""

    def flush(self) -> list[SoundPacket]:
        """Return what is still held back. Called once, at the end."""


class CopiedTrack:
    """Passes packets on as they are."""

    def __init__(self, template: AudioStream, container: OutputContainer) -> None:
        self._stream = container.add_stream_from_template(template)
        _label(self._stream, template)

    def convert(self, packet: SoundPacket) -> list[SoundPacket]:
        """Return the packet itself."""
        packet.stream = self._stream
        return [packet]

    def flush(self) -> list[SoundPacket]:
        """Nothing is held back."""
        return []


class EncodedTrack:
    """Decodes and encodes anew, for codecs that the new file cannot hold."""

    def __init__(self, template: AudioStream, container: OutputContainer, codec: str) -> None:
        rate_hz = template.rate if template.rate in RATES_HZ[codec] else 48_000
        stream = container.add_stream(codec, rate=rate_hz)
        if not isinstance(stream, AudioStream):
            raise TypeError(f"{codec} is no sound codec")
        stream.layout = "mono" if template.channels == 1 else "stereo"
        _label(stream, template)
        self._stream = stream

    def convert(self, packet: SoundPacket) -> list[SoundPacket]:
        """Return the packets that became complete."""
        try:
            return [ready for frame in packet.decode() for ready in self._stream.encode(frame)]
        except ValueError:
            return []  # damaged, or of another format than before: a gap, not a reason to stop

    def flush(self) -> list[SoundPacket]:
        """Return the last packets."""
        return self._stream.encode(None)


class Soundtrack:
    """All sound streams of one file, handed over in step with the pictures."""

    def __init__(
        self, original: InputContainer, container: OutputContainer, recipe: Recipe
    ) -> None:
        self._original = original
        self._container = container
        streams = original.streams.audio
        self._tracks = {s.index: _make_track(s, container, recipe) for s in streams}
        self._packets = original.demux(streams)
        self._next = self._read()

    def mux_until(self, seconds: float) -> None:
        """Write all sound that starts at or before a time of the original.

        Raises:
            av.FFmpegError: it could not be written.
        """
        while self._next is not None and _start_seconds(self._next) <= seconds:
            self._container.mux(self._tracks[self._next.stream_index].convert(self._next))
            self._next = self._read()

    def flush(self) -> None:
        """Write what the encoders still hold; nothing may follow.

        Raises:
            av.FFmpegError: it could not be written.
        """
        for track in self._tracks.values():
            self._container.mux(track.flush())

    def close(self) -> None:
        """Close the original."""
        self._original.close()

    def _read(self) -> SoundPacket | None:
        """Return the next packet that holds something; None at the end, or when reading fails."""
        try:
            return next((packet for packet in self._packets if packet.size), None)
        except av.FFmpegError as exc:
            LOGGER.warning("the sound of the original ends early: %s", exc.strerror)
            return None


def open_soundtrack(path: Path, container: OutputContainer, recipe: Recipe) -> Soundtrack | None:
    """Add the sound streams of a file to a new one.

    Returns None when there is no sound, or, with a warning, when it cannot be read: a silent
    painting is better than none.
    """
    try:
        original = av.open(f"file:{path}", "r")
    except (av.FFmpegError, OSError) as exc:
        LOGGER.warning("no sound: %s could not be opened (%s)", path, exc)
        return None
    if not original.streams.audio:
        original.close()
        return None
    for stream in original.streams:
        if stream.type != "audio":
            stream.discard = Discard.all  # spares reading the pictures a second time
    return Soundtrack(original, container, recipe)


def _make_track(stream: AudioStream, container: OutputContainer, recipe: Recipe) -> Track:
    if _takes(recipe.container, stream):
        return CopiedTrack(stream, container)
    LOGGER.warning(
        "sound is encoded again as %s: a %s file cannot hold %s",
        recipe.sound_codec,
        recipe.container,
        stream.codec_context.name,
    )
    return EncodedTrack(stream, container, recipe.sound_codec)


def _takes(container_format: str, stream: AudioStream) -> bool:
    """Whether a kind of file can hold a stream as it is: writes a header and sees."""
    try:
        with av.open(io.BytesIO(), "w", format=container_format) as trial:
            trial.add_stream_from_template(stream)
            trial.start_encoding()
    except (ValueError, av.FFmpegError):
        return False
    return True


def _label(stream: AudioStream, template: AudioStream) -> None:
    """Keep what tells several tracks apart in a player's menu."""
    stream.disposition = template.disposition
    for key in ("language", "title", "handler_name"):
        if key in template.metadata:
            stream.metadata[key] = template.metadata[key]


def _start_seconds(packet: SoundPacket) -> float:
    """Return when a packet begins; packets without a time go out at once."""
    ticks = packet.pts if packet.pts is not None else packet.dts
    return -math.inf if ticks is None else float(ticks * packet.time_base)
