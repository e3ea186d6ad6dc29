"""What every sink that writes files checks before and says afterwards."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

from realtime.errors import BadInputError, SinkError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def partial_path(path: Path) -> Path:
    """Return the name for the time of writing: `out.mp4` -> `out.partial.mp4`."""
    return path.with_name(f"{path.stem}.partial{path.suffix}")


def check_folder(folder: Path) -> None:
    """Make sure that files can be made in a folder, by making one.

    Raises:
        BadInputError: it does not exist, is no folder, or is not writable.
    """
    if not folder.exists():
        raise BadInputError(f"output folder {folder} does not exist; create it or choose another")
    if not folder.is_dir():
        raise BadInputError(f"{folder} is a file, expected an output folder: choose another")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as exc:
        raise BadInputError(
            f"output folder {folder} is not writable ({exc.strerror}): choose another"
        ) from exc


def make_folder(folder: Path) -> None:
    """Make a folder that was asked for by name, with those around it, if it is not there.

    Raises:
        BadInputError: it cannot be made, or not be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        pass  # a file: said below
    except OSError as exc:
        raise BadInputError(
            f"output folder {folder} cannot be made ({exc.strerror}): choose another"
        ) from exc
    check_folder(folder)


def check_target(path: Path, original: Path | None = None) -> None:
    """Make sure that a file can be written, and that it is not the input.

    Raises:
        BadInputError: it cannot, or it is.
    """
    check_folder(path.parent)
    if path.is_dir():
        raise BadInputError(f"{path} is a folder, expected a file name: try {path / 'out.mp4'}")
    for target in (path, partial_path(path)):
        refuse_same_file(target, original)


def refuse_same_file(target: Path, original: Path | None) -> None:
    """Keep an input from being overwritten, by whatever name it is called: links are followed.

    Raises:
        BadInputError: target and original are one file.
    """
    if original is None or not target.exists() or not original.exists():
        return
    if target.samefile(original):
        raise BadInputError(f"{target} is the input itself: choose another name for the output")


def write_error(exc: Exception, path: Path, progress: str) -> SinkError:
    """Return what to raise when writing failed.

    Args:
        exc: What the system said.
        path: The file that was being written.
        progress: How far it had come: `after 12 frames`.
    """
    if getattr(exc, "errno", None) in FULL:
        return SinkError(
            f"disk full {progress}: {path} could not be written further.\n"
            "Free some space there, or choose an output on another disk."
        )
    reason = getattr(exc, "strerror", None) or str(exc)
    return SinkError(f"{path} could not be written {progress}: {reason}")
