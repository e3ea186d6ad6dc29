"""Saving a run so that it can go on as if it had never stopped."""

from __future__ import annotations

import copy
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn, optim

from realtime.errors import BadInputError
from realtime.folders import replace_whole
from realtime.network.weights_file import load_weights

SINCE = {"palette_weight": 0.0, "plain_weight": 0.0, "fine_layers": ["relu1_2"]}
"""Settings that checkpoints written before them lack, and what those runs did."""
KEYS = frozenset(
    {"network", "average", "optimisers", "balance", "random", "step", "seconds", "rate_scale"}
    | {"settings"}
)


@dataclass
class RunState:
    """All that changes while a run goes on. Batches depend on the step alone, see `data.py`."""

    network: nn.Module
    average: nn.Module
    """Exponential moving average of the weights: what the bundle will hold."""
    optimisers: list[optim.Optimizer]
    balance: Tensor
    """(S,) logarithms of the factors on the style weight, of the styles that are learned."""
    step: int = 0
    seconds: float = 0.0
    rate_scale: float = 1.0
    """Halved whenever the run had to step back from numbers that were not finite."""

    def values(self) -> dict[str, Any]:
        """Return everything that `restore` wants, by reference."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "balance": self.balance,
            "random": torch.get_rng_state(),
            "step": self.step,
            "seconds": self.seconds,
            "rate_scale": self.rate_scale,
        }

    def snapshot(self) -> dict[str, Any]:
        """Return a copy of everything that `restore` wants."""
        return copy.deepcopy(self.values())

    def restore(self, values: dict[str, Any]) -> None:
        """Become what `values` or `snapshot` returned."""
        self.network.load_state_dict(values["network"])
        self.average.load_state_dict(values["average"])
        for optimiser, saved in zip(self.optimisers, values["optimisers"], strict=True):
            optimiser.load_state_dict(copy.deepcopy(saved))
        self.balance.copy_(values["balance"])
        torch.set_rng_state(values["random"])
        self.step, self.seconds = int(values["step"]), float(values["seconds"])
        self.rate_scale = float(values["rate_scale"])

    def save(self, path: Path, settings: dict[str, Any]) -> None:
        """Write the state to `path` atomically.

        Raises:
            BadInputError: it cannot be written (a full disk, say); the last one survives.
        """
        file = io.BytesIO()
        torch.save(self.values() | {"settings": settings}, file)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_whole(path, file.getvalue())
        except OSError as exc:
            kept = "the last one is kept; " if path.exists() else ""
            raise BadInputError(
                f"cannot write the checkpoint {path} ({exc}): {kept}make room and run the same "
                "command to go on"
            ) from exc

    def load(self, path: Path, settings: dict[str, Any]) -> None:
        """Take the state from `path`; refuses a checkpoint made with other settings."""
        saved = read_checkpoint(path)
        before = SINCE | saved["settings"]
        if before != settings:
            changed = [key for key in settings if before.get(key) != settings[key]]
            raise BadInputError(
                f"cannot resume from {path}: it was made with other settings "
                f"({', '.join(changed)}); give the same ones, or another --out"
            )
        try:
            self.restore(saved)
        except Exception as exc:  # whatever damaged values make of it
            raise BadInputError(
                f"cannot resume: {path} is damaged ({exc}); delete it to start anew"
            ) from exc


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint; raises BadInputError when it is damaged or no checkpoint."""
    try:
        saved, _ = load_weights(path, "a checkpoint of `pleinair train`")
        if not isinstance(saved, dict) or KEYS - saved.keys():
            raise BadInputError(f"{path} is no checkpoint of this version")
        if not isinstance(saved["settings"], dict) or "steps" not in saved["settings"]:
            raise BadInputError(f"{path} is damaged: its settings are missing")
    except BadInputError as exc:
        raise BadInputError(
            f"cannot resume from {path}: it is damaged or no checkpoint of this version ({exc}); "
            "delete it to start anew"
        ) from exc
    return saved
