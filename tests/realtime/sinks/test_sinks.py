"""One contract, every sink; the window is driven in `test_window_sink.py`."""

from pathlib import Path

import pytest

from realtime import sinks
from realtime.errors import SinkError, UnknownNameError
from realtime.sinks import SinkOptions, open_sink
from tests.helpers import make_frames

OPTIONS = {
    "images": lambda folder: SinkOptions(path=folder, names=("a.png", "b.png", "c.png")),
    "null": lambda folder: SinkOptions(),
    "video": lambda folder: SinkOptions(path=folder / "out.mp4"),
}


ELSEWHERE = {"window", "virtual_camera"}
"""They need a screen, and a device."""


def test_every_sink_is_tested() -> None:
    assert {*OPTIONS} | ELSEWHERE == set(sinks.names())


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_the_contract(name: str, tmp_path: Path) -> None:
    frames = make_frames(3, 64, 48)
    before = [frame.pixels.copy() for frame in frames]
    with open_sink(name, OPTIONS[name](tmp_path)) as sink:
        for frame in frames:
            sink.show(frame)
            assert sink.poll() == ()
        sink.finish()
    assert all((frame.pixels == kept).all() for frame, kept in zip(frames, before, strict=True))
    assert not list(tmp_path.glob("*partial*"))


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_closing_without_a_frame_leaves_nothing(name: str, tmp_path: Path) -> None:
    open_sink(name, OPTIONS[name](tmp_path)).close()
    assert list(tmp_path.iterdir()) == []


def test_a_window_without_a_screen_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", "")
    with pytest.raises(SinkError, match="DISPLAY is not set"):
        open_sink("window")
    monkeypatch.setenv("DISPLAY", ":6789")
    with pytest.raises(SinkError, match="no display answers at DISPLAY=:6789"):
        open_sink("window")


@pytest.mark.skipif(any(Path("/dev").glob("video*")), reason="there may be a virtual camera here")
def test_without_a_virtual_camera_it_says_how_to_get_one() -> None:
    pytest.importorskip("pyvirtualcam")
    unwritable = pytest.raises(SinkError, match=r"no virtual camera to write to .*: ")
    with open_sink("virtual_camera") as sink, unwritable:
        sink.show(make_frames(1, 64, 48)[0])


def test_unknown_sinks_are_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean window"):
        open_sink("windwo")
