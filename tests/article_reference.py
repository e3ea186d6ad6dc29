"""The seed's network once more, in plain numpy: slow, obvious, and sharing no code with ours.

Written from the specification (model.py of hzy46/fast-neural-style-tensorflow), height x width x
channels as there, float64. Kernels come as (out, in, kh, kw).
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def convolve(x: Array, kernel: Array, stride: int) -> Array:
    """Reflect-pad by half the kernel, then convolve without bias (valid)."""
    outputs, _, size, _ = kernel.shape
    border = size // 2
    x = np.pad(x, ((border, border), (border, border), (0, 0)), mode="reflect")
    rows = (x.shape[0] - size) // stride + 1
    columns = (x.shape[1] - size) // stride + 1
    out = np.zeros((rows, columns, outputs))
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            window = x[top : top + size, left : left + size, :]  # (kh, kw, in)
            out[row, column] = np.einsum("yxi,oiyx->o", window, kernel)
    return out


def normalise(x: Array) -> Array:
    mean = x.mean(axis=(0, 1), keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=(0, 1), keepdims=True)
    normed: Array = (x - mean) / np.sqrt(variance + 1e-9)
    return normed


def relu(x: Array) -> Array:
    return np.maximum(x, 0.0)


def enlarge(x: Array, kernel: Array) -> Array:
    """resize_conv2d: nearest x4, then a convolution of stride 2."""
    x = x.repeat(4, axis=0).repeat(4, axis=1)
    return convolve(x, kernel, stride=2)


def paint(pixels: Array, kernels: dict[str, Array]) -> Array:
    """Paint (H, W, 3) in [0, 255]; returns the seed's picture cropped to H x W as it exports it."""
    height, width = pixels.shape[:2]
    x = pixels - np.array([123.68, 116.78, 103.94])
    x = np.pad(x, ((10, 10), (10, 10), (0, 0)), mode="reflect")
    x = relu(normalise(convolve(x, kernels["conv1.weight"], 1)))
    x = relu(normalise(convolve(x, kernels["conv2.weight"], 2)))
    x = relu(normalise(convolve(x, kernels["conv3.weight"], 2)))
    for block in range(5):
        inner = relu(convolve(x, kernels[f"trunk.{block}.conv1.weight"], 1))
        x = x + convolve(inner, kernels[f"trunk.{block}.conv2.weight"], 1)
    x = relu(normalise(enlarge(x, kernels["deconv1.conv.weight"])))
    x = relu(normalise(enlarge(x, kernels["deconv2.conv.weight"])))
    x = np.tanh(normalise(convolve(x, kernels["deconv3.weight"], 1)))
    x = (x + 1.0) * 127.5
    assert x.shape[0] == 4 * -(-(height + 20) // 4)
    x = x[10:-10, 10:-10]
    return x[:height, :width]
