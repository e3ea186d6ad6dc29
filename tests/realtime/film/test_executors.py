"""Several processes, or a cluster: other workers, the same film."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from realtime.errors import BadInputError
from realtime.film.batch import Finished
from realtime.film.film import FilmSettings
from realtime.network.card import DEFAULT_STYLE
from realtime.settings import PaintSettings
from tests.clips import noise, write_clip
from tests.commands import ROOT
from tests.film import COPY, paint
from tests.helpers import until
from tests.made import LONG, LONG_FRAMES, SHORT
from tests.realtime.film.test_resume import packets

PAINTED = FilmSettings(
    paint=PaintSettings(style="scream", engine="torch", precision="fp32"), segment_frames=20
)


@pytest.fixture
def clips(clips_folder: Path) -> list[Path]:
    return [clips_folder / name for name in SHORT]


@pytest.fixture(scope="module")
def here(clips_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What this process paints."""
    clips = [clips_folder / name for name in (*SHORT, LONG)]
    return painted(paint(*clips, out=tmp_path_factory.mktemp("here"), settings=PAINTED))


def painted(finished: Iterable[Finished]) -> dict[str, list[object]]:
    """Everything that a player gets to see of films, by the names of their clips."""
    return {film.clip.name: [*packets(film.result)] for film in finished if film.result}


def test_several_processes_paint_the_same(
    clips: list[Path], here: dict[str, list[object]], tmp_path: Path
) -> None:
    finished = paint(*clips, out=tmp_path / "out", settings=PAINTED, jobs=2)
    assert [f.error for f in finished] == [None] * 2
    assert painted(finished) == {name: here[name] for name in SHORT}


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
        assert made == [f"a-{DEFAULT_STYLE}.mp4", f"c-{DEFAULT_STYLE}.mp4"]


def test_a_worker_that_dies_is_told_and_costs_a_segment(clips_folder: Path, tmp_path: Path) -> None:
    clip = clips_folder / LONG
    with a_kill("spawn_main", lambda parent: parent == os.getpid(), tmp_path):
        (finished,) = paint(clip, out=tmp_path / "out.mp4", settings=PAINTED, jobs=2)
    assert "a worker process died" in str(finished.error)
    assert not (tmp_path / "out.mp4").exists()
    (again,) = paint(clip, out=tmp_path / "out.mp4", settings=PAINTED)
    assert again.frames == LONG_FRAMES


@contextmanager
def a_kill(
    name: str, is_parent: Callable[[int], bool], work: Path, segments: int = 1
) -> Iterator[None]:
    """Meanwhile kill a worker, told by its command line and parent, once segments are painted."""

    killed = list[int]()

    def kill_one() -> None:
        deadline = time.monotonic() + 100
        while time.monotonic() < deadline:
            if len([p for p in work.rglob("*.nut") if "partial" not in p.name]) >= segments:
                for process in psutil.process_iter():
                    with suppress(psutil.Error):  # it has just ended
                        if name in " ".join(process.cmdline()) and is_parent(process.ppid()):
                            process.kill()
                            killed.append(process.pid)
                            return
            time.sleep(0.01)

    killer = threading.Thread(target=kill_one)
    killer.start()
    yield
    killer.join()
    assert killed, "there was nobody to kill"


@pytest.mark.parametrize(
    ("words", "message"),
    [({"jobs": 0}, "--jobs must be at least 1"), ({"jobs": 2, "ray": "auto"}, "choose one")],
)
def test_executors_that_make_no_sense(words: dict[str, object], message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        paint(Path("a.mp4"), settings=COPY, **words)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ray_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a local Ray cluster with two workers, and end it, but no other that may run here."""
    pytest.importorskip("ray")
    command = shutil.which("ray", path=str(Path(sys.executable).parent)) or "ray"
    address = f"127.0.0.1:{20_000 + os.getpid() % 20_000}"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_DISABLE_IMPORT_WARNING": "1"}
    start = [command, "start", "--head", f"--port={address.partition(':')[2]}", "--num-cpus=2",
             "--include-dashboard=false", "--disable-usage-stats", "--block"]  # fmt: skip
    said = tmp_path_factory.mktemp("ray") / "said"
    with said.open("w") as file, subprocess.Popen(start, stdout=file, stderr=file, env=env) as head:
        try:
            until(said.read_text, lambda text: "Ray runtime started" in text, head)
            yield address
        finally:
            head.terminate()


@pytest.mark.filterwarnings("ignore")
def test_a_ray_cluster_paints_the_same(
    ray_address: str, clips: list[Path], here: dict[str, list[object]], tmp_path: Path
) -> None:
    finished = paint(*clips, out=tmp_path / "out", settings=PAINTED, ray=ray_address)
    assert [f.error for f in finished] == [None] * 2
    assert painted(finished) == {name: here[name] for name in SHORT}


@pytest.mark.filterwarnings("ignore")
def test_a_lost_ray_worker_does_not_lose_the_film(
    ray_address: str, clips_folder: Path, here: dict[str, list[object]], tmp_path: Path
) -> None:
    def is_ours(parent: int) -> bool:
        port = ray_address.partition(":")[2]
        return any(part.endswith(f":{port}") for part in psutil.Process(parent).cmdline())

    with a_kill("ray::_paint_remotely", is_ours, tmp_path, segments=2):
        (finished,) = paint(
            clips_folder / LONG, out=tmp_path / "out.mp4", settings=PAINTED, ray=ray_address
        )
    assert finished.error is None
    assert finished.frames == LONG_FRAMES
    assert painted([finished]) == {LONG: here[LONG]}


@pytest.mark.filterwarnings("ignore")
def test_no_cluster_is_told(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    clip = write_clip(tmp_path / "in.mp4", noise(3))
    with pytest.raises(BadInputError, match=r"no Ray cluster at '127\.0\.0\.1:9'"):
        paint(clip, ray="127.0.0.1:9")
