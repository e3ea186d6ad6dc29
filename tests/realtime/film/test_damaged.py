"""Clips that were damaged at random: each is painted or refused in a line, whatever FFmpeg says."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from realtime.errors import PleinairError
from realtime.film.plan import make_plan
from realtime.film.stream_plan import plan_streams
from realtime.media import clip
from realtime.sinks.encoding import recipe_for
from realtime.sources.video_source import open_source
from tests.clips import noise
from tests.damage import damaged
from tests.film import add_pictures, add_tone, picture_stream, play_tone

MUTATIONS = 60
"""Of each kind of file."""


def write_small(path: Path) -> Path:
    """Write half a second of picture and sound, with tags."""
    codecs = {".webm": ("libvpx", "libopus"), ".flv": ("flv", "aac"), ".avi": ("mpeg4", "aac")}
    picture, sound = codecs.get(path.suffix, ("mpeg2video", "mp2"))
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "Étretat"
        stream = picture_stream(container, 32, 24, codec=picture)
        stream.options["deadline"] = "realtime"
        tone = add_tone(container, codec=sound)
        add_pictures(container, stream, noise(6, 32, 24))
        play_tone(container, tone, 0.24)
    return path


@pytest.mark.parametrize("suffix", [".mkv", ".webm", ".flv", ".avi", ".ts", ".mov"])
def test_a_damaged_clip_is_read_or_refused_in_a_line(tmp_path: Path, suffix: str) -> None:
    data = write_small(tmp_path / f"whole{suffix}").read_bytes()
    path, refused = tmp_path / f"damaged{suffix}", 0
    for number, copy in enumerate(damaged(data, MUTATIONS, seed=17)):
        # Every second one once more, in its head alone.
        path.write_bytes(copy if number % 2 else next(damaged(copy, 1, seed=number, within=600)))
        try:
            with open_source(str(path)) as source:
                plan = make_plan(path, segment_frames=2, start_seconds=None, stop_seconds=None)
                clip.probe(path)
                plan_streams(path, recipe_for(Path("out.mkv")))
                times = [frame.pts_seconds for frame in source]
            assert times == sorted(set(times))
            assert list(plan.times) == sorted(set(plan.times))
        except PleinairError as exc:
            refused += bool(str(exc))
    assert 0 < refused < MUTATIONS
