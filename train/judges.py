"""Which loss networks judge, and at which layers."""

from __future__ import annotations

from pathlib import Path

from realtime.errors import BadInputError
from train.loss_network import LossNetwork, load_distilled, load_torchvision_vgg, load_vgg
from train.losses import FORMULAS, Judge
from train.recipes import VGG16_TAPS
from train.settings import TrainSettings


def vgg_judge(network: LossNetwork, *, half: bool = False) -> Judge:
    """Tap VGG as the article does, as deep as the weights at hand reach.

    Weights that end before relu4_3 judge the picture at half size too (Snelgrove 2017).
    """
    style = tuple(layer for layer in VGG16_TAPS if layer in network.layers)
    octaves = 1 if len(style) == len(VGG16_TAPS) else 2
    return Judge(network, style, "relu3_3", octaves, half=half)


def distilled_judge(network: LossNetwork, *, half: bool = False) -> Judge:
    """Tap the distilled encoder where the real weights at hand do not reach: large shapes."""
    return Judge(network, ("relu4_1", "relu5_1"), half=half)


def load_judges(source: Path | None, settings: TrainSettings | None = None) -> tuple[Judge, ...]:
    """Load VGG and, where there is one, its distilled copy for the deeper layers.

    Args:
        source: A folder with `vgg*.safetensors` or `vgg*.pth` files (one of them `*distilled*`),
            one weights file, or None for torchvision's VGG-16, downloaded once.
        settings: A run whose recipe says which layers are tapped and how terms are scaled; such a
            recipe uses VGG alone, and needs weights that reach its layers.

    Raises:
        BadInputError: no weights there, not VGG, or they end before a layer that is needed.
    """
    files = [source] if source is None or source.is_file() else _weight_files(source)
    vgg = load_torchvision_vgg() if files[0] is None else load_vgg(files[0])
    if settings is not None and settings.style_layers:
        return (_recipe_judge(vgg, settings, source),)
    half = settings is not None and settings.precision == "bf16"
    judge = vgg_judge(vgg, half=half)
    if len(judge.style_layers) == len(VGG16_TAPS):
        return (judge,)
    distilled = [path for path in files[1:] if path is not None]
    return (judge, *(distilled_judge(load_distilled(path), half=half) for path in distilled))


def _weight_files(folder: Path) -> list[Path | None]:
    """Real VGG weights first, then distilled ones."""
    if not folder.exists():
        raise BadInputError(f"no weights file or folder at {folder}")
    files = sorted(path for path in folder.glob("vgg*") if path.suffix in (".safetensors", ".pth"))
    real = [path for path in files if "distilled" not in path.name]
    if not real:
        raise BadInputError(f"no VGG weights (vgg*.safetensors or vgg*.pth) in {folder}")
    return [real[0], *(path for path in files if path not in real)]


def _recipe_judge(vgg: LossNetwork, settings: TrainSettings, source: Path | None) -> Judge:
    wanted = (*settings.style_layers, settings.content_layer)
    if missing := [layer for layer in wanted if layer not in vgg.layers]:
        raise BadInputError(
            f"the recipe {settings.recipe} taps VGG at {', '.join(missing)}, but the weights in "
            f"{source} end at {vgg.layers[-1]}: give whole VGG-16 features with --vgg, or use "
            "--recipe pleinair, which takes what there is"
        )
    return Judge(
        vgg, settings.style_layers, settings.content_layer,
        formula=FORMULAS[settings.formula], half=settings.precision == "bf16",
    )  # fmt: skip
