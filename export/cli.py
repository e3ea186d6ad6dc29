"""`pleinair export`: a bundle for other programs, compared with PyTorch before it is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime.errors import MissingExtraError
from realtime.options import Overwrite, new_app
from realtime.settings import parse_size
from realtime.terminal import echo

if TYPE_CHECKING:
    from export.job import ExportJob
    from export.parity import Parity

app = new_app(
    no_args_is_help=True,
    help="Write a style bundle for other programs: uint8 pictures in, uint8 pictures out, any "
    "style and strength. Every file is run and compared with PyTorch before it is kept.",
)
Bundle = Annotated[str, typer.Argument(help="Style bundle: a name (fast) or a file.")]
Out = Annotated[Path | None, typer.Option(help="File to write; default: beside you, by name.")]
Photographs = Annotated[Path | None, typer.Option(help="Folder of photographs to compare with.")]
SizeText = Annotated[
    str | None, typer.Option("--size", help="WIDTHxHEIGHT if it shall take no other size.")
]


@app.command()
def onnx(
    bundle: Bundle,
    out: Out = None,
    size: SizeText = None,
    precision: Annotated[str, typer.Option(help="fp32, fp16 or int8.")] = "fp32",
    opset: Annotated[int, typer.Option(help="ONNX operator set, 13 to 21.")] = 18,
    portable: Annotated[
        bool, typer.Option(help="Reflect borders without Pad (Core ML, WebGPU, NPUs).")
    ] = False,
    photographs: Photographs = None,
    overwrite: Overwrite = False,
) -> None:
    """An ONNX file, for ONNX Runtime, OpenVINO, TensorRT, Core ML tools, browsers."""
    from export.onnx_file import export_onnx

    job = _job(bundle, out, size, precision, photographs, "onnx", overwrite)
    _tell(job, export_onnx(job, opset=opset, portable_padding=portable))


@app.command()
def openvino(
    bundle: Bundle,
    out: Out = None,
    size: SizeText = None,
    precision: Annotated[str, typer.Option(help="Of the stored weights: fp32 or fp16.")] = "fp32",
    photographs: Photographs = None,
    overwrite: Overwrite = False,
) -> None:
    """OpenVINO's files: NAME.xml and NAME.bin."""
    from export.openvino_file import export_openvino

    job = _job(bundle, out, size, precision, photographs, "xml", overwrite)
    _tell(job, export_openvino(job))


@app.command()
def tensorrt(
    bundle: Bundle,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT; the engine takes no other size.")],
    out: Out = None,
    precision: Annotated[str, typer.Option(help="fp32 or fp16.")] = "fp16",
    photographs: Photographs = None,
    overwrite: Overwrite = False,
) -> None:
    """A TensorRT engine for the NVIDIA GPU in this machine."""
    try:
        from export.tensorrt_file import export_tensorrt
    except ModuleNotFoundError as exc:
        raise MissingExtraError("the export to TensorRT", exc.name or "tensorrt") from exc

    job = _job(bundle, out, size, precision, photographs, "plan", overwrite)
    _tell(job, export_tensorrt(job))


def _job(
    bundle: str,
    out: Path | None,
    size: str | None,
    precision: str,
    photographs: Path | None,
    suffix: str,
    overwrite: bool = False,
) -> ExportJob:
    from export.job import ExportJob
    from realtime.network.library import find_bundle
    from realtime.reading import find_photographs

    path = find_bundle(bundle)
    kind = "" if precision == "fp32" else f".{precision}"
    return ExportJob(
        bundle=path,
        out=out or Path(f"{path.stem}{kind}.{suffix}"),
        precision=precision,
        size=parse_size(size) if size else None,
        photographs=tuple(find_photographs(photographs)) if photographs else (),
        overwrite=overwrite,
        listen=echo,
    )


def _tell(job: ExportJob, parity: Parity) -> None:
    echo(f"against PyTorch in fp32, worst: {parity.worst}")
    echo(f"run with {parity.engine}")
    echo(f"wrote {job.out}")
