"""The transform network of pytorch/examples `fast_neural_style`, for importing its checkpoints.

Johnson et al. 2016 with instance norm (Ulyanov et al. 2016) and nearest-neighbour upsampling (Odena
et al. 2016): 9x9 / 3x3 s2 / 3x3 s2, five residual blocks, two upsampling convolutions, 9x9; every
convolution has a bias and reflects its border. Speaks pixels by itself: [0, 255] in and out.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from realtime.network.layers import ConditionalInstanceNorm, ReflectConv
from realtime.network.pixels import crop_to, rough_mean


class NormedConv(nn.Module):
    """Convolution with bias, then instance norm with a scale and shift; perhaps enlarged first."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, enlarge: bool = False
    ) -> None:
        super().__init__()
        self.conv: nn.Module
        if enlarge:
            self.conv = DoubledConv(inputs, outputs)
        else:
            self.conv = ReflectConv(inputs, outputs, kernel, stride=stride, bias=True)
        self.norm = ConditionalInstanceNorm(outputs, 1, epsilon=1e-5)

    def forward(self, x: Tensor, style_weights: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C', H * enlarged / stride, ...)."""
        y: Tensor = self.norm(self.conv(x), style_weights)
        return y


class DoubledConv(nn.Module):
    """Nearest x2, then a 3x3 convolution: (N, C, H, W) -> (N, C', 2H, 2W)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = ReflectConv(inputs, outputs, 3, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge, then convolve."""
        y: Tensor = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return y


class ResidualBlock(nn.Module):
    """x + norm(conv(ReLU(norm(conv(x)))))."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = NormedConv(channels, channels, 3)
        self.second = NormedConv(channels, channels, 3)

    def forward(self, x: Tensor, style_weights: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        y: Tensor = self.second(F.relu(self.first(x, style_weights)), style_weights)
        return x + y


class ExamplesNetwork(nn.Module):
    """The network of pytorch/examples (see the module docstring)."""

    def __init__(self) -> None:
        super().__init__()
        self.centres_on_frame = False
        """Set by folding: the frame's own mean is taken off, which the first norm undoes."""
        self.conv1 = NormedConv(3, 32, 9)
        self.conv2 = NormedConv(32, 64, 3, stride=2)
        self.conv3 = NormedConv(64, 128, 3, stride=2)
        self.trunk = nn.ModuleList(ResidualBlock(128) for _ in range(5))
        self.deconv1 = NormedConv(128, 64, 3, enlarge=True)
        self.deconv2 = NormedConv(64, 32, 3, enlarge=True)
        self.deconv3: nn.Module = ReflectConv(32, 3, 9, bias=True)

    def forward(self, frames: Tensor, style_weights: Tensor) -> Tensor:
        """Paint (N, 3, H, W) RGB in [0, 255]; the same shape, in about [0, 255].

        For sides that do not divide by four, the original's painting is up to three pixels larger;
        what is too much is cut off at the right and the bottom, and the rest is the same.
        """
        height, width = frames.shape[-2:]
        x = frames - rough_mean(frames) if self.centres_on_frame else frames
        for layer in (self.conv1, self.conv2, self.conv3):
            x = F.relu(layer(x, style_weights))
        for block in self.trunk:
            x = block(x, style_weights)
        for layer in (self.deconv1, self.deconv2):
            x = F.relu(layer(x, style_weights))
        return crop_to(self.deconv3(x), height, width)
