"""The card of a style bundle: its metadata, without the weights.

A bundle is one safetensors file. Its metadata holds one JSON text under the key `pleinair`: format
version, architecture config, the styles with their credits, licence, training recipe, results, and
a golden picture that reveals a wrongly rebuilt network. Nothing in the file can execute.
This module imports no torch.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from safetensors import safe_open

from realtime.errors import BadInputError, BundleError
from realtime.network.config import TransformerConfig
from realtime.reading import HEAD_BYTES, file_kind, is_safetensors, read_file

FORMAT_VERSION = 2
"""1: `fast` and `quality` were other networks, without a skip at half the picture's size. Bundles
of the other architectures are the same in both versions."""
CHANGED_IN_VERSION_2 = ("fast", "quality")
METADATA_KEY = "pleinair"
DEFAULT_STYLE = "edtaonisl"
"""The style that is painted by default, if the bundle has it. Chosen by looking at faces, rooms and
streets in all styles (docs/pictures.md); to be chosen again after every retraining."""


@dataclass(frozen=True, kw_only=True)
class StyleCredit:
    """One style of a network: its name on the command line, and its credits."""

    name: str
    title: str = ""
    artist: str = ""
    year: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.thanks})" if self.thanks else self.name

    @property
    def thanks(self) -> str:
        """Title, painter and year of the painting, as far as they are known."""
        return ", ".join(part for part in (self.title, self.artist, self.year) if part)


def style_name_of(text: str) -> str:
    """Turn any text, such as a file name, into a style name: lower-case, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "painting"


def require_style_name(name: str) -> str:
    """Return `name` if it can be a style name; else raise BadInputError with one that can."""
    if style_name_of(name) != name:
        raise BadInputError(
            f"--name {name!r}: expected lower-case letters, digits and dashes, such as "
            f"{style_name_of(name)}"
        )
    return name


@dataclass(frozen=True, kw_only=True)
class Card:
    """Metadata of a bundle."""

    config: TransformerConfig
    styles: tuple[StyleCredit, ...]
    """In the order of the style weights; as many as `config.styles`."""
    licence: str = "Apache-2.0"
    recipe: dict[str, Any] = field(default_factory=dict)
    """The training settings."""
    results: dict[str, Any] = field(default_factory=dict)
    """Losses reached, seconds trained, device."""
    golden: str = ""
    """Hex of the golden picture, see `bundle.golden_picture`."""

    def __post_init__(self) -> None:
        if len(self.styles) != self.config.styles:
            raise BundleError(
                f"card names {len(self.styles)} styles, its network has {self.config.styles}"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The style names, in the order of the style weights."""
        return tuple(style.name for style in self.styles)

    @property
    def added_style(self) -> int | None:
        """Index of the style that the bundle was made to add to older ones; None: all are alike."""
        kept = self.recipe.get("kept_styles", 0)
        return kept if isinstance(kept, int) and 0 < kept < len(self.styles) else None

    @property
    def usual_name(self) -> str:
        """The style to begin with: the one that was added, else the default, else the first."""
        if self.added_style is None and DEFAULT_STYLE in self.names:
            return DEFAULT_STYLE
        return self.names[self.added_style or 0]

    def require_types(self) -> None:
        """Raise TypeError or ValueError when a field holds what can be no card's."""
        texts = [getattr(style, f.name) for style in self.styles for f in fields(style)]
        if not all(isinstance(text, str) for text in (*texts, self.licence, self.golden)):
            raise TypeError("a text is none")
        if not all(isinstance(values, dict) for values in (self.recipe, self.results)):
            raise TypeError("recipe or results are not tables")
        bytes.fromhex(self.golden)

    def to_json(self) -> str:
        """Write the card, with the format version, as one line of JSON."""
        values = asdict(self) | {"format_version": FORMAT_VERSION, "config": self.config.to_dict()}
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Read a card; raises BundleError when it is damaged or from another format version."""
        try:
            values = json.loads(text)
            version = values.pop("format_version")
        except Exception as exc:  # any error of the parser on a user's file
            raise BundleError(f"card not readable: {exc!r}") from exc
        if version not in (1, FORMAT_VERSION):
            raise BundleError(
                f"format version {version}, but this pleinair reads versions up to "
                f"{FORMAT_VERSION}: update pleinair"
            )
        try:
            if version == 1:
                values["config"] = _config_of_version_1(values["config"])
            values["config"] = TransformerConfig.from_dict(values["config"])
            values["styles"] = tuple(StyleCredit(**style) for style in values["styles"])
            card = cls(**values)
            card.require_types()
        except BadInputError:
            raise
        except Exception as exc:
            raise BundleError(f"card not understood: {exc!r}") from exc
        return card


def _config_of_version_1(config: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was there for `fast` and `quality` only; refuse these."""
    if config["architecture"] in CHANGED_IN_VERSION_2:
        raise BundleError(
            f"made for the {config['architecture']} network of an older pleinair, which is another "
            "one now: train its paintings again (pleinair train PAINTING --from fast), or use the "
            "styles that come with pleinair"
        )
    return {name: config[name] for name in ("architecture", "styles", "epsilon") if name in config}


def read_card(path: Path) -> Card:
    """Read only the card of a bundle: fast, and no weights are touched.

    Raises:
        BadInputError: there is no such file.
        BundleError: it is something else, damaged, or from another format version.
    """
    if path.exists():
        _refuse_what_is_no_bundle(path)
    try:
        with safe_open(path, "np") as file:
            text = (file.metadata() or {}).get(METADATA_KEY)
    except FileNotFoundError as exc:
        raise BadInputError(f"no style bundle at {path}") from exc
    except Exception as exc:  # any error of the parser on a user's file
        raise BundleError(f"{path} is not a style bundle, or it is damaged: {exc}") from exc
    if text is None:
        raise BundleError(f"{path} is a safetensors file, but not a pleinair style bundle")
    try:
        return Card.from_json(text)
    except BadInputError as exc:
        raise BundleError(f"{path}: {exc}") from exc


def _refuse_what_is_no_bundle(path: Path) -> None:
    head = read_file(path, "a style bundle", most_bytes=HEAD_BYTES)
    if is_safetensors(head):
        return  # whatever else the length of its header, which comes first, may look like
    if kind := file_kind(head):
        raise BundleError(f"{path} is {kind}, not a style bundle (.safetensors)")
    if head.startswith((b"\x80", b"PK\x03\x04")):
        raise BundleError(
            f"{path} is not a style bundle; if it is a checkpoint, make one of it: pleinair import"
        )
