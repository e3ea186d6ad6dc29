"""Files dropped on the studio: taken in, painted by a process of its own, kept over any end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from realtime.errors import BadInputError
from realtime.frame import Frame
from realtime.provenance import read_note
from realtime.settings import LiveSettings
from realtime.studio import looks
from realtime.studio.jobs import Job, JobStore, titled
from realtime.studio.painting_queue import PaintingQueue
from realtime.studio.settings import Limits, StudioSettings
from tests.clips import (
    frame_times,
    noise,
    read_frames,
    sound_packets,
    write_clip,
    write_clip_with_sound,
)
from tests.commands import is_alive
from tests.helpers import quadrant_card, read_back, until, write_picture
from tests.studio import RunningStudio, running


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    with running(tmp_path_factory.mktemp("home"), "--engine", "identity") as opened:
        yield opened


FRAMES = 1200


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Takes some seconds to paint, and few to write."""
    card = quadrant_card(160, 120)
    pictures = [np.ascontiguousarray(np.roll(card, i, axis=1)) for i in range(FRAMES)]
    return write_clip(tmp_path_factory.mktemp("clip") / "long.mp4", pictures)


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    return write_picture(tmp_path / "photograph.png")


def test_a_clip_becomes_a_film_with_its_sound_and_times(
    studio: RunningStudio, tmp_path: Path
) -> None:
    clip = write_clip_with_sound(tmp_path / "clip.mp4", "aac")
    status, job = studio.drop(clip, style="scream")
    assert status == 201
    done = studio.wait_for(job["name"], lambda now: now["state"] == "done")
    assert (done["kind"], done["frames"], done["done"]) == ("film", 60, 60)
    assert (done["width"], done["height"], done["seconds"]) == (64, 48, pytest.approx(2, abs=0.1))
    assert done["saved_as"] == "clip-scream.mp4"
    assert done["command"] == "pleinair video clip.mp4 --style scream"
    status, data, headers = studio.raw(f"/api/files/{job['name']}/result?download")
    assert headers["content-type"] == "video/mp4"
    assert headers["content-disposition"] == 'attachment; filename="clip-scream.mp4"'
    (tmp_path / "got.mp4").write_bytes(data)
    assert frame_times(tmp_path / "got.mp4") == pytest.approx(frame_times(clip))
    assert sound_packets(tmp_path / "got.mp4") == sound_packets(clip)
    assert "in the style of scream" in read_note(tmp_path / "got.mp4")


def test_a_film_is_given_in_parts_as_browsers_ask(studio: RunningStudio, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "c.mp4", noise(3))
    _, job = studio.drop(clip)
    status, data, headers = studio.raw(f"/api/files/{job['name']}/original", range="bytes=4-11")
    assert status == 206
    assert data == clip.read_bytes()[4:12]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_photograph_is_painted(studio: RunningStudio, photograph: Path, tmp_path: Path) -> None:
    _, job = studio.drop(photograph, name="C:\\holiday\\../../evil\u202e\n.png", style="mosaic")
    done = studio.wait_for(job["name"], lambda now: now["state"] == "done")
    assert done["title"] == "evil.png"
    assert (done["kind"], done["width"], done["height"]) == ("picture", 64, 48)
    (tmp_path / "got.png").write_bytes(studio.raw(f"/api/files/{job['name']}/result")[1])
    got = read_back(tmp_path / "got.png")
    np.testing.assert_array_equal(got, quadrant_card())  # the identity engine


def test_another_look_is_another_painting(studio: RunningStudio, photograph: Path) -> None:
    _, job = studio.drop(photograph, style="mosaic")
    studio.wait_for(job["name"], lambda now: now["state"] == "done")
    studio.ask(f"/api/files/{job['name']}/paint", "POST", b'{"style": "udnie", "strength": 0.5}')
    done = studio.wait_for(job["name"], lambda now: now["state"] == "done")
    assert done["saved_as"] == "photograph-udnie.png"
    assert done["command"] == "pleinair image photograph.png --style udnie --strength 0.5"


def test_what_is_removed_is_gone(studio: RunningStudio, photograph: Path) -> None:
    _, job = studio.drop(photograph)
    studio.wait_for(job["name"], lambda now: now["state"] == "done")
    folder = studio.folder / "jobs" / job["name"]
    assert folder.is_dir()
    assert studio.ask(f"/api/files/{job['name']}", "DELETE")[0] == 200
    assert not folder.exists()
    assert job["name"] not in {one["name"] for one in studio.jobs()}
    assert studio.ask(f"/api/files/{job['name']}/result")[0] == 404


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"just some words\n", 415, "this is a text"),
        (b"%PDF-1.7 ...", 415, "this is a PDF document"),
        (b"\x7fELF" + bytes(100), 415, "this is a program"),
        (b"", 400, "the file is empty"),
    ],
)
def test_other_kinds_are_refused_at_once(
    studio: RunningStudio, tmp_path: Path, content: bytes, code: int, words: str
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    before = studio.jobs()
    status, answer = studio.drop(path)
    assert status == code
    assert words in answer["error"]
    assert studio.jobs() == before
    assert len(list((studio.folder / "jobs").iterdir())) == len(before)


def test_a_damaged_clip_is_said_under_its_own_name(studio: RunningStudio, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "holiday.mp4", noise(5))
    clip.write_bytes(clip.read_bytes()[:200])
    _, job = studio.drop(clip)
    failed = studio.wait_for(job["name"], lambda now: now["state"] == "failed")
    assert failed["error"].startswith("holiday.mp4 is damaged or incomplete")
    assert str(studio.folder) not in failed["error"]


def test_what_says_that_it_is_too_large_is_refused_before_it_is_sent(studio: RunningStudio) -> None:
    status, answer = studio.ask(
        "/api/files?name=a.mp4", "POST", None, content_length=str(Limits().upload_bytes + 1)
    )
    assert status == 413
    assert "larger than 4 GB" in answer["error"]


def test_a_picture_that_turns_out_too_large_is_refused_and_deleted(studio: RunningStudio) -> None:
    def endless() -> Iterator[bytes]:
        yield b"\x89PNG\r\n\x1a\n"
        for _ in range(101):
            yield bytes(2**20)

    before = len(list((studio.folder / "jobs").iterdir()))
    try:
        status, answer = studio.ask("/api/files?name=a.png", "POST", endless())
    except (BrokenPipeError, ConnectionError):
        pass  # it hung up before all was sent, which it may
    else:
        assert status == 413
        assert "larger than 100 MB" in answer["error"]
    assert len(list((studio.folder / "jobs").iterdir())) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"x_pleinair_token": None},
        {"x_pleinair_token": "wrong"},
        {"origin": "https://example.org"},
        {"origin": None},
    ],
)
def test_nobody_else_may_drop_files(studio: RunningStudio, headers: dict[str, Any]) -> None:
    before = studio.jobs()
    status, answer = studio.ask("/api/files?name=a.png", "POST", b"\x89PNG", **headers)
    assert status == 403
    assert answer["error"]
    assert studio.jobs() == before


@pytest.mark.parametrize(
    "path",
    [
        "../../token",
        "..%2f..%2ftoken",
        "%2e%2e/token",
        "0123456789abcdef/original",
        "token/original",
    ],
)
def test_no_path_leads_out_of_the_jobs(studio: RunningStudio, path: str) -> None:
    status, data, _ = studio.raw(f"/api/files/{path}")
    assert status in (404, 405)
    assert studio.token.encode() not in data


@pytest.mark.parametrize(
    ("look", "words"),
    [
        ({"style": "/etc/passwd"}, "no style named"),
        ({"style": "painting.jpg"}, "no style named"),
        ({"style": "scream:0.5,../x.png:0.5"}, "no style named"),
        ({"bundle": "/tmp/x.safetensors"}, "no bundle named"),
        ({"strength": 3}, "strength must be between 0 and 1"),
        ({"strength": "much"}, "is not valid"),
        ({"out": "/tmp/x"}, "is not valid"),
    ],
)
def test_a_look_is_checked_and_holds_no_path(
    studio: RunningStudio, photograph: Path, look: dict[str, Any], words: str
) -> None:
    status, answer = studio.drop(photograph, **look)
    assert status == 400
    assert words in answer["error"]


def test_a_long_film_is_paused_and_goes_on(
    studio: RunningStudio, long_clip: Path, tmp_path: Path
) -> None:
    _, job = studio.drop(long_clip)
    studio.wait_for(job["name"], lambda now: now["done"] > 40)
    studio.ask(f"/api/files/{job['name']}/pause", "POST")
    paused = studio.wait_for(job["name"], lambda now: now["state"] != "painting")
    if paused["state"] == "paused":  # a quick machine may have finished it meanwhile
        studio.ask(f"/api/files/{job['name']}/resume", "POST")
    done = studio.wait_for(job["name"], lambda now: now["state"] == "done")
    assert done["done"] == FRAMES
    assert len(painted_frames(studio, job["name"], tmp_path)) == FRAMES


def test_a_film_that_is_cancelled_can_be_removed(studio: RunningStudio, long_clip: Path) -> None:
    _, job = studio.drop(long_clip)
    studio.wait_for(job["name"], lambda now: now["done"] > 0)
    studio.ask(f"/api/files/{job['name']}/cancel", "POST")
    studio.wait_for(job["name"], lambda now: now["state"] in ("cancelled", "done"))
    assert studio.ask(f"/api/files/{job['name']}", "DELETE")[0] == 200
    assert not (studio.folder / "jobs" / job["name"]).exists()


def workers_of(studio: RunningStudio) -> list[psutil.Process]:
    children = psutil.Process(studio.process.pid).children()
    return [child for child in children if "painting_worker" in " ".join(child.cmdline())]


def test_a_worker_that_is_killed_takes_no_studio_along(
    studio: RunningStudio, long_clip: Path, tmp_path: Path
) -> None:
    _, job = studio.drop(long_clip)
    studio.wait_for(job["name"], lambda now: now["done"] > 60)
    for worker in workers_of(studio):
        worker.kill()
    failed = studio.wait_for(job["name"], lambda now: now["state"] in ("failed", "done"))
    assert failed["state"] == "failed"
    assert "ended by signal 9" in failed["error"]
    studio.ask(f"/api/files/{job['name']}/resume", "POST")
    studio.wait_for(job["name"], lambda now: now["state"] == "done")
    assert len(painted_frames(studio, job["name"], tmp_path)) == FRAMES


def taken_in(store: JobStore, path: Path) -> Job:
    """Keep a file as if it had been dropped."""
    job = Job(store.new_name(), path.name, looks.validate_look({}))
    store.original(job).write_bytes(path.read_bytes())
    return job


def test_a_worker_that_does_not_stop_is_ended(long_clip: Path, tmp_path: Path) -> None:
    settings = StudioSettings(
        folder=tmp_path / "studio", live=LiveSettings(engine="identity", sink="null")
    )
    store = JobStore(settings.folder / "jobs")
    job = taken_in(store, long_clip)
    with closing(PaintingQueue(settings, store, stuck_seconds=0.5)) as queue:
        queue.add(job)
        while job.done < 10:
            assert job.state in ("waiting", "painting"), job.error
        assert queue._worker is not None
        os.kill(queue._worker.pid, signal.SIGSTOP)  # as a decoder that never returns
        queue.stop(job, "cancel")
        while job.state == "painting":
            pass
        assert job.state == "cancelled"
        queue.resume(job)  # by a new worker
        while job.state in ("waiting", "painting"):
            pass
        assert (job.state, job.done) == ("done", FRAMES)


def test_after_kill_9_of_the_studio_the_film_goes_on_by_itself(
    long_clip: Path, tmp_path: Path
) -> None:
    with running(tmp_path / "home", "--engine", "identity") as studio:
        _, job = studio.drop(long_clip)
        studio.wait_for(job["name"], lambda now: now["done"] > 60)
        (worker,) = workers_of(studio)
        studio.end(signal.SIGKILL)
        while is_alive(worker):
            pass  # the worker ends with its studio
        kept = [one for one in (studio.folder / "jobs" / job["name"]).rglob("*") if one.is_file()]
        assert len(kept) > 2  # segments, beside the original and what is noted of it
        studio.start()
        done = studio.wait_for(job["name"], lambda now: now["state"] == "done")
        assert done["done"] == FRAMES
        assert len(painted_frames(studio, job["name"], tmp_path)) == FRAMES


def painted_frames(studio: RunningStudio, name: str, folder: Path) -> list[Frame]:
    path = folder / "result.mp4"
    path.write_bytes(studio.raw(f"/api/files/{name}/result")[1])
    return read_frames(path)


def test_limits_are_asked_by_the_worker(tmp_path: Path) -> None:
    limits = Limits(film_px=1000, picture_px=1000, seconds=0.01)
    settings = StudioSettings(folder=tmp_path / "studio", limits=limits)
    store = JobStore(settings.folder / "jobs")
    dropped = write_clip(tmp_path / "a.mp4", noise(9)), write_picture(tmp_path / "a.png")
    jobs = [taken_in(store, path) for path in dropped]
    with closing(PaintingQueue(settings, store)) as queue:
        for job in jobs:
            queue.add(job)
        until(lambda: not any(job.state in ("waiting", "painting") for job in jobs))
    assert "the clip is 64x48 pixels, more than" in jobs[0].error
    assert "64x48 pixels, more than" in jobs[1].error


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\\b\\c.mp4", "c.mp4"),
        ("\x1b[31mred.png", "[31mred.png"),
        ("\u202egpj.exe", "gpj.exe"),
        ("", "nothing"),
        ("///", "nothing"),
        ("x" * 300, "x" * 80),
    ],
)
def test_titles_are_for_people_only(name: str, title: str) -> None:
    assert titled(name, "nothing") == title


def test_damaged_notes_of_jobs_are_cleared_away(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    job = Job(store.new_name(), "a.png", {})
    store.add(job)
    broken = tmp_path / store.new_name()
    (broken / "job.json").write_text("{")
    (tmp_path / store.new_name()).mkdir(exist_ok=True)
    (tmp_path / "mine.txt").write_text("not a job")
    again = JobStore(tmp_path)
    assert [one.name for one in again] == [job.name]
    assert not broken.exists()
    assert (tmp_path / "mine.txt").exists()


def test_a_look_needs_known_words() -> None:
    with pytest.raises(BadInputError):
        looks.validate_look([])
