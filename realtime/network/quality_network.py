"""`quality`: the larger size of `unet`, 963 thousand parameters; about 2.5 times `fast`'s work."""

from realtime.network.base import Architecture
from realtime.network.config import TransformerConfig
from realtime.network.unet import EPSILON, StyledUNet

ARCHITECTURE = Architecture(
    config=TransformerConfig(
        architecture="quality", epsilon=EPSILON, widths=(24, 48, 96), blocks=5
    ),
    build=StyledUNet.of,
    many_styles=True,
)
