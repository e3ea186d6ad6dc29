"""The command line as users meet it: real processes, real files."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import av
import numpy as np

from realtime.frame import Pixels
from realtime.network.card import DEFAULT_STYLE
from tests.clips import cut_off, write_clip
from tests.commands import assert_refused, pleinair, pleinair_here, run_python, start_python
from tests.disk import mounted_disk
from tests.helpers import quadrant_card, read_back, until, write_picture


def rolling_cards(count: int, width: int = 64, height: int = 48) -> list[Pixels]:
    card = quadrant_card(width, height)
    return [np.ascontiguousarray(np.roll(card, i, axis=1)) for i in range(count)]


def count_frames(path: Path) -> int:
    with av.open(path) as container:
        return sum(1 for _ in container.decode(video=0))


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    finished = pleinair("--help")
    assert finished.returncode == 0
    for command in ("live", "video", "image", "demo", "styles", "doctor", "train", "bench"):
        assert f" {command} " in finished.stdout
    code = (
        "import sys; from typer.testing import CliRunner; from realtime.cli import app; "
        "CliRunner().invoke(app, ['--help']); "
        "print([m for m in ('torch', 'cv2', 'av', 'numpy') if m in sys.modules])"
    )
    assert run_python("-c", code).stdout.strip() == "[]"


def test_the_doctor_speaks_to_programs() -> None:
    checks = {check["name"]: check for check in json.loads(pleinair("doctor", "--json").stdout)}
    assert "fps at 640x480" in checks["engine torch"]["found"]
    assert checks["virtual camera"]["ok"] or checks["virtual camera"]["advice"]
    quick = json.loads(pleinair("doctor", "--json", "--no-measure").stdout)
    assert not any(check["name"].startswith("engine ") for check in quick)
    assert checks["torch"]["ok"]
    assert checks["styles"]["ok"]
    for check in checks.values():
        assert check["ok"] or check["advice"]


def test_image_paints_beside_the_original(tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "photo.png")
    before = picture.read_bytes()
    finished = pleinair("image", picture, "--style", "mosaic")
    assert finished.returncode == 0, finished.stderr
    assert read_back(tmp_path / "photo-mosaic.png").shape == (48, 64, 3)
    assert picture.read_bytes() == before


def test_image_takes_grey_16_bit_and_transparent_pictures(tmp_path: Path) -> None:
    card = quadrant_card()
    grey = write_picture(tmp_path / "grey.png", card[:, :, 1])
    deep = write_picture(tmp_path / "deep.png", card.astype(np.uint16) * 257)
    clear = write_picture(tmp_path / "clear.png", np.dstack([card, card[:, :, :1]]))
    out = tmp_path / "out"
    out.mkdir()
    finished = pleinair("image", grey, deep, clear, "--out", out, "--strength", "0")
    assert finished.returncode == 0, finished.stderr
    assert "transparen" in finished.stderr
    np.testing.assert_array_equal(read_back(out / f"deep-{DEFAULT_STYLE}.png"), card)
    assert len(list(out.iterdir())) == 3


def test_image_refuses_what_it_cannot_paint(tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    empty.touch()
    assert_refused(pleinair("image", empty), "empty.png")
    assert_refused(pleinair_here("image", tmp_path / "none.png"), "none.png")
    one = write_picture(tmp_path / "one.png", np.zeros((1, 1, 3), np.uint8))
    assert_refused(pleinair_here("image", one), "1x1", "16")
    picture = write_picture(tmp_path / "photo.png")
    assert_refused(pleinair_here("image", picture, "--out", picture), "is the input itself")
    assert_refused(pleinair_here("image", picture, "--style", "mosiac"), "did you mean mosaic")
    assert_refused(pleinair_here("image", picture, "--size", "big"), "WIDTHxHEIGHT")
    assert_refused(pleinair_here("image", picture, "--engine", "abacus"), "known are", "torch")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.png", "one.png", "photo.png"]


def test_video_paints_every_frame(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", rolling_cards(12))
    finished = pleinair("video", clip, "--style", "scream")
    assert finished.returncode == 0, finished.stderr
    assert count_frames(tmp_path / "clip-scream.mp4") == 12
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip-scream.mp4", "clip.mp4"]


def test_video_tells_programs_what_came_of_every_film(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", rolling_cards(12))
    (tmp_path / "text.mp4").write_text("this is no video")
    out = f"{tmp_path}/out/"
    finished = pleinair("video", tmp_path, "-o", out, "--engine", "identity", "--json")
    assert finished.returncode == 2
    told = {Path(film["clip"]).name: film for film in json.loads(finished.stdout)}
    assert told["clip.mp4"]["frames"] == count_frames(Path(told["clip.mp4"]["result"])) == 12
    assert told["clip.mp4"]["error"] is None
    assert "text.mp4" in told["text.mp4"]["error"]
    assert f"wrote: {told['clip.mp4']['result']}" in finished.stderr
    assert clip.exists()


def test_video_scales_when_asked(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", rolling_cards(12))
    finished = pleinair("video", clip, tmp_path / "small.mp4", "--size", "32x32")
    assert finished.returncode == 0, finished.stderr
    with av.open(tmp_path / "small.mp4") as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (32, 24)


def test_video_refuses_what_it_cannot_paint(tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("this is no video")
    assert_refused(pleinair("video", text), "text.mp4")
    assert_refused(pleinair_here("video", tmp_path / "none.mp4"), "none.mp4")
    (tmp_path / "empty").mkdir()
    assert_refused(pleinair_here("video", tmp_path / "empty"), "folder")
    clip = write_clip(tmp_path / "clip.mp4", rolling_cards(12))
    before = clip.read_bytes()
    assert_refused(pleinair_here("video", clip, clip), "clip.mp4")
    assert_refused(pleinair_here("video", clip, tmp_path / "no" / "x.mp4"), "does not exist")
    assert clip.read_bytes() == before
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    assert_refused(pleinair_here("video", clip, "--bundle", bad), "bad.safetensors")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "bad.safetensors", "clip.mp4", "empty", "text.mp4",
    ]  # fmt: skip


def test_a_truncated_video_keeps_what_was_painted(tmp_path: Path) -> None:
    cut = cut_off(write_clip(tmp_path / "cut.mkv", rolling_cards(90)))
    assert_refused(pleinair("video", cut, tmp_path / "out.mkv"), "cut.mkv")
    assert not (tmp_path / "out.mkv").exists()
    assert 0 < count_frames(tmp_path / "out.partial.mkv") < 90


def test_ctrl_c_leaves_a_playable_partial_file(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", rolling_cards(600, 320, 240))
    process = start_python("-m", "realtime", "video", clip, tmp_path / "out.mp4")
    partial, segments = tmp_path / "out.partial.mp4", tmp_path / ".out.mp4.pleinair"
    until(
        lambda: sum(path.stat().st_size for path in segments.glob("*/*.nut")),
        lambda size: size >= 20_000, process,
    )  # fmt: skip
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert not (tmp_path / "out.mp4").exists()
    assert 0 < count_frames(partial) < 600


def test_demo_writes_a_clip_and_a_still(tmp_path: Path) -> None:
    finished = pleinair("demo", "--out", tmp_path / "out", "--seconds", "1", "--size", "160x120")
    assert finished.returncode == 0, finished.stderr
    assert "30 frames" in finished.stdout
    assert "p95" in finished.stdout
    assert "pleinair live" in finished.stdout
    assert count_frames(tmp_path / "out" / "demo.mp4") == 30
    still = read_back(tmp_path / "out" / "demo.png")
    assert still.shape == (120, 320, 3)
    assert np.abs(still[:, :160].astype(int) - still[:, 160:]).mean() > 5


def test_live_reports_what_it_measured() -> None:
    finished = pleinair(
        "live", "--source", "synthetic", "--sink", "null", "--seconds", "2", "--size", "160x120"
    )
    assert finished.returncode == 0, finished.stderr
    for words in ("fps end to end", "dropped", "p50", "p95", "p99", "painting on"):
        assert words in finished.stdout


def test_live_without_camera_or_screen_says_what_to_do() -> None:
    no_camera = pleinair_here("live", "--source", "camera:77")
    assert_refused(no_camera, "there is no camera 77", "found")
    no_screen = pleinair("live", "--source", "synthetic", DISPLAY="", WAYLAND_DISPLAY="")
    assert_refused(no_screen, "no display", "--sink null")


def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", rolling_cards(60, 320, 240))
    with mounted_disk(tmp_path / "small", "64k") as small:
        assert_refused(pleinair("video", clip, small / "out.mp4"), "disk full")
        assert not (small / "out.mp4").exists()
