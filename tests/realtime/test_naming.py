"""Names fit onto disks, and are not given twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from realtime.lock import hidden_folder
from realtime.naming import LONGEST_BYTES, make_unique, resolve_link, truncate_name
from realtime.painter import default_output
from realtime.sinks.outputs import partial_path

JAPANESE = "日" * 82  # 246 bytes


@pytest.mark.parametrize("stem", [JAPANESE, "x" * 250, "é" * 124, "\udce9" * 245])
def test_every_name_that_is_made_of_a_long_one_can_be_made(stem: str, tmp_path: Path) -> None:
    clip = tmp_path / f"{stem}.mp4"
    clip.touch()
    painting = default_output(clip, "starry-night")
    for path in (painting, partial_path(painting), hidden_folder(painting)):
        assert len(os.fsencode(path.name)) <= LONGEST_BYTES
        path.touch()
    assert painting.name.endswith("-starry-night.mp4")
    assert partial_path(painting).name.endswith(".partial.mp4")


def test_names_that_begin_alike_stay_apart() -> None:
    one, other = truncate_name(JAPANESE + "a", "-x.mp4"), truncate_name(JAPANESE + "b", "-x.mp4")
    assert one != other
    assert one == truncate_name(JAPANESE + "a", "-x.mp4")
    assert truncate_name("clip", "-x.mp4") == "clip-x.mp4"


def test_a_tail_that_is_too_long_by_itself_keeps_the_ending() -> None:
    name = truncate_name("clip", "-" + "+".join(["starry-night"] * 30) + ".mp4")
    assert len(name) <= LONGEST_BYTES
    assert name.endswith(".mp4")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.jpg", "b.jpg"], ["a.jpg", "b.jpg"]),
        (["a.jpg", "a.jpg", "a.jpg"], ["a.jpg", "a-2.jpg", "a-3.jpg"]),
        (["a.jpg", "a.jpg", "a-2.jpg"], ["a.jpg", "a-3.jpg", "a-2.jpg"]),
        (["A.jpg", "a.jpg"], ["A.jpg", "a-2.jpg"]),
        (["\u00e9.jpg", "e\u0301.jpg"], ["\u00e9.jpg", "e\u0301-2.jpg"]),
    ],
)
def test_names_that_collide_are_numbered(names: list[str], expected: list[str]) -> None:
    assert [path.name for path in make_unique([Path(name) for name in names])] == expected


def test_folders_count_and_links_to_them_do_not(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").symlink_to(tmp_path / "one")
    paths = [tmp_path / "one" / "a", tmp_path / "a", tmp_path / "two" / "a"]
    assert [path.name for path in make_unique(paths)] == ["a", "a", "a-2"]


def test_links(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nothing yet")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert resolve_link(tmp_path / "link") == tmp_path / "nothing yet"
    assert resolve_link(tmp_path / "plain") == tmp_path / "plain"
    assert resolve_link(tmp_path / "loop") == tmp_path / "loop"
