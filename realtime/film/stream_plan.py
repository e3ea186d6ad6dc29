"""Decides by trial muxing which audio and subtitle streams are copied, encoded or left out.

Some containers reject an audio codec only at the first packet, or the last. Hence a few packets of
everything are written to a file in memory before an hour is spent on painting.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Stream
from av.subtitles.stream import SubtitleStream

from realtime.film.stream_copy import OrderedMuxer, StreamMode, StreamPlan, make_track
from realtime.film.subtitles import TEXT
from realtime.media import clip
from realtime.media.decoding import DECODE_ERRORS, AnyPacket, packets
from realtime.media.programmes import programme_streams
from realtime.media.stream import codec_name
from realtime.sinks.encoding import Recipe

SAMPLE_PACKETS = 8
"""So many of each stream are tried."""
READ_PACKETS = 4000
"""A stream that has no packet among so many is tried without any."""
WITHOUT_SAMPLE_TIMES = frozenset({"mp4", "mov"})
"""Kinds of file that store uncompressed sound as one run of samples."""


def plan_streams(path: Path, recipe: Recipe) -> StreamPlan:
    """Choose how the audio and subtitles of a clip are transferred; all else is left out.

    Args:
        path: The clip.
        recipe: The kind of file that its painting becomes.

    Raises:
        BadInputError: it cannot be read as video.
    """
    if not recipe.sound_codec:
        return StreamPlan()
    with clip.open_container(path) as container, clip.parser_errors(path):
        pictures = clip.picture_stream(container, path)
        streams = [
            stream
            for stream in programme_streams(container, pictures, path)
            if isinstance(stream, AudioStream | SubtitleStream)
        ]
        samples = _samples(container, streams)
        ways: list[tuple[Stream, StreamMode]] = []
        notes: list[str] = []
        for stream in streams:
            way, note = _choose(stream, samples[stream.index], recipe)
            ways += [(stream, way)] if way else []
            notes += [note] if note else []
        if not _works(ways, samples, recipe):
            # Each alone, but not together: copied only where it need not be encoded.
            ways = [
                (s, StreamMode.ENCODED if isinstance(s, AudioStream) else way) for s, way in ways
            ]
            notes.append(f"All sound is encoded again as {recipe.sound_codec}.")
        return StreamPlan(
            tuple((stream.index, way) for stream, way in ways),
            frozenset(s.index for s, _ in ways if isinstance(s, AudioStream)),
            tuple(notes),
        )


def _samples(container: InputContainer, streams: Sequence[Stream]) -> dict[int, list[AnyPacket]]:
    """Read the first packets of streams."""
    samples: dict[int, list[AnyPacket]] = {stream.index: [] for stream in streams}
    for stream in container.streams:
        if stream.index not in samples:
            stream.discard = Discard.all
    waiting = set(samples)
    if not waiting:
        return samples
    with contextlib.suppress(*DECODE_ERRORS):
        for count, packet in enumerate(packets(container, *streams)):
            if not packet.size:
                continue
            samples[packet.stream_index].append(packet)
            if len(samples[packet.stream_index]) >= SAMPLE_PACKETS:
                waiting.discard(packet.stream_index)
            if not waiting or count > READ_PACKETS:
                break
    return {index: sample[:SAMPLE_PACKETS] for index, sample in samples.items()}


def _choose(
    stream: Stream, sample: list[AnyPacket], recipe: Recipe
) -> tuple[StreamMode | None, str | None]:
    """Return how a stream is transferred, if at all, and the note about it."""
    name, samples = codec_name(stream), {stream.index: sample}
    is_bare = recipe.container in WITHOUT_SAMPLE_TIMES and name.startswith("pcm_")
    kept = StreamMode.FILLED if is_bare else StreamMode.COPIED
    if _works([(stream, kept)], samples, recipe):
        return kept, None
    if isinstance(stream, AudioStream):
        if stream.codec_context is None:
            return None, f"Sound track {stream.index} is left out: nothing here decodes it."
        if not _works([(stream, StreamMode.ENCODED)], samples, recipe):
            return None, f"Sound track {stream.index} ({name}) is left out: it cannot be read."
        stereo = f", its {stream.channels} channels as stereo" if stream.channels > 2 else ""
        return StreamMode.ENCODED, (
            f"Its sound is encoded again as {recipe.sound_codec}{stereo}: a {recipe.container} "
            f"file cannot hold {name} here."
        )
    if name in TEXT and _works([(stream, StreamMode.REWRITTEN)], samples, recipe):
        return StreamMode.REWRITTEN, None
    return None, (
        f"Its {name} subtitles are left out: a {recipe.container} file cannot hold them; a .mkv "
        "file can."
    )


def _works(
    ways: Sequence[tuple[Stream, StreamMode]], samples: dict[int, list[AnyPacket]], recipe: Recipe
) -> bool:
    """Whether a file with these streams can be written, to its end."""
    if not ways:
        return True
    try:
        with av.open(io.BytesIO(), "w", format=recipe.container) as trial:
            tracks = [
                (make_track(way, s, trial, recipe), s, OrderedMuxer(trial, strict=True))
                for s, way in ways
            ]
            trial.start_encoding()
            for track, stream, outlet in tracks:
                for packet in samples[stream.index]:
                    for ready in track.convert(_copy(packet, stream)):
                        outlet.mux(ready)
                for ready in track.flush():
                    outlet.mux(ready)
    except Exception:  # whatever a muxer or an encoder raises
        return False
    return True


def _copy(packet: AnyPacket, stream: Stream) -> AnyPacket:
    """Return a copy of a packet, which may be changed."""
    copy: AnyPacket = Packet(bytes(packet))
    copy.stream, copy.time_base = stream, packet.time_base
    copy.pts, copy.dts, copy.duration = packet.pts, packet.dts, packet.duration
    copy.is_keyframe = packet.is_keyframe
    return copy
