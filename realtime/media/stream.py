"""Codec name, language and title of a stream."""

from __future__ import annotations

from av.stream import Stream


def label(stream: Stream, template: Stream) -> None:
    """Keep what tells several tracks apart in a player's menu."""
    stream.disposition = template.disposition
    for key in ("language", "title", "handler_name"):
        if key in template.metadata:
            stream.metadata[key] = template.metadata[key]


def codec_name(stream: Stream) -> str:
    """Return FFmpeg's name for the codec of a stream; "unknown" where nothing here decodes it."""
    context = stream.codec_context
    return context.codec.canonical_name if context is not None else "unknown"
