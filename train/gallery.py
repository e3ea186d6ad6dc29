"""The styles that ship with pleinair: which paintings, which networks, one command to train them.

`python -m train.gallery --data DATA --vgg VGG` where DATA holds `content/` (photographs),
`content_val/` (photographs for the previews) and `styles/` (the paintings, by these file names),
and VGG the loss-network weights. Resumable: run it again and it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from realtime.network.card import StyleCredit
from train.judges import load_judges
from train.loop import Extras, train
from train.progress import shown
from train.settings import TrainSettings


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
            "francis-picabia-edtaonisl.jpg",
            "edtaonisl", "Edtaonisl (Ecclesiastic)", "Francis Picabia", "1913",
        ),
    )
}  # fmt: skip

RUNS: dict[str, tuple[tuple[str, ...], list[dict[str, Any]]]] = {
    "fast": (
        ("starry-night", "great-wave", "mosaic", "scream", "udnie", "metzinger"),
        [
            {"architecture": "fast", "steps": 2400, "batch": 2},
            {
                "architecture": "fast",
                "steps": 450,
                "batch": 2,
                "learning_rate": 5e-4,
                "identity_steps": 0,
                "style_factors": (1.0, 0.8, 0.25, 0.8, 0.8, 0.5),
            },
        ],
    ),
    # Its norm before tanh forces every colour to a mean of 127.5 and a deviation of about 80: only
    # paintings of high contrast can be learned well.
    "article": (
        ("edtaonisl",),
        [
            {
                "architecture": "article",
                "steps": 650,
                "batch": 2,
                "crop_px": 160,
                "style_weight": 3.0,
                "residual_scale": 0.05,
                "identity_steps": 150,
                "style_px": 320,
                "stability_weight": 0.0,
            }
        ],
    ),
}
"""Bundle name -> its styles, and the settings of its rounds: each starts where the last ended."""

app = typer.Typer(add_completion=False)


@app.command()
def main(
    data: Annotated[Path, typer.Option(help="Folder with content/, content_val/ and styles/.")],
    vgg: Annotated[Path, typer.Option(help="Folder with the loss-network weights.")],
    out: Annotated[Path, typer.Option(help="Where bundles and previews go.")] = Path("out/gallery"),
    only: Annotated[str, typer.Option(help="Train only this bundle.")] = "",
    steps: Annotated[
        int, typer.Option(help="Train this many steps instead (a lesser result).")
    ] = 0,
) -> None:
    """Train the bundles that ship with pleinair."""
    judges = load_judges(vgg)
    previews = tuple(sorted((data / "content_val").glob("*.jpg")))[3:10:2]
    for bundle, (names, rounds) in RUNS.items():
        if only not in ("", bundle):
            continue
        credits = tuple(PAINTINGS[name].credit for name in names)
        start: Path | None = None
        for number, values in enumerate(rounds, start=1):
            settings = TrainSettings(
                styles=tuple(data / "styles" / PAINTINGS[name].file for name in names),
                content=data / "content",
                **(values | ({"steps": steps} if steps else {})),
            )
            last = number == len(rounds)
            path = out / (f"{bundle}.safetensors" if last else f"{bundle}-{number}.safetensors")
            with shown(path.stem) as listen:
                extras = Extras(previews=previews, listen=listen)
                train(settings, judges, credits, path, start=start, extras=extras)
            start = path


if __name__ == "__main__":
    app()
