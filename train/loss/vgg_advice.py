"""What to do where VGG's weights are missing."""

from __future__ import annotations

import re
from importlib.metadata import version

WEIGHTS_FILE = "vgg16-397923af.pth (https://download.pytorch.org/models/vgg16-397923af.pth)"
PYTORCH_INDEX = "https://download.pytorch.org/whl"


def torchvision_line(torch_version: str | None = None) -> str:
    """Return how to install the torchvision that belongs to a torch, without replacing the torch.

    Every torchvision asks for one torch exactly, so that another one would bring its own along,
    and for a CPU a gigabyte of CUDA.

    Args:
        torch_version: As its package says: `2.13.0`, or from PyTorch's own index `2.13.0+cpu`;
            None: the installed one's.
    """
    public, _, build = (torch_version or version("torch")).partition("+")
    match = re.match(r"2\.(\d+)", public)
    # torch 2.0 came with torchvision 0.15; both have counted alike since.
    wanted = f"'torchvision==0.{int(match[1]) + 15}.*'" if match else "torchvision"
    return f"pip install {wanted}" + (f" --index-url {PYTORCH_INDEX}/{build}" if build else "")
