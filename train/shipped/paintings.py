"""The paintings that pleinair learned from: their files, their parts, what a credit says of them.

The finest part of a painting is often the better teacher: no frame, no empty sky, and its strokes
are larger when the part is scaled to the size that is learned from. `lay_out` cuts these parts out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2

from realtime.folders import write_whole
from realtime.network.card import StyleCredit
from realtime.provenance import add_note
from train.data import read_rgb

Part = tuple[float, float, float, float]
"""Left, top, right, bottom, as shares of width and height."""
WHOLE: Part = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Painting:
    """A painting, or the part of one, that pleinair learned from."""

    file: str
    credit: StyleCredit
    part: Part = WHOLE


def _painting(
    file: str, name: str, title: str, artist: str, year: str, part: Part = WHOLE
) -> Painting:
    return Painting(file, StyleCredit(name=name, title=title, artist=artist, year=year), part)


def lay_out(names: Iterable[str], paintings: Path, folder: Path) -> tuple[Path, ...]:
    """Write what is learned from as `FOLDER/NAME.png`, each painting cut to its part.

    Args:
        names: Of styles.
        paintings: Where the whole paintings lie, under their file names.
        folder: Made if need be.

    Raises:
        BadInputError: a painting is not there, or no picture.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names:
        painting = PAINTINGS[name]
        picture = read_rgb(paintings / painting.file)
        height, width = picture.shape[:2]
        left, top, right, bottom = painting.part
        picture = picture[
            round(top * height) : round(bottom * height), round(left * width) : round(right * width)
        ]
        encoded, data = cv2.imencode(".png", picture[:, :, ::-1])
        assert encoded
        written.append(folder / f"{name}.png")
        write_whole(written[-1], add_note(data.tobytes()))
    return tuple(written)


PAINTINGS = {
    painting.credit.name: painting
    for painting in (
        _painting(
            "vincent-van-gogh-the-starry-night.jpg",
            "starry-night", "The Starry Night", "Vincent van Gogh", "1889",
        ),
        _painting(
            "vincent-van-gogh-the-starry-night.jpg",
            "starry-sky", "The Starry Night (its sky)", "Vincent van Gogh", "1889",
            (0.25, 0.12, 0.95, 0.72),
        ),
        _painting(
            "katsushika-hokusai-great-wave-off-kanagawa.jpg",
            "great-wave", "The Great Wave off Kanagawa", "Katsushika Hokusai", "1831",
        ),
        _painting(
            "katsushika-hokusai-great-wave-off-kanagawa.jpg",
            "wave-crest", "The Great Wave off Kanagawa (its wave)", "Katsushika Hokusai", "1831",
            (0.0, 0.2, 0.6, 1.0),
        ),
        _painting("roman-floor-mosaic-duck.jpg", "mosaic", "Duck, floor mosaic", "Roman", ""),
        _painting("edvard-munch-the-scream.jpg", "scream", "The Scream", "Edvard Munch", "1893"),
        _painting("francis-picabia-udnie.jpg", "udnie", "Udnie", "Francis Picabia", "1913"),
        _painting(
            "robert-delaunay-portrait-of-jean-metzinger.jpg",
            "metzinger", "Portrait of Jean Metzinger", "Robert Delaunay", "1906",
            (0.1, 0.3, 0.9, 0.95),
        ),
        _painting(
            "wassily-kandinsky-composition-vii.jpg",
            "composition-vii", "Composition VII", "Wassily Kandinsky", "1913",
        ),
        _painting(
            "piet-mondrian-composition-no-vii.jpg",
            "mondrian", "Tableau No. 2 / Composition No. VII", "Piet Mondrian", "1913",
            (0.2, 0.2, 0.8, 0.85),
        ),
        _painting(
            "claude-monet-woman-with-a-parasol.jpg",
            "parasol", "Woman with a Parasol", "Claude Monet", "1886",
            (0.0, 0.3, 1.0, 1.0),
        ),
        _painting(
            "claude-monet-water-lilies-1919.jpg",
            "water-lilies", "Water Lilies", "Claude Monet", "1919",
            (0.1, 0.2, 0.8, 0.9),
        ),
        _painting(
            "jmw-turner-wreck-of-a-transport-ship.jpg",
            "shipwreck", "The Wreck of a Transport Ship", "J. M. W. Turner", "1810",
        ),
        _painting(
            "old-master-red-chalk-woman-in-peasant-dress.jpg",
            "red-chalk", "Woman in Peasant Dress", "Old Master drawing", "",
            (0.12, 0.2, 0.92, 0.8),
        ),
        _painting(
            "leonardo-da-vinci-mona-lisa.jpg",
            "mona-lisa", "Mona Lisa", "Leonardo da Vinci", "1506",
        ),
        _painting(
            "francis-picabia-edtaonisl.jpg",
            "edtaonisl", "Edtaonisl (Ecclesiastic)", "Francis Picabia", "1913",
        ),
    )
}  # fmt: skip
