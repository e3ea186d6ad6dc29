"""The article's loss in plain numpy: slow, obvious, and made from its description alone.

VGG-16 is given as a list of (kernel, bias) per convolution, blocks of 2, 2, 3, 3, 3 with 2x2 max
pooling between them, SAME zero padding; features are taken after the ReLU.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Layer = tuple[Array, Array]

BLOCKS = (2, 2, 3, 3, 3)
STYLE = ("1_2", "2_2", "3_3", "4_3")
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def convolve(picture: Array, kernel: Array, bias: Array) -> Array:
    """(C, H, W) with (O, C, 3, 3) -> (O, H, W)."""
    _, height, width = picture.shape
    padded = np.pad(picture, ((0, 0), (1, 1), (1, 1)))
    result = np.zeros((len(kernel), height, width)) + bias[:, None, None]
    for y in range(3):
        for x in range(3):
            window = padded[:, y : y + height, x : x + width]
            result += np.tensordot(kernel[:, :, y, x], window, 1)
    return result


def features(picture: Array, vgg: list[Layer]) -> dict[str, Array]:
    """(3, H, W) in [0, 255] -> {"1_1": (C, H, W), ...}."""
    x = (picture / 255 - MEAN[:, None, None]) / DEVIATION[:, None, None]
    found, layers = {}, iter(vgg)
    for block, count in enumerate(BLOCKS, start=1):
        if block > 1:
            height, width = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
            cut = x[:, :height, :width]
            x = cut.reshape(len(x), height // 2, 2, width // 2, 2).max((2, 4))
        for i in range(1, count + 1):
            x = np.maximum(convolve(x, *next(layers)), 0)
            found[f"{block}_{i}"] = x
    return found


def gram(found: Array) -> Array:
    """F^T F / (W * H * C)."""
    channels, height, width = found.shape
    flat = found.reshape(channels, -1)
    matrix: Array = flat @ flat.T / (width * height * channels)
    return matrix


def article_loss(
    painted: Array, photographs: Array, painting: Array, vgg: list[Layer], style_weight: float
) -> tuple[float, float, float]:
    """Content, style and weighted total for a batch (N, 3, H, W) and one painting (3, H, W)."""
    wanted = {name: gram(f) for name, f in features(painting, vgg).items()}
    content = style = 0.0
    for picture, photograph in zip(painted, photographs, strict=True):
        found, original = features(picture, vgg), features(photograph, vgg)
        # l2_loss(x) * 2 / size, with l2_loss(x) = sum(x^2) / 2, over the batch's whole feature map.
        difference = found["3_3"] - original["3_3"]
        content += (difference**2).sum() / (len(painted) * difference.size)
        for name in STYLE:
            error = ((gram(found[name]) - wanted[name]) ** 2).sum()
            style += error / (len(painted) * found[name].size)
    return content, style, 1.0 * content + style_weight * style
