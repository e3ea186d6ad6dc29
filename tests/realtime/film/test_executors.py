"""Several processes, or a cluster: other workers, the same film."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from realtime.errors import BadInputError
from realtime.film.film import FilmSettings
from realtime.settings import PaintSettings
from tests.clips import noise, write_clip
from tests.film import COPY, paint
from tests.realtime.film.test_resume import packets

NAMES = (
    "camera-pan-room-audio-320x240.mp4",
    "talking-car-carphone-176x144.mp4",
    "nasa-two-audio-tracks-320x180.mp4",
)
PAINTED = FilmSettings(
    paint=PaintSettings(style="scream", engine="torch", precision="fp32"), segment_frames=50
)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    from tests.conftest import shared

    folder = shared("data/video")
    return [folder / name for name in NAMES]


@pytest.fixture(scope="module")
def here(clips: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What this process paints."""
    folder = tmp_path_factory.mktemp("here")
    return {f.clip.name: [*packets(f.result)] for f in paint(*clips, out=folder, settings=PAINTED)
            if f.result}  # fmt: skip


def test_several_processes_paint_the_same(
    clips: list[Path], here: dict[str, list[object]], tmp_path: Path
) -> None:
    finished = paint(*clips, out=tmp_path / "out", settings=PAINTED, jobs=2)
    assert [f.error for f in finished] == [None] * 3
    assert {f.clip.name: [*packets(f.result)] for f in finished if f.result} == here


def test_one_bad_clip_does_not_stop_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    for name in ("a.mp4", "c.mp4"):
        write_clip(folder / name, noise(5))
    (folder / "b.mp4").write_bytes(b"no video")
    (folder / "notes.txt").write_text("not painted")
    for jobs in (1, 2):
        finished = paint(folder, out=tmp_path / f"out{jobs}", jobs=jobs)
        failed = {f.clip.name: f.error for f in finished if f.error}
        assert list(failed) == ["b.mp4"]
        assert isinstance(failed["b.mp4"], BadInputError)
        made = sorted(p.name for p in (tmp_path / f"out{jobs}").iterdir())
        assert made == ["a-starry-night.mp4", "c-starry-night.mp4"]


def test_a_worker_that_dies_is_told_and_costs_a_segment(shared_video: Path, tmp_path: Path) -> None:
    clip = shared_video / "talking-head-obama-512x388.mp4"
    settings = replace(PAINTED, segment_frames=20)
    killer = threading.Thread(target=kill_one, args=("spawn_main", os.getpid(), tmp_path))
    killer.start()
    (finished,) = paint(clip, out=tmp_path / "out.mp4", settings=settings, jobs=2)
    killer.join()
    assert "a worker process died" in str(finished.error)
    assert not (tmp_path / "out.mp4").exists()
    (again,) = paint(clip, out=tmp_path / "out.mp4", settings=settings)
    assert again.frames == 259


def kill_one(name: str, parent: int, work: Path, segments: int = 1) -> None:
    """Kill a process whose command line holds `name` when some segments are painted."""
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        if len([p for p in work.rglob("*.nut") if "partial" not in p.name]) >= segments:
            for process in Path("/proc").iterdir():
                pid = process.name
                if pid.isdigit() and int(pid) != parent and name in _command(process):
                    os.kill(int(pid), signal.SIGKILL)
                    return
        time.sleep(0.01)


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"jobs": 0}, "--jobs must be at least 1"),
        ({"jobs": 2, "ray": "auto"}, "choose one"),
    ],
)
def test_executors_that_make_no_sense(words: dict[str, object], message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        paint(Path("a.mp4"), settings=COPY, **words)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ray_address() -> Iterator[str]:
    """Start a local Ray cluster with two workers, and end it."""
    pytest.importorskip("ray")
    command = shutil.which("ray", path=str(Path(sys.executable).parent)) or "ray"
    address = f"127.0.0.1:{20_000 + os.getpid() % 20_000}"
    root = str(Path(__file__).parents[3])
    env = {**os.environ, "PYTHONPATH": root, "RAY_DISABLE_IMPORT_WARNING": "1"}
    start = [command, "start", "--head", f"--port={address.partition(':')[2]}", "--num-cpus=2",
             "--include-dashboard=false", "--disable-usage-stats"]  # fmt: skip
    started = subprocess.run(start, capture_output=True, text=True, check=False, env=env)
    assert started.returncode == 0, started.stdout + started.stderr
    yield address
    subprocess.run([command, "stop", "--force"], capture_output=True, check=False, env=env)


@pytest.mark.filterwarnings("ignore")
def test_a_ray_cluster_paints_the_same(
    ray_address: str, clips: list[Path], here: dict[str, list[object]], tmp_path: Path
) -> None:
    finished = paint(*clips, out=tmp_path / "out", settings=PAINTED, ray=ray_address)
    assert [f.error for f in finished] == [None] * 3
    assert {f.clip.name: [*packets(f.result)] for f in finished if f.result} == here


@pytest.mark.filterwarnings("ignore")
def test_a_lost_ray_worker_does_not_lose_the_film(
    ray_address: str, shared_video: Path, tmp_path: Path
) -> None:
    clip = shared_video / "talking-head-obama-512x388.mp4"
    settings = replace(PAINTED, segment_frames=20)
    args = ("ray::_paint_far_away", os.getpid(), tmp_path, 2)
    killer = threading.Thread(target=kill_one, args=args)
    killer.start()
    (finished,) = paint(clip, out=tmp_path / "out.mp4", settings=settings, ray=ray_address)
    killer.join()
    assert finished.error is None
    assert finished.frames == 259
    paint(clip, out=tmp_path / "here.mp4", settings=settings)
    assert packets(tmp_path / "out.mp4") == packets(tmp_path / "here.mp4")


@pytest.mark.filterwarnings("ignore")
def test_no_cluster_is_told(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    clip = write_clip(tmp_path / "in.mp4", noise(3))
    with pytest.raises(BadInputError, match=r"no Ray cluster at '127\.0\.0\.1:9'"):
        paint(clip, ray="127.0.0.1:9")
