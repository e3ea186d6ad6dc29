"""Checkpoints of other projects as bundles."""

from __future__ import annotations

import glob
import importlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from torch import Tensor

from realtime.errors import BadInputError
from realtime.network.bundle import save_bundle
from realtime.network.card import Card, StyleCredit
from realtime.network.config import TransformerConfig
from realtime.network.transformer import build_network
from realtime.sinks import outputs

PICKLE_OR_ZIP = (b"\x80", b"PK\x03\x04")
"""How files of torch.save begin, old and new."""


def import_checkpoint(
    path: Path, out: Path, credit: StyleCredit, *, licence: str, overwrite: bool = False
) -> Card:
    """Write the bundle of a checkpoint, weights in fp32 as they were.

    Args:
        path: A file of pytorch/examples, or a TensorFlow checkpoint of the seed (its prefix, its
            .index, or its only file).
        out: The bundle.
        credit: The style's name, and whom to thank.
        licence: Of the weights, as their author gave it.
        overwrite: Replace a file that pleinair did not write.

    Raises:
        BadInputError: no such file, not of a network that is known, or `out` may not be written.
        MissingExtraError: a TensorFlow checkpoint, and no TensorFlow.
    """
    kind = _kind(path)
    # A TensorFlow checkpoint is several files that begin alike.
    inputs = (path, *path.parent.glob(f"{glob.escape(path.name)}.*"))
    outputs.require_free(out, inputs, overwrite=overwrite)
    reader = importlib.import_module(f"export.{kind}_checkpoint")
    config, weights = getattr(reader, f"read_{kind}")(path)
    network = build_network(config)
    network.load_state_dict(weights)
    recipe = {"imported_from": path.name, "format": kind}
    card = Card(config=config, styles=(credit,), licence=licence, recipe=recipe)
    return save_bundle(out, network, card, half=False)


def require_weights(
    config: TransformerConfig,
    weights: Mapping[str, Tensor],
    given: Sequence[str],
    names: Mapping[str, str],
) -> None:
    """Check that all weights of a network are there, in their shapes.

    Args:
        config: Of the network.
        weights: By our names.
        given: The names in the file, for the message.
        names: Theirs -> ours.

    Raises:
        BadInputError: names what is missing or shaped otherwise.
    """
    expected = {
        key: tuple(value.shape) for key, value in build_network(config).state_dict().items()
    }
    wrong = []
    for theirs, ours in names.items():
        if ours not in weights:
            wrong.append(f"{theirs} is missing")
        elif tuple(weights[ours].shape) != expected[ours]:
            shape = tuple(weights[ours].shape)
            wrong.append(f"{theirs} is {shape} instead of {expected[ours]}")
    if wrong:
        more = f" and {len(wrong) - 4} more" if len(wrong) > 4 else ""
        found = ", ".join(given[:4]) or "nothing"
        raise BadInputError(
            f"not a checkpoint of the {config.architecture} network: {'; '.join(wrong[:4])}{more}. "
            f"The file holds {len(given)} arrays, such as {found}"
        )


def _kind(path: Path) -> str:
    siblings = [path, path.with_name(path.name + ".index")]
    if not any(p.is_file() for p in siblings):
        raise BadInputError(f"no checkpoint at {path}: expected a .pth or .model file, or a "
                            "TensorFlow checkpoint")  # fmt: skip
    with suppress(OSError), path.open("rb") as file:
        if file.read(4).startswith(PICKLE_OR_ZIP):
            return "examples"
    return "seed"
