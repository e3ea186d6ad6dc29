"""The paintings that pleinair learned from: their files, and what a credit says of them."""

from __future__ import annotations

from dataclasses import dataclass

from realtime.network.card import StyleCredit


@dataclass(frozen=True)
class Painting:
    """A painting that pleinair learned from."""

    file: str
    credit: StyleCredit


def _painting(file: str, name: str, title: str, artist: str, year: str) -> Painting:
    return Painting(file, StyleCredit(name=name, title=title, artist=artist, year=year))


PAINTINGS = {
    painting.credit.name: painting
    for painting in (
        _painting(
            "vincent-van-gogh-the-starry-night.jpg",
            "starry-night", "The Starry Night", "Vincent van Gogh", "1889",
        ),
        _painting(
            "katsushika-hokusai-great-wave-off-kanagawa.jpg",
            "great-wave", "The Great Wave off Kanagawa", "Katsushika Hokusai", "1831",
        ),
        _painting("roman-floor-mosaic-duck.jpg", "mosaic", "Duck, floor mosaic", "Roman", ""),
        _painting("edvard-munch-the-scream.jpg", "scream", "The Scream", "Edvard Munch", "1893"),
        _painting("francis-picabia-udnie.jpg", "udnie", "Udnie", "Francis Picabia", "1913"),
        _painting(
            "robert-delaunay-portrait-of-jean-metzinger.jpg",
            "metzinger", "Portrait of Jean Metzinger", "Robert Delaunay", "1906",
        ),
        _painting(
            "wassily-kandinsky-composition-vii.jpg",
            "composition-vii", "Composition VII", "Wassily Kandinsky", "1913",
        ),
        _painting(
            "piet-mondrian-composition-no-vii.jpg",
            "mondrian", "Tableau No. 2 / Composition No. VII", "Piet Mondrian", "1913",
        ),
        _painting(
            "claude-monet-woman-with-a-parasol.jpg",
            "parasol", "Woman with a Parasol", "Claude Monet", "1886",
        ),
        _painting(
            "claude-monet-water-lilies-1919.jpg",
            "water-lilies", "Water Lilies", "Claude Monet", "1919",
        ),
        _painting(
            "jmw-turner-wreck-of-a-transport-ship.jpg",
            "shipwreck", "The Wreck of a Transport Ship", "J. M. W. Turner", "1810",
        ),
        _painting(
            "old-master-red-chalk-woman-in-peasant-dress.jpg",
            "red-chalk", "Woman in Peasant Dress", "Old Master drawing", "",
        ),
        _painting(
            "francis-picabia-edtaonisl.jpg",
            "edtaonisl", "Edtaonisl (Ecclesiastic)", "Francis Picabia", "1913",
        ),
    )
}  # fmt: skip
