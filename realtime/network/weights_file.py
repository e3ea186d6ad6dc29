"""Reads weights of other programs (torch.save, safetensors) without executing anything."""

from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path

import torch
from safetensors import safe_open

from realtime.errors import BadInputError
from realtime.reading import HEAD_BYTES, is_safetensors, raise_wrong_kind, read_file

PICKLE, ZIP = b"\x80", b"PK\x03\x04"
"""How files of torch.save begin: before PyTorch 1.6, and since."""
CODE, REASON = re.compile(r"GLOBAL ([\w.]+)"), re.compile(r"WeightsUnpickler error: (.+)")
"""Where PyTorch's message names what would be executed, and what else is wrong."""


def is_torch(head: bytes) -> bool:
    """Whether a file may be one of torch.save, by its first bytes."""
    return head.startswith((PICKLE, ZIP))


def load_weights(path: Path, expected: str) -> tuple[object, dict[str, str]]:
    """Read what a file holds, and its metadata; nothing in it is executed.

    Args:
        path: The file, of torch.save or safetensors, whatever it is called.
        expected: For messages, with its article: `VGG weights (.pth or .safetensors)`.

    Returns:
        What was saved, usually a state dict, on the CPU; and the metadata of safetensors.

    Raises:
        BadInputError: it is missing, damaged, something else, or needs to execute code.
    """
    head = read_file(path, "a file", most_bytes=HEAD_BYTES)
    if not is_torch(head) and not is_safetensors(head):
        raise_wrong_kind(path, head, expected)
    try:
        if is_safetensors(head):
            with safe_open(path, "pt") as file:
                return {key: file.get_tensor(key) for key in file.keys()}, file.metadata() or {}  # noqa: SIM118
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of formats; what matters becomes an error
            return torch.load(path, map_location="cpu", weights_only=True), {}
    except MemoryError as exc:
        raise BadInputError(f"{path} does not fit into memory") from exc
    except Exception as exc:  # whatever a parser throws at a user's file
        raise BadInputError(f"{_why(path, exc)}, expected {expected}") from exc


def _why(path: Path, exc: Exception) -> str:
    text = str(exc)
    if "TorchScript" in text:
        return f"{path} is a TorchScript program, which holds no plain weights"
    if _is_other_zip(path):
        return f"{path} is a ZIP archive (unpack it first)"
    if code := CODE.search(text):
        return f"{path} holds no plain weights (loading it would execute {code[1]})"
    inner = REASON.search(text)
    reason = inner[1] if inner else text.partition("\n")[0]
    return f"{path} is damaged or incomplete ({type(exc).__name__}: {reason.strip()[:120]})"


def _is_other_zip(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(name.endswith("data.pkl") for name in archive.namelist())
    except Exception:  # no ZIP file, or a damaged one
        return False
