"""`article`: the transform network of the seed article, exactly.

Source: github.com/hzy46/fast-neural-style-tensorflow, model.py; Johnson et al. 2016. One network
knows one style. 1,674,432 parameters, convolution kernels only. What is particular to it:

- the picture is reflected 10 px outwards once and cropped again at the end;
- no convolution has a bias, every one reflects its own border;
- instance norm has no scale or shift, and epsilon 1e-9;
- the residual trunk has no normalisation at all, and no ReLU after the sum;
- upsampling is nearest x4 followed by a convolution of stride 2;
- the output is normalised *before* tanh, so every channel leaves with a mean of about 127.5.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime.network.layers import NearestUpsampleConv, ReflectConv, instance_norm
from realtime.network.pixels import crop_to, rough_mean

BORDER_PX = 10
CHANNEL_MEANS = (123.68, 116.78, 103.94)
"""RGB means subtracted from the input (vgg_preprocessing.py of TF-Slim)."""


HALF_TRUNK_SCALE = 1 / 64
"""The trunk has no norm and outgrows fp16 (106,000 was met; it ends at 65,504). It is made of
bias-free convolutions and ReLU, so a factor put in comes out, where the next norm removes it."""


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))) at 128 channels: no norm, no bias, no ReLU after the sum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = ReflectConv(channels, channels, 3)
        self.conv2 = ReflectConv(channels, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        y: Tensor = self.conv2(F.relu(self.conv1(x)))
        return x + y


class ArticleNetwork(nn.Module):
    """The seed's transform network (see the module docstring)."""

    means: Tensor

    def __init__(self, *, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.centres_on_frame = False
        """Set by folding: the frame's own mean is taken off instead of the data set's."""
        self.register_buffer("means", torch.tensor(CHANNEL_MEANS).view(1, 3, 1, 1), False)
        self.conv1 = ReflectConv(3, 32, 9)
        self.conv2 = ReflectConv(32, 64, 3, stride=2)
        self.conv3 = ReflectConv(64, 128, 3, stride=2)
        self.trunk = nn.Sequential(*(ResidualBlock(128) for _ in range(5)))
        self.deconv1: nn.Module = NearestUpsampleConv(128, 64)
        self.deconv2: nn.Module = NearestUpsampleConv(64, 32)
        self.deconv3: nn.Module = ReflectConv(32, 3, 9)
        for kernel in self.parameters():
            nn.init.trunc_normal_(kernel, std=0.1, a=-0.2, b=0.2)

    def residual_kernels(self) -> list[Tensor]:
        """Return the last kernel of every residual block: what is added to the picture."""
        blocks = (block for block in self.trunk if isinstance(block, ResidualBlock))
        return [block.conv2.weight for block in blocks]

    def _normalised(self, x: Tensor) -> Tensor:
        # ReLU of the seed also turns NaN into 0; a finite epsilon and fp32 statistics mean that
        # no NaN arises here.
        return F.relu(instance_norm(x, self.epsilon))

    def forward(self, frames: Tensor, style_weights: Tensor) -> Tensor:
        """Paint (N, 3, H, W) RGB in [0, 255]; returns the same shape, in [0, 255].

        `style_weights` (N, 1) is accepted so that all networks are called alike, and unused: this
        network knows one style. The seed's own output is rounded up to a multiple of four; as its
        export script does, the top left H x W part is kept.
        """
        del style_weights
        height, width = frames.shape[-2:]
        centre = rough_mean(frames) if self.centres_on_frame else self.means.to(frames.dtype)
        x = F.pad(frames - centre, (BORDER_PX,) * 4, mode="reflect")
        x = self._normalised(self.conv1(x))  # (N, 32, H+20, W+20)
        x = self._normalised(self.conv2(x))  # (N, 64, /2, /2)
        x = self._normalised(self.conv3(x))  # (N, 128, /4, /4)
        if x.dtype == torch.float16:
            x = x * HALF_TRUNK_SCALE
        x = self.trunk(x)
        x = self._normalised(self.deconv1(x))  # (N, 64, /2, /2)
        x = self._normalised(self.deconv2(x))  # (N, 32, /1, /1)
        x = torch.tanh(instance_norm(self.deconv3(x), self.epsilon))
        return crop_to(((x + 1.0) * 127.5)[..., BORDER_PX:, BORDER_PX:], height, width)
