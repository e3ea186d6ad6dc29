"""The colours of plots: a painter's, told apart by the colour-blind too (after Okabe and Ito)."""

from __future__ import annotations

INK = "#2b2926"
GREY = "#9a958a"
BARS = {
    "openvino": "#2f6f9f",
    "torch": "#d98032",
    "onnxruntime": "#4f9d7a",
    "tensorrt": "#8a5a9e",
    "paint": "#b5483a",
    "eager": "#bdb8ad",
}
STAGE_COLOURS = {
    "to_network": ("hand-over", "#cfc9bc"),
    "network": ("network", "#2f6f9f"),
    "to_show": ("hand-over to the screen", "#e6c9a0"),
    "show": ("show", "#d98032"),
}


def colour_of(engine: str, *, pale: bool = False) -> str:
    """Return an engine's colour; pale, as if washed."""
    colour = BARS.get(engine, GREY)
    if not pale:
        return colour
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - 0.45 * (255 - part)):02x}" for part in parts)
