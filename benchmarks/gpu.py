"""`python -m benchmarks.gpu`: everything about a GPU in one run of a few minutes.

1. The facts of the machine. 2. That every engine there paints what PyTorch paints on the CPU.
3. The networks alone: eager, folded, compiled; beside their roofline limits. 4. The engines whole,
frame in, frame out. One JSON file keeps all of it. `--device cpu` tries the script itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor

from benchmarks.candidates import engine_names, open_candidate
from benchmarks.harness import interleaved, label, landscape, summary
from benchmarks.result import REASON, Result, Row
from benchmarks.roofline import COPY_BYTES, cost_of, finish, measure_peaks
from export.parity import compare
from export.pictures import check_pictures
from realtime.clockwork import timed
from realtime.engines import open_engine
from realtime.errors import PleinairError
from realtime.network.bundle import load_bundle
from realtime.network.library import Entry, find_bundles
from realtime.options import Overwrite
from realtime.ports import Size
from realtime.settings import parse_size
from realtime.sinks.outputs import require_free
from realtime.terminal import echo

app = typer.Typer(add_completion=False)
SIZES = "640x480,1280x720,1920x1080,3840x2160"


@app.command()
def main(
    out: Annotated[Path, typer.Option(help="JSON file to write.")] = Path("out/gpu.json"),
    device: Annotated[str, typer.Option(help="cuda, or cpu to try the script.")] = "cuda",
    sizes: Annotated[str, typer.Option(help="WIDTHxHEIGHT, with commas.")] = SIZES,
    seconds: Annotated[float, typer.Option(help="For each measurement.")] = 1.0,
    networks: Annotated[str, typer.Option(help="Architectures, with commas.")] = "fast,article",
    compiled: Annotated[bool, typer.Option(help="Measure torch.compile too.")] = True,
    overwrite: Overwrite = False,
) -> None:
    """Check and measure everything, and keep it; what fails is kept as what it said."""
    require_free(out, overwrite=overwrite)
    target = torch.device(device)
    dtype = torch.float32 if target.type == "cpu" else torch.float16
    wanted = [parse_size(text) for text in sizes.split(",")]
    rows: list[Row] = []

    def keep(part: str, found: Mapping[str, Row], **facts: str) -> None:
        for what, values in found.items():
            rows.append({"bench": "gpu", "part": part, **facts, "what": what, **values})
            echo(json.dumps(rows[-1])[:300])
        Result.here(rows).write(out, overwrite=overwrite)

    peaks = measure_peaks(target, dtype, copy_bytes=COPY_BYTES if seconds >= 0.1 else 1 << 20)
    keep("peaks", {str(dtype): vars(peaks)})
    for entry in find_bundles():
        network = entry.card.config.architecture
        if network not in networks.split(","):
            continue
        keep("parity", _parities(entry, device), network=network)
        for size in wanted:
            facts = {"network": network, "size": label(size)}
            cost = cost_of(load_bundle(entry.path).network.folded(), len(entry.card.names), size,
                           half=dtype == torch.float16)  # fmt: skip
            limit = {"floor_ms": round(cost.limit_ms(peaks), 4), "bound_by": cost.bound(peaks)}
            keep("floor", {str(dtype): vars(cost) | limit}, **facts)
            keep("network", _networks(entry, size, target, dtype, seconds, compiled), **facts)
            keep("engine", _engines(entry, size, device, seconds), **facts)
    echo(f"wrote {out}")


def _parities(entry: Entry, device: str) -> dict[str, Row]:
    found: dict[str, Row] = {}
    pictures = check_pictures()
    with open_engine("torch", entry.path, device="cpu") as reference:
        for name, precision in product(_names(), ("fp32", "fp16")):
            what = f"{name} {precision}"
            try:
                with open_engine(name, entry.path, device=device, precision=precision) as engine:
                    found[what] = {"worst": str(compare(reference, engine, pictures).worst)}
            except PleinairError as exc:
                found[what] = {REASON: str(exc)}
    return found


def _networks(
    entry: Entry,
    size: Size,
    device: torch.device,
    dtype: torch.dtype,
    seconds: float,
    compiled: bool,
) -> dict[str, Row]:
    """Time passes on the device alone: no transfers, no conversion."""
    loaded = [load_bundle(entry.path).network for _ in range(3)]
    plain, half = loaded[0].to(device), loaded[1].to(device, dtype)
    folded = loaded[2].folded().to(device, dtype)
    folded.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    candidates: dict[str, tuple[Callable[..., object], torch.dtype]] = {
        "eager fp32, as specified": (plain, torch.float32),
        f"eager {dtype}, as specified": (half, dtype),
        f"folded {dtype}, channels-last": (folded, dtype),
    }
    if compiled:
        fused = torch.compile(folded, mode="max-autotune-no-cudagraphs")
        candidates["folded, compiled"] = fused, dtype
    styles, rows = len(entry.card.names), dict[str, Row]()
    for name, (network, of) in candidates.items():
        frames = torch.rand(1, 3, *reversed(size), device=device).mul(255).to(of)
        frames = frames.contiguous(memory_format=torch.channels_last)
        weights = torch.full((1, styles), 1 / styles, device=device, dtype=of)
        work = partial(_pass, network, frames, weights)
        try:
            work()
            rows[name] = summary(timed(work, seconds=seconds))
        except RuntimeError as exc:  # out of memory in the unfolded network, or no compiler
            rows[name] = {REASON: str(exc).splitlines()[0]}
    return rows


def _pass(network: Callable[..., object], frames: Tensor, weights: Tensor) -> None:
    with torch.inference_mode():
        network(frames, weights)
    finish(frames.device)


def _engines(entry: Entry, size: Size, device: str, seconds: float) -> dict[str, Row]:
    """Time engines frame in, frame out."""
    frame = landscape(size)
    rows: dict[str, Row] = {}
    for name in _names():
        try:
            with open_candidate(name, entry.path, device, "auto") as one:
                work = {one.runs_on: partial(one.stylize, frame)}
                timings = interleaved(work, seconds=seconds)
                rows |= {key: one.summary() for key, one in timings.items()}
        except PleinairError as exc:
            rows[name] = {REASON: str(exc)}
    return rows


def _names() -> list[str]:
    return [name for name in engine_names() if name != "openvino"]


if __name__ == "__main__":
    app()
