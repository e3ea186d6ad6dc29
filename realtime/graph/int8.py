"""Measures what int8 wants to know: from what to what the inputs of convolutions go.

Behind an instance norm that hardly depends on the picture, so it is measured on drawn ones and
needs no photographs: ranges that were measured on photographs paint others 0.1 dB nearer. The
pictures are dead leaves, discs of all sizes that hide each other, whose edges and contrasts are as
those of photographs (Lee, Mumford and Huang 2001, "Occlusion models for natural images").
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

import cv2
import numpy as np

from realtime.frame import Pixels
from realtime.graph.builder import Ranges
from realtime.graph.frames import write_graph
from realtime.graph.signature import graph_inputs
from realtime.network.bundle import Bundle
from realtime.openvino_core import shared_core

PICTURES, PICTURE_PX = 6, (192, 144)
LEAVES = 400
LEAST_RADIUS_PX, LARGEST_RADIUS_PX = 2.0, 100.0
FINEST = ("up2", "end")
"""Scopes of `fast` and `quality` that stay in floating point: at half the picture's size 8 bits are
seen in some styles (worst photograph 33 dB; with these exact, 40)."""


def measure_ranges(bundle: Bundle) -> Ranges:
    """Return the ranges for `write_graph`, of all convolutions but the first and the finest.

    The first sees the picture itself, holds little arithmetic, and would cost most of the visible
    error. Of the ranges the means over pictures and styles, not the widest: the rare peak that is
    cut off costs less than coarser steps for all the rest.
    """
    model = write_graph(bundle)
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    inputs = {
        node.name: node.input[0]
        for node in convolutions[1:] if node.name.partition("/")[0] not in FINEST
    }  # fmt: skip
    core = shared_core()
    graph = core.read_model(model.SerializeToString())
    graph.add_outputs(list(inputs.values()))
    network = core.compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    styles = np.eye(len(bundle.card.names), dtype=np.float32)
    spans: dict[str, list[tuple[float, float]]] = {name: [] for name in inputs}
    for picture in dead_leaves():
        for style in styles:
            found = network(graph_inputs(picture, style, 1.0))
            for name, every in spans.items():
                values = found[inputs[name]]
                every.append((float(values.min()), float(values.max())))
    return {
        name: (fmean(low for low, _ in every), fmean(high for _, high in every))
        for name, every in spans.items()
    }


def dead_leaves() -> Iterator[Pixels]:
    """Draw pictures, (H, W, 3) RGB uint8, always the same: flat discs, radii by r^-3."""
    width, height = PICTURE_PX
    for number in range(PICTURES):
        draw = np.random.default_rng(number)
        share = draw.random(LEAVES)
        # The inverse of the distribution: so many discs are larger than r as r^-2 says.
        radii = (share / LARGEST_RADIUS_PX**2 + (1 - share) / LEAST_RADIUS_PX**2) ** -0.5
        picture = np.full((height, width, 3), 128, np.uint8)
        for radius in radii:
            centre = int(draw.integers(width)), int(draw.integers(height))
            colour = tuple(int(level) for level in draw.integers(0, 256, 3))
            cv2.circle(picture, centre, round(radius), colour, cv2.FILLED, cv2.LINE_AA)
        yield picture
