"""The options that several commands of the command line share, and what becomes of them."""

from __future__ import annotations

from typing import Annotated

import typer

from realtime.settings import PaintSettings, parse_size

Style = Annotated[
    str | None,
    typer.Option(
        "--style", "-s", help="Style name, or a mix: NAME:0.7,NAME:0.3. See `pleinair styles`."
    ),
]
Strength = Annotated[float, typer.Option(help="0 leaves the picture as it is, 1 paints it fully.")]
Stroke = Annotated[
    float, typer.Option(help="Size of the strokes, 0.5 to 2: small for small pictures.")
]
KeepColours = Annotated[
    bool, typer.Option("--keep-colours", help="Only light and dark are the painting's.")
]
Bundle = Annotated[str | None, typer.Option(help="Style bundle to look in: a name or a file.")]
Engine = Annotated[
    str,
    typer.Option(
        help="What paints: auto (the fastest here), openvino, onnxruntime, torch, tensorrt, "
        "or identity (paints nothing)."
    ),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N, mps, gpu, npu, coreml or dml.")]
Precision = Annotated[str, typer.Option(help="auto, fp32, fp16, bf16 or int8.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace files that pleinair did not write.")
]
Fit = Annotated[
    str | None, typer.Option("--size", help="Scale to fit inside WIDTHxHEIGHT, aspect kept.")
]


def paint_settings(
    style: str | None,
    strength: float,
    size: str | None,
    bundle: str | None,
    engine: str,
    device: str,
    precision: str,
    stroke: float = 1.0,
    keep_colours: bool = False,
) -> PaintSettings:
    """Check the options and freeze them."""
    return PaintSettings(
        style=style,
        strength=strength,
        size=parse_size(size) if size else None,
        bundle=bundle,
        engine=engine,
        device=device,
        precision=precision,
        stroke=stroke,
        keep_colours=keep_colours,
    )
