"""Output paths of a batch: where the painting of each clip goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from realtime.errors import BadInputError
from realtime.painter import beside
from realtime.sinks.outputs import is_file_name, make_folder
from realtime.sinks.planned import planned


def destinations(
    clips: Sequence[Path], output: Path | None, label: str, tell: Callable[[str], None]
) -> list[tuple[Path, Path]]:
    """Return every clip with where its painting goes; names that collide are told apart.

    Args:
        clips: To be painted.
        output: A file for one clip, or a folder, which is made; None: beside each clip.
        label: Names the style.
        tell: Given a sentence for every clip that is left out.

    Raises:
        BadInputError: one file for several clips, or a folder that cannot be made.
    """
    if output is None:
        return planned(clips, lambda path: beside(path, label), tell)
    if not is_file_name(output):
        make_folder(output)
        return planned(clips, lambda path: output / beside(path, label).name, tell)
    pairs = planned(clips, lambda path: output)
    if len(pairs) > 1:
        raise BadInputError(
            f"{len(clips)} clips cannot all become {output}: give a folder, one that is there or a "
            "name without an ending"
        )
    return pairs
