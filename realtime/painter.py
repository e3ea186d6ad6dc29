"""Opens the engine and the look that settings ask for; default output names; job keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from realtime.arbitrary_style.engine import Mixture, PaintingEngine
from realtime.arbitrary_style.fit import with_paintings
from realtime.arbitrary_style.request import find_look
from realtime.engines import open_engine
from realtime.look import Look
from realtime.naming import truncate_name
from realtime.ports import Engine
from realtime.reading import HEAD_BYTES, PICTURE_SUFFIXES, file_kind, read_file
from realtime.settings import FASTEST, PaintSettings
from realtime.sinks.images_sink import WRITTEN_SUFFIXES


def open_painter(settings: PaintSettings) -> tuple[Engine, Look]:
    """Find the style, open the engine that paints it, and return both with the look.

    Paintings that were given as files are fitted, and become further styles of the engine.
    """
    request = find_look(settings.style, settings.bundle)
    engine = open_engine(
        settings.engine, request.entry.path, device=settings.device, precision=settings.precision
    )
    return with_paintings(engine, request), asked_look(request.look, settings)


def asked_look(look: Look, settings: PaintSettings) -> Look:
    """Return the styles of a look as they were asked for: how strong, in which strokes."""
    turned = replace(look, strength=settings.strength, keep_colours=settings.keep_colours)
    return turned.in_strokes(settings.stroke)


def style_label(engine: Engine, look: Look) -> str:
    """Name a look for use in a file name: `starry-night`, or `scream+starry-night`."""
    used = [style.name for style, w in zip(engine.styles, look.style_weights, strict=True) if w]
    return "+".join(used)


def default_output(path: Path, label: str) -> Path:
    """Return where the painting of a film goes by default: `clip.mp4` -> `clip-LABEL.mp4`.

    A name that would be too long for a disk is cut.
    """
    keeps = {".mp4", ".mkv", ".webm", ".mov", ".m4v", ".gif"}
    suffix = path.suffix.lower()
    tail = f"-{label}{suffix if suffix in keeps else '.mp4'}"
    return path.with_name(truncate_name(path.stem, tail))


def default_picture_output(path: Path, label: str) -> Path:
    """Return where the painting of a picture goes by default: `photo.jpg` -> `photo-LABEL.jpg`.

    Of a kind that pleinair does not write, or of a name that says nothing, the painting is a JPEG
    or WebP if the picture is one by its content, and else a PNG.

    Raises:
        BadInputError: the picture is missing or cannot be read.
    """
    suffix, stem = path.suffix.lower(), path.stem
    if suffix not in PICTURE_SUFFIXES:
        stem = path.name
    if suffix not in WRITTEN_SUFFIXES:
        suffix = suffix_like(read_file(path, "a picture", most_bytes=HEAD_BYTES))
    return path.with_name(truncate_name(stem, f"-{label}{suffix}"))


def suffix_like(data: bytes) -> str:
    """Return `.jpg` or `.webp` if an encoded picture, or its beginning, is one, and else `.png`."""
    kind = file_kind(data[:HEAD_BYTES])
    return {"a JPEG picture": ".jpg", "a WebP picture": ".webp"}.get(kind or "", ".png")


@dataclass(frozen=True)
class EngineSpec:
    """An engine as every process that paints this film opens it, and the look."""

    engine: str
    device: str
    precision: str
    bundle: Path
    look: Look
    description: str
    label: str
    """For file names and titles: the styles' names."""
    torch_threads: int | None = None
    """How many PyTorch used here. With another number it adds in another order, and rounds
    otherwise; Ray would set it to 1."""

    mixtures: tuple[Mixture, ...] = ()
    """Fitted mixtures of paintings that are no styles of the bundle: the same in all processes."""

    @classmethod
    def of(cls, settings: PaintSettings, engine: Engine) -> EngineSpec:
        """Record what an open engine runs on: `auto` is decided once."""
        request = find_look(settings.style, settings.bundle)
        return cls(
            engine=engine.info.runtime,
            device=settings.device,
            precision=_decided(settings.precision, engine),
            bundle=request.entry.path,
            look=asked_look(request.look, settings),
            description=engine.description,
            label=style_label(engine, request.look),
            torch_threads=_torch_threads() if engine.info.runtime == "torch" else None,
            mixtures=engine.mixtures if isinstance(engine, PaintingEngine) else (),
        )

    def open(self) -> Engine:
        """Open the engine, here."""
        if self.torch_threads is not None:
            import torch

            torch.set_num_threads(self.torch_threads)
        engine = open_engine(self.engine, self.bundle, device=self.device, precision=self.precision)
        return PaintingEngine(engine, self.mixtures) if self.mixtures else engine


def job_of(path: Path, painter: EngineSpec) -> dict[str, Any]:
    """Return what every painting of a file depends on, as plain values for JSON."""
    stat = path.stat()
    return {
        "original": [path.name, stat.st_size, stat.st_mtime_ns],
        "bundle": hashlib.sha256(painter.bundle.read_bytes()).hexdigest(),
        "style": painter.label,
        "style_weights": list(painter.look.style_weights),
        "strength": painter.look.strength,
        "stroke": painter.look.stroke,
        "lines": painter.look.lines,
        "keep_colours": painter.look.keep_colours,
        "engine": painter.description,
    } | ({"mixtures": [asdict(one) for one in painter.mixtures]} if painter.mixtures else {})


def job_key(job: Mapping[str, Any]) -> str:
    """Return a short name for a job, in hexadecimal digits."""
    return hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()[:16]


def _decided(precision: str, engine: Engine) -> str:
    """Return the precision that other processes are to ask for, to get the same."""
    return engine.info.precision if precision == FASTEST else precision


def _torch_threads() -> int:
    import torch

    return torch.get_num_threads()
