"""Chooses the PyTorch device to run or train a network on."""

from __future__ import annotations

import torch

from realtime.errors import BadInputError


def choose_device(name: str) -> torch.device:
    """Return the device of that name; `auto` is the best available.

    Raises:
        BadInputError: PyTorch does not know it, or it is not here.
    """
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if name == "auto":
        return torch.device("cuda" if cuda else "mps" if mps else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as exc:
        raise BadInputError(f"no device {name!r}: expected auto, cpu, cuda, cuda:N or mps") from exc
    count = torch.cuda.device_count() if cuda else 0
    if device.type == "cuda" and (device.index or 0) >= count:
        raise BadInputError(
            f"device {name!r} is not here: torch {torch.__version__} sees {count} CUDA devices; "
            "use --device cpu, or install a CUDA build of torch and the driver"
        )
    if device.type == "mps" and not mps:
        raise BadInputError("device 'mps' is not here: it needs macOS on Apple silicon")
    if device.type not in ("cpu", "cuda", "mps"):
        raise BadInputError(f"no device {name!r}: expected auto, cpu, cuda, cuda:N or mps")
    return device
