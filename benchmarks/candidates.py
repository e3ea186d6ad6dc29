"""What is measured side by side: our engines, and eager PyTorch as the baseline.

`eager` is the network as its authors wrote it, run as most programs run it: plain PyTorch in fp32,
every layer by itself, floats made on the CPU. PyTorch is imported for it alone: an engine that does
without has its cold start measured without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from realtime.engines import names, open_engine
from realtime.errors import BadInputError
from realtime.frame import Frame, Pixels
from realtime.look import Look

EAGER = "eager"
PEERS = (EAGER,)
PRECISIONS = ("fp32", "bf16", "fp16", "int8")


@dataclass(frozen=True)
class Candidate:
    """Something that paints, open."""

    name: str
    precision: str
    runs_on: str
    stylize: Callable[[Frame], Pixels]
    """Paints a frame in the first style."""
    close: Callable[[], None] = lambda: None

    def painting(self, frame: Frame) -> Callable[[], Pixels]:
        """Return what paints this frame: the work to be timed."""
        return lambda: self.stylize(frame)


def open_candidate(name: str, bundle: Path, device: str, precision: str) -> Candidate:
    """Open an engine by its name, or a peer.

    Raises:
        PleinairError: it is not available here.
    """
    if name == EAGER:
        return _eager(bundle, device, precision)
    engine = open_engine(name, bundle, device=device, precision=precision)
    look = Look.of_style(0, len(engine.styles))
    return Candidate(
        engine.info.runtime,
        engine.info.precision,
        engine.description,
        lambda frame: engine.stylize(frame, look).pixels,
        engine.close,
    )


def engine_names() -> tuple[str, ...]:
    """List the engines that paint."""
    return tuple(name for name in names() if name != "identity")


def _eager(bundle: Path, device: str, precision: str) -> Candidate:
    if precision not in ("auto", "fp32"):
        raise BadInputError(f"eager is the naive way, which is fp32: got {precision}")
    import torch

    from realtime.network.bundle import load_bundle
    from realtime.network.pixels import to_pixels, to_tensor

    here = torch.cuda.is_available() and device.startswith(("auto", "cuda"))
    target = torch.device("cuda" if here else "cpu")
    loaded = load_bundle(bundle)
    network = loaded.network.to(target)
    weights = torch.zeros(1, len(loaded.card.names))
    weights[0, 0] = 1

    def stylize(frame: Frame) -> Pixels:
        with torch.inference_mode():
            picture = to_tensor(frame.pixels, torch.device("cpu"), torch.float32).contiguous()
            painting = network(picture.to(target), weights.to(target))
            return to_pixels(painting)

    where = torch.cuda.get_device_name() if here else "the CPU"
    return Candidate(EAGER, "fp32", f"as specified, eager PyTorch on {where}, fp32", stylize)
