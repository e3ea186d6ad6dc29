"""Output paths for many inputs; no two the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from realtime.naming import make_unique
from realtime.provenance import is_ours


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
