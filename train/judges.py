"""Which loss networks judge, and at which layers."""

from __future__ import annotations

from pathlib import Path

from realtime.errors import BadInputError
from train.loss_network import LossNetwork, load_distilled, load_torchvision_vgg, load_vgg
from train.losses import Judge


def vgg_judge(network: LossNetwork) -> Judge:
    """Tap VGG as the article does, as deep as the weights at hand reach.

    Weights that end before relu4_3 judge the picture at half size too (Snelgrove 2017).
    """
    wanted = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
    style = tuple(layer for layer in wanted if layer in network.layers)
    return Judge(network, style, "relu3_3", octaves=1 if len(style) == len(wanted) else 2)


def distilled_judge(network: LossNetwork) -> Judge:
    """Tap the distilled encoder where the real weights at hand do not reach: large shapes."""
    return Judge(network, ("relu4_1", "relu5_1"))


def load_judges(source: Path | None) -> tuple[Judge, ...]:
    """Load VGG and, where there is one, its distilled copy for the deeper layers.

    Args:
        source: A folder with `vgg*.safetensors` or `vgg*.pth` files (one of them `*distilled*`),
            one weights file, or None for torchvision's VGG-16, downloaded once.
    """
    if source is None:
        return (vgg_judge(load_torchvision_vgg()),)
    if source.is_file():
        return (vgg_judge(load_vgg(source)),)
    files = sorted(path for path in source.glob("vgg*") if path.suffix in (".safetensors", ".pth"))
    real = [path for path in files if "distilled" not in path.name]
    if not real:
        raise BadInputError(f"no VGG weights (vgg*.safetensors or vgg*.pth) in {source}")
    vgg = vgg_judge(load_vgg(real[0]))
    if "relu4_3" in vgg.style_layers:
        return (vgg,)
    distilled = [distilled_judge(load_distilled(path)) for path in files if path not in real]
    return (vgg, *distilled)
