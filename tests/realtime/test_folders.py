"""Files are written whole or not at all."""

import os
from pathlib import Path

import pytest

from realtime.errors import BadInputError
from realtime.folders import keep, write_whole


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


def test_a_cache_is_never_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder should be")
    keep(tmp_path / "file" / "cache", b"1")
