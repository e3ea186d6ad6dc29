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
    """Make sure that files can be made in a folder, by making one; a missing folder is made.

    Raises:
        BadInputError: it cannot be made, is no folder, or is not writable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as exc:
        raise BadInputError(
            f"{folder} is a file, expected an output folder: choose another"
        ) from exc
    except OSError as exc:
        raise BadInputError(
            f"output folder {folder} cannot be made ({exc.strerror}): choose another"
        ) from exc
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as exc:
        raise BadInputError(
            f"output folder {folder} is not writable ({exc.strerror}): choose another"
        ) from exc


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
