"""Clips that were damaged at random: each is painted or refused in a line, whatever FFmpeg says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from realtime.errors import PleinairError
from realtime.film.plan import make_plan
from realtime.film.stream_plan import plan_streams
from realtime.media import clip
from realtime.sinks.encoding import recipe_for
from realtime.sources.video_source import open_source
from tests.clips import noise
from tests.film import add_pictures, add_tone, play_tone

MUTATIONS = 60
"""Of each kind of file."""


def write_small(path: Path) -> Path:
    """Write half a second of picture and sound, with tags."""
    codecs = {".webm": ("libvpx", "libopus"), ".flv": ("flv", "aac"), ".avi": ("mpeg4", "aac")}
    picture, sound = codecs.get(path.suffix, ("mpeg2video", "mp2"))
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "Étretat"
        stream = container.add_stream(picture, rate=25, time_base=Fraction(1, 25))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuv420p"
        stream.options["deadline"] = "realtime"
        tone = add_tone(container, codec=sound)
        add_pictures(container, stream, noise(6, 32, 24), list(range(6)))
        play_tone(container, tone, 0.24)
    return path


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """Change some bytes, most of them in the head; or leave some out, or put some in, or cut."""
    changed = bytearray(data)
    for _ in range(rng.integers(1, 30)):
        end = len(changed) if rng.random() < 0.5 else min(len(changed), 600)
        at, length = int(rng.integers(end)), int(rng.integers(1, 12))
        kind = rng.random()
        if kind < 0.8:
            changed[at : at + length] = rng.bytes(length)
        elif kind < 0.9:
            del changed[at : at + length]
        else:
            changed[at:at] = rng.bytes(length)
    if rng.random() < 0.1:
        del changed[int(rng.integers(len(changed))) :]
    return bytes(changed)


@pytest.mark.parametrize("suffix", [".mkv", ".webm", ".flv", ".avi", ".ts", ".mov"])
def test_a_damaged_clip_is_read_or_refused_in_a_line(tmp_path: Path, suffix: str) -> None:
    data = write_small(tmp_path / f"whole{suffix}").read_bytes()
    rng = np.random.default_rng(17)
    damaged, refused = tmp_path / f"damaged{suffix}", 0
    for _ in range(MUTATIONS):
        damaged.write_bytes(mutated(data, rng))
        try:
            source = open_source(str(damaged))
            plan = make_plan(damaged, segment_frames=2, start_seconds=None, stop_seconds=None)
            clip.probe(damaged)
            plan_streams(damaged, recipe_for(Path("out.mkv")))
            times = [frame.pts_seconds for frame in source]
            source.close()
            assert times == sorted(set(times))
            assert list(plan.times) == sorted(set(plan.times))
        except PleinairError as exc:
            refused += bool(str(exc))
    assert 0 < refused < MUTATIONS
