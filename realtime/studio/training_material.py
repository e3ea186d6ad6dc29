"""Finds what training needs: photographs and VGG's weights.

Nothing is downloaded: 528 megabytes are the user's decision.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from realtime.reading import is_picture
from realtime.studio.settings import StudioSettings

WEIGHTS = "vgg16-397923af.pth"
WEIGHTS_ADDRESS = f"https://download.pytorch.org/models/{WEIGHTS}"
COUNTED = 1000
"""More photographs than this are not counted."""
FEW = 100


@dataclass(frozen=True)
class Material:
    """What was found, and messages for the user."""

    photographs: Path | None
    count: int
    """How many photographs there are, up to `COUNTED`."""
    vgg: Path | None
    needs: tuple[str, ...]
    """What is missing, and where to put it, in sentences; empty: training can begin."""
    advice: str = ""
    """What would make the style better."""


def find_material(settings: StudioSettings) -> Material:
    """Look for photographs and weights, in the places that are known for them."""
    photographs, vgg = photographs_folder(settings), _find_vgg(settings)
    count = count_pictures(photographs)
    needs, advice = [], ""
    if not count:
        needs.append(
            "Photographs to practise on, of any kind: a few hundred varied ones do. Drop them "
            f"here, put them into {photographs}, or start the studio with --content FOLDER."
        )
    elif count < FEW:
        advice = (
            f"{count} photographs are few: with a few hundred varied ones the style gets better."
        )
    if vgg is None:
        needs.append(
            f"The weights of VGG-16, which judges the brushwork: the file {WEIGHTS} (528 MB, from "
            f"{WEIGHTS_ADDRESS}). Drop it here, put it into {weights_folder(settings)}, or start "
            "the studio with --vgg FILE. The studio fetches nothing by itself."
        )
    return Material(photographs if count else None, count, vgg, tuple(needs), advice)


def photographs_folder(settings: StudioSettings) -> Path:
    """Return the folder of photographs; it need not exist."""
    return settings.content or settings.folder / "photographs"


def weights_folder(settings: StudioSettings) -> Path:
    """Return the folder for uploaded weights."""
    return settings.folder / "vgg"


def count_pictures(folder: Path) -> int:
    """Count the pictures of a folder and its subfolders, up to `COUNTED`."""
    if not folder.is_dir():
        return 0
    return sum(1 for _ in islice(filter(is_picture, folder.rglob("*")), COUNTED))


def _find_vgg(settings: StudioSettings) -> Path | None:
    if settings.vgg is not None:
        return settings.vgg if settings.vgg.exists() else None
    folder = weights_folder(settings)
    dropped = sorted(
        path for path in folder.glob("vgg*") if path.suffix in (".pth", ".safetensors")
    )
    fetched = _torch_folder() / "hub" / "checkpoints" / WEIGHTS
    return next((path for path in (*dropped, fetched) if path.is_file()), None)


def _torch_folder() -> Path:
    """Return the cache folder of torch, as `torch.hub.get_dir` finds it."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("TORCH_HOME") or Path(cache) / "torch")
