"""Saving a run so that it can go on as if it had never stopped."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn, optim

from realtime.errors import BadInputError


@dataclass
class RunState:
    """All that changes while a run goes on. Batches depend on the step alone, see `data.py`."""

    network: nn.Module
    average: nn.Module
    """Exponential moving average of the weights: what the bundle will hold."""
    optimiser: optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    def save(self, path: Path, settings: dict[str, Any]) -> None:
        """Write the state to `path` atomically."""
        partial = path.with_suffix(".partial")
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(
            {
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "random": torch.get_rng_state(),
                "step": self.step,
                "seconds": self.seconds,
                "settings": settings,
            },
            partial,
        )
        os.replace(partial, path)

    def load(self, path: Path, settings: dict[str, Any]) -> None:
        """Take the state from `path`; refuses a checkpoint made with other settings."""
        try:
            saved = torch.load(path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, ValueError, LookupError, EOFError) as exc:
            raise BadInputError(f"cannot resume from {path}: {exc}") from exc
        if saved["settings"] != settings:
            changed = [key for key in settings if saved["settings"].get(key) != settings[key]]
            raise BadInputError(
                f"cannot resume from {path}: it was made with other settings "
                f"({', '.join(changed)}); give the same ones, or another --out"
            )
        self.network.load_state_dict(saved["network"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(saved["optimiser"])
        random: Tensor = saved["random"]
        torch.set_rng_state(random)
        self.step, self.seconds = int(saved["step"]), float(saved["seconds"])
