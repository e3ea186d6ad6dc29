"""`paint`: one picture, in one call."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from pleinair.stylizer import Rgb, painted
from realtime.folders import write_whole
from realtime.painter import open_painter, style_label
from realtime.provenance import format_note
from realtime.resize import fit
from realtime.settings import PaintSettings
from realtime.sinks.images_sink import check_picture_name, encode
from realtime.sinks.outputs import check_target
from realtime.sources.images_source import read_image

Picture = str | Path | Rgb
"""A file, of any kind that `pleinair image` reads, or RGB uint8 (H, W, 3)."""


def paint(
    picture: Picture,
    style: str | None = None,
    *,
    out: str | Path | None = None,
    overwrite: bool = False,
    size: tuple[int, int] | None = None,
    strength: float = 1.0,
    stroke: float | Literal["native"] = 1.0,
    keep_colours: bool = False,
    bundle: str | Path | None = None,
    engine: str = "auto",
    device: str = "auto",
    precision: str = "auto",
) -> Rgb:
    """Paint one picture. For many, a `Stylizer` is faster: it is opened once.

    Args:
        picture: A file, or RGB uint8 (H, W, 3).
        style: A name of `pleinair.styles()`, the file of a painting, or a mix within one bundle:
            `starry-night:0.6,mosaic:0.4`. None is the usual one.
        out: Also write the painting here: .jpg, .png or .webp. The folder must be there.
        overwrite: Replace a file that pleinair did not write; `picture` itself never is.
        size: Width and height in pixels to fit inside before painting, aspect kept.
        strength: 0 is the picture, 1 the painting.
        stroke: Size of the strokes, 0.5 to 2, or native (see `Stylizer.paint`).
        keep_colours: Only light and dark are the painting's.
        bundle: Where to look for the style: a name or a file; None looks through all.
        engine: As of `Stylizer`, like the rest.
        device: Likewise.
        precision: Likewise.

    Returns:
        The painting, RGB uint8 (H, W, 3).

    Raises:
        PleinairError: the picture cannot be read, there is no such style, or `out` cannot or may
            not be written. Nothing is painted then.
    """
    inputs = [Path(picture)] if isinstance(picture, (str, Path)) else []
    if out is not None:
        check_picture_name(Path(out))
        check_target(Path(out), inputs, overwrite=overwrite)
    rgb = read_image(inputs[0]) if inputs else np.asarray(picture)
    rgb = fit(rgb, size) if size is not None else rgb
    opened, look = open_painter(
        PaintSettings(
            style=style, bundle=None if bundle is None else str(bundle), strength=strength,
            stroke=stroke, keep_colours=keep_colours, engine=engine, device=device,
            precision=precision,
        )
    )  # fmt: skip
    with opened:
        painting, label = painted(opened, look, rgb), style_label(opened, look)
    if out is not None:
        check_target(Path(out), inputs, overwrite=overwrite)
        write_whole(Path(out), encode(painting, Path(out).suffix.lower(), format_note(label)))
    return painting
