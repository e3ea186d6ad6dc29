"""Python API: pictures and frames, painted in the style of a painting.

    import pleinair

    painting = pleinair.paint("photo.jpg", "scream")      # RGB uint8 (H, W, 3)
    pleinair.paint("photo.jpg", "scream", out="painted.jpg")

    with pleinair.Stylizer("fast") as stylizer:           # many pictures, or a film's frames
        painting = stylizer.paint(rgb, "starry-night:0.6,mosaic:0.4", strength=0.8)

`open_source` and `open_sink` open cameras, clips, windows and files; what they may be asked is
`realtime.ports`.

Everything that goes wrong with what was given is a `PleinairError`, whose message says what was
got, what was expected and what to do. Nothing is printed, and nothing is downloaded.
"""

from __future__ import annotations

from pleinair.painting import Picture, paint
from pleinair.stylizer import Rgb, Stylizer, styles
from realtime.errors import PleinairError
from realtime.sinks import SinkOptions, open_sink
from realtime.sources import open_source

__all__ = [
    "Picture", "PleinairError", "Rgb", "SinkOptions", "Stylizer", "open_sink", "open_source",
    "paint", "styles",
]  # fmt: skip
