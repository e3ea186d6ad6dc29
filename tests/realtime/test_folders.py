"""Files are written whole or not at all."""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from platformdirs.macos import MacOS

from realtime.errors import BadInputError
from realtime.folders import cache_folder, data_folder, usable_cache, write_cache, write_whole


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"before")
    # What will be written to is a device on which no byte finds room.
    (tmp_path / f"file.{os.getpid()}.partial").symlink_to("/dev/full")
    with pytest.raises(BadInputError, match=r"cannot write .*file: No space left"):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_whole(tmp_path / "link", b"one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"one"


def test_a_name_as_long_as_the_disk_takes_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".png")
    write_whole(path, b"one")
    assert list(tmp_path.iterdir()) == [path]


def nobody(number: int) -> None:
    raise KeyError(number)


@pytest.mark.parametrize("home", [None, ""])
def test_without_a_home_things_are_kept_for_this_run(
    home: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pwd = pytest.importorskip("pwd")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for variable in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(variable, raising=False)
    if home is not None:
        monkeypatch.setenv("HOME", home)
    write_cache(cache_folder() / "a", b"1")
    assert (cache_folder() / "a").read_bytes() == b"1"
    folder = cache_folder().parents[1]
    assert data_folder().parents[2] == folder
    assert folder.stat().st_mode & 0o077 == 0, "nobody else may look into it"
    assert usable_cache("openvino") == cache_folder() / "openvino"


def test_where_platformdirs_is_not_installed_things_are_kept_for_this_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """GPU machines often have PyTorch and little else: painting and training work there too."""
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    write_cache(cache_folder() / "a", b"1")
    assert (cache_folder() / "a").read_bytes() == b"1"
    assert cache_folder().is_relative_to(tempfile.gettempdir())


def test_styles_of_before_are_found_where_the_system_expects_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("platformdirs.PlatformDirs", MacOS)
    usual = tmp_path / "Library" / "Application Support" / "pleinair"
    assert data_folder() == usual
    before = tmp_path / ".local" / "share" / "pleinair"
    before.mkdir(parents=True)
    assert data_folder() == before
    usual.mkdir(parents=True)
    assert data_folder() == usual


def test_folders_are_where_xdg_says_if_it_says_it_properly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert cache_folder() == tmp_path / "cache" / "pleinair"
    assert data_folder() == tmp_path / "home" / ".local" / "share" / "pleinair"
