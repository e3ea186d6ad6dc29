"""Finds the streams of one programme of a transport stream, which may carry several.

Source: ISO/IEC 13818-1, 2.4.3.2 (packets), 2.4.4.3 (PAT), 2.4.4.8 (PMT).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from av.container import InputContainer
from av.stream import Stream

PACKET_BYTES, SYNC = 188, 0x47
READ_BYTES = 4 << 20
"""Tables are sent several times a second."""
PAT_PID, PAT_TABLE, PMT_TABLE = 0, 0, 2


def programme_streams(container: InputContainer, stream: Stream, path: Path) -> list[Stream]:
    """Return the streams of the programme that a stream belongs to; all where there is only one."""
    streams = list(container.streams)
    if container.format.name != "mpegts":
        return streams
    programmes = [pids for pids in _programmes(path) if stream.id in pids]
    if len(programmes) != 1:
        return streams
    return [other for other in streams if other.id in programmes[0]]


def _programmes(path: Path) -> list[frozenset[int]]:
    """Read the packet identifiers of each programme."""
    with path.open("rb") as file:
        data = file.read(READ_BYTES)
    tables: set[int] = set()
    found: dict[int, frozenset[int]] = {}
    for pid, section in _sections(data):
        if pid == PAT_PID and section[0] == PAT_TABLE:
            tables |= {
                int.from_bytes(section[i + 2 : i + 4], "big") & 0x1FFF
                for i in range(8, len(section) - 4, 4)
                if section[i : i + 2] != b"\0\0"  # programme 0 is the network's own table
            }
        elif pid in tables and section[0] == PMT_TABLE:
            found[pid] = frozenset(_streams(section))
    return list(found.values())


def _streams(section: bytes) -> Iterator[int]:
    at = 12 + (int.from_bytes(section[10:12], "big") & 0x0FFF)
    while at + 5 <= len(section) - 4:
        yield int.from_bytes(section[at + 1 : at + 3], "big") & 0x1FFF
        at += 5 + (int.from_bytes(section[at + 3 : at + 5], "big") & 0x0FFF)


def _sections(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tables that begin and end in one packet, with their packets' identifiers."""
    at = data.find(SYNC)
    while 0 <= at <= len(data) - PACKET_BYTES:
        packet = data[at : at + PACKET_BYTES]
        at = data.find(SYNC, at + PACKET_BYTES)
        if not packet[1] & 0x40:  # nothing begins here
            continue
        start = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
        if start >= PACKET_BYTES:
            continue
        start += 1 + packet[start]
        length = 3 + (int.from_bytes(packet[start + 1 : start + 3], "big") & 0x0FFF)
        if length >= 12 and start + length <= PACKET_BYTES:
            yield int.from_bytes(packet[1:3], "big") & 0x1FFF, packet[start : start + length]
