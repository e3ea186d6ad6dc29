"""A real virtual screen and a real server on loopback as cameras."""

from __future__ import annotations

import functools
import http.server
import threading
from itertools import islice
from pathlib import Path

import pytest

from realtime.errors import BadInputError, SourceError
from realtime.sources import open_source
from tests.clips import noise, write_clip


def test_the_screen_is_a_camera(screen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", screen)
    with open_source("screen:10,20,160,120", rate_fps=100) as source:
        frames = list(islice(source, 3))
    assert [(f.width, f.height, f.index) for f in frames] == [(160, 120, i) for i in range(3)]
    assert source.live
    with open_source("screen") as whole:
        assert next(iter(whole)).width >= 640
    for wrong in ("9", "1,2,3", "0,0,4,4", "left"):
        with pytest.raises(BadInputError, match="expected a monitor, 1 to 1, or a region"):
            open_source(f"screen:{wrong}")


def test_no_screen_is_a_clear_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":987")
    with pytest.raises(BadInputError, match="no screen to read"):
        open_source("screen")


def test_a_stream_over_http(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mkv", noise(60))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        with (
            open_source(f"{address}/clip.mkv") as source,
            pytest.raises(SourceError, match="ended"),
        ):
            list(source)
        with open_source(f"{address}/clip.mkv") as source:
            assert source.live
            assert len(list(islice(source, 12))) == 12
        with pytest.raises(BadInputError, match="cannot be opened"):
            open_source(f"{address}/none.mp4")
        server.shutdown()
