"""Where outputs go: the overwrite rule for all of them, and names for many.

A new file may be written. A file that pleinair wrote itself (`realtime.provenance`) may be
replaced. Any other is refused, or replaced with `--overwrite`. An input is never replaced, nor
anything that is not a file. Links are followed: the target counts.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from realtime.errors import BadInputError, SinkError
from realtime.naming import make_unique, resolve_link, truncate_name
from realtime.provenance import is_ours

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def require_free(
    path: Path, inputs: Iterable[Path] = (), *, overwrite: bool = False, hint: str = ""
) -> None:
    """Apply the rule to one file.

    Args:
        path: To be written.
        inputs: What is read; never overwritten, by whatever name.
        overwrite: Whether files that pleinair did not write may be replaced.
        hint: What else may have been meant, for the message.

    Raises:
        BadInputError: it may not be written.
    """
    if not _is_there(path):
        return
    for original in inputs:
        refuse_same_file(path, original)
    if path.is_dir():
        raise BadInputError(f"{path} is a folder, expected a file name: try {path / 'out.mp4'}")
    if not path.is_file():
        raise BadInputError(f"{path} is not a regular file: choose another name for the output")
    if not overwrite and not is_ours(path):
        raise BadInputError(
            f"{path} exists and pleinair did not write it: give another name, or --overwrite to "
            f"replace it{hint}"
        )


def _is_there(path: Path) -> bool:
    """Whether the path exists, be it a broken link.

    Raises:
        BadInputError: nothing can have it: it is too long, or its folder may not be looked into.
    """
    try:
        return path.exists()
    except OSError as exc:
        raise BadInputError(f"{path} cannot be written: {exc.strerror}") from exc


def refuse_same_file(target: Path, original: Path | None) -> None:
    """Keep an input from being overwritten, under any of its names: links are followed.

    Raises:
        BadInputError: target and original are one file.
    """
    if original is None or not _is_there(target) or not _is_there(original):
        return
    if target.samefile(original):
        raise BadInputError(f"{target} is the input itself: choose another name for the output")


def check_target(
    path: Path, inputs: Iterable[Path] = (), *, overwrite: bool = False, hint: str = ""
) -> None:
    """Make sure that a file can and may be written, before any work is done for it.

    Args: as of `require_free`.

    Raises:
        BadInputError: its folder cannot be used, or the rule forbids it.
    """
    check_folder(resolve_link(path).parent)
    require_free(path, inputs, overwrite=overwrite, hint=hint)


def partial_path(path: Path) -> Path:
    """Return the temporary name during writing: `out.mp4` -> `out.partial.mp4`."""
    return path.with_name(truncate_name(path.stem, f".partial{path.suffix}"))


def free_partial(path: Path, inputs: Iterable[Path] = ()) -> Path:
    """Return a name for the time of writing that costs nobody a file: numbered where it is taken.

    Args:
        path: The final name.
        inputs: What is read: an unfinished painting may be painted, too.
    """
    partial, number, kept = partial_path(path), 1, tuple(inputs)
    while not _may_be_written(partial, kept):
        number += 1
        partial = path.with_name(truncate_name(path.stem, f".partial-{number}{path.suffix}"))
    return partial


def _may_be_written(path: Path, inputs: tuple[Path, ...]) -> bool:
    try:
        require_free(path, inputs)
    except BadInputError:
        return False
    return not path.is_symlink()


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


def is_file_name(out: Path) -> bool:
    """Whether `--out` names a file: with an ending, and not a folder that is there."""
    return not out.is_dir() and bool(out.suffix)


def make_folder(folder: Path) -> None:
    """Make a folder for outputs, and those above it, where they are not there yet.

    Raises:
        BadInputError: it cannot be made or written to, or a file has its name.
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
    check_folder(folder)


def plan_outputs(
    inputs: Sequence[Path],
    target_of: Callable[[Path], Path],
    tell: Callable[[str], None] = lambda line: None,
) -> list[tuple[Path, Path]]:
    """Return every input with its output path; all outputs differ.

    A file that is given twice is painted once. A painting that an earlier run made of another
    input is left out: `*.jpg` matches it the second time.

    Args:
        inputs: As they were named.
        target_of: Gives the usual output of an input.
        tell: Given a sentence for every input that is left out.
    """
    files: dict[str, Path] = {}
    for path in inputs:
        files.setdefault(os.path.realpath(path), path)
    once = list(files.values())
    targets = make_unique([target_of(path) for path in once])
    usual = {os.path.realpath(target): path for path, target in zip(once, targets, strict=True)}
    kept = []
    for path in once:
        original = usual.get(os.path.realpath(path))
        if original not in (None, path) and is_ours(path):
            tell(f"{path} is the painting of {original}: it is not painted")
        else:
            kept.append(path)
    return list(zip(kept, make_unique([target_of(path) for path in kept]), strict=True))


def already_painted(target: Path) -> str:
    """Return the message that an earlier run painted exactly this."""
    return f"{target} is there, painted in just this way: left as it is (--overwrite paints again)"


def write_error(exc: Exception, path: Path, progress: str) -> SinkError:
    """Return what to raise when writing failed.

    Args:
        exc: What the system said.
        path: The file that was being written.
        progress: How far it had come: `after 12 frames`.
    """
    if getattr(exc, "errno", None) in FULL:
        return SinkError(
            f"disk full {progress}: {path} could not be written further. "
            "Free some space there, or choose an output on another disk."
        )
    reason = getattr(exc, "strerror", None) or str(exc)
    return SinkError(f"{path} could not be written {progress}: {reason}")
