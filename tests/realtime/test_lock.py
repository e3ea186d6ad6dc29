"""Two runs with one output: the second is told, and touches nothing."""

from __future__ import annotations

import pickle
import signal
import sys
from pathlib import Path

import pytest

from realtime.errors import BadInputError
from realtime.film.film import FilmSettings, prepare_film
from realtime.lock import OutputLock, hidden_folder
from realtime.painter import EngineSpec, open_painter
from realtime.sinks import SinkOptions
from realtime.sinks.video_sink import open_sink
from tests.clips import cut_off, noise, write_clip
from tests.commands import run_python, start_python
from tests.film import COPY, paint


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_one_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    first, second = OutputLock(out), OutputLock(out)
    first.acquire()
    with pytest.raises(BadInputError, match=r"out\.mp4 is being written by another pleinair \(pro"):
        second.acquire()
    first.release()
    first.release()
    assert not list(tmp_path.iterdir())
    second.acquire()
    pickle.loads(pickle.dumps(second)).release()  # a worker's copy lets nothing go
    with pytest.raises(BadInputError, match="is being written"):
        first.acquire()
    second.release()


def test_a_process_that_is_killed_lets_go(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    code = (
        "import sys, time; from pathlib import Path; from realtime.lock import OutputLock; "
        f"lock = OutputLock(Path({str(out)!r})); lock.acquire(); print('held', flush=True); "
        "time.sleep(100)"
    )
    with start_python("-c", code) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        lock = OutputLock(out)
        with pytest.raises(BadInputError, match=rf"another pleinair \(process {other.pid}\)"):
            lock.acquire()
        other.send_signal(signal.SIGKILL)
        other.wait(30)
    lock.acquire()
    lock.release()


def test_the_second_film_touches_nothing(tmp_path: Path) -> None:
    clip, out = write_clip(tmp_path / "in.mp4", noise(50)), tmp_path / "out.mp4"
    engine, _ = open_painter(COPY.paint)
    film = prepare_film(clip, out, COPY, EngineSpec.of(COPY.paint, engine))
    engine.close()
    film.folder.make()
    (film.folder.unfinished(0)).write_bytes(b"half a segment of the first run")
    before = everything(tmp_path)
    for settings in (COPY, FilmSettings(paint=COPY.paint, every=2, overwrite=True)):
        (finished,) = paint(clip, out=out, settings=settings)
        assert "is being written by another pleinair" in str(finished.error)
        assert everything(tmp_path) == before
    with pytest.raises(BadInputError, match="is being written"):
        open_sink(SinkOptions(path=out))
    film.folder.lock.release()
    (finished,) = paint(clip, out=out)
    assert finished.result == out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4", "out.mp4"]


def test_what_failed_lets_go(tmp_path: Path) -> None:
    cut = cut_off(write_clip(tmp_path / "cut.mkv", noise(90)))
    for _ in range(2):
        (finished,) = paint(cut, out=tmp_path / "out.mkv")
        assert "is cut off" in str(finished.error)
    assert not (hidden_folder(tmp_path / "out.mkv") / "lock").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits for processes")
def test_a_batch_of_many_films_has_a_lock_for_each(tmp_path: Path) -> None:
    code = (
        "import resource; from pathlib import Path; from realtime.lock import OutputLock; "
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; "
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard)); "
        f"locks = [OutputLock(Path({str(tmp_path)!r}) / f'{{n}}.mp4') for n in range(100)]; "
        "[lock.acquire() for lock in locks]; "
        "print(sum(lock._file is not None for lock in locks))"
    )
    assert run_python("-c", code).stdout == "100\n"
    assert not list(tmp_path.iterdir())
