"""`fast`: the small U-Net, 355 thousand parameters; live on two CPU cores."""

from realtime.network.base import Architecture
from realtime.network.config import TransformerConfig
from realtime.network.unet import EPSILON, StyledUNet

ARCHITECTURE = Architecture(
    config=TransformerConfig(architecture="fast", epsilon=EPSILON, widths=(16, 32, 64), blocks=4),
    build=StyledUNet.of,
    many_styles=True,
)
