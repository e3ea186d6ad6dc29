"""Warnings about a clip before it is painted: what will be lost or changed."""

from __future__ import annotations

import av
from av.container import InputContainer
from av.sidedata.sidedata import Type

from realtime.media.clip import NOT_MOVING
from realtime.media.colour import is_transparent
from realtime.media.orientation import side_data


def clip_warnings(container: InputContainer, first: av.VideoFrame) -> tuple[str, ...]:
    """Return warnings about a file, in whole sentences.

    Args:
        container: The open file.
        first: Its first picture.
    """
    notes = []
    moving = [s for s in container.streams.video if not s.disposition & NOT_MOVING]
    if len(moving) > 1:
        notes.append(f"It has {len(moving)} video streams: one is painted, the others left out.")
    if len(container.streams.video) > len(moving):
        notes.append("Its cover picture is left out.")
    bits = max(component.bits for component in first.format.components)
    if bits > 8:
        notes.append(f"Its {bits} bits per colour are painted as 8.")
    if first.interlaced_frame:
        notes.append(
            "It is interlaced, and painted as it is: moving edges show combs. Deinterlace first "
            "with ffmpeg -vf bwdif."
        )
    if is_transparent(first):
        notes.append("Its transparency is laid over white.")
    if lost := _lost(container, first):
        notes.append(f"Left out: {', '.join(lost)}.")
    return tuple(notes)


def _lost(container: InputContainer, first: av.VideoFrame) -> list[str]:
    """Name what a painting does not keep."""
    lost = []
    if count := len(container.streams.attachments):
        lost.append(f"{count} attached file{'s' if count > 1 else ''} (fonts)")
    tags = [
        (key.lower(), value)
        for some in (container, *container.streams)
        for key, value in some.metadata.items()
    ]
    if any(key == "timecode" for key, _ in tags):
        lost.append("its timecode")
    is_stereo = any(side_data(first, Type.STEREO3D)[:4])  # AV_STEREO3D_2D is 0
    if is_stereo or any(key == "stereo_mode" and value != "mono" for key, value in tags):
        lost.append("its stereo mode (both views are painted as one picture)")
    return lost
