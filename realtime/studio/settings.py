"""Settings of a studio, validated once and frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from realtime.errors import BadInputError
from realtime.folders import data_folder
from realtime.settings import LiveSettings

DEFAULT_PORT = 8765
LOOPBACK = "127.0.0.1"


def default_folder() -> Path:
    """Return the studio's default folder; it need not exist."""
    return data_folder() / "studio"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Upper limits of what a page may send."""

    upload_bytes: int = 4 * 2**30
    recording_bytes: int = 2 * 2**30
    picture_bytes: int = 100 * 2**20
    frame_bytes: int = 40 * 2**20
    """Of one frame of a browser's camera."""
    frame_px: int = 4096 * 2304
    picture_px: int = 12_000 * 9000
    film_px: int = 8192 * 4320
    seconds: float = 4 * 3600.0
    """Of a clip."""


@dataclass(frozen=True, kw_only=True)
class StudioSettings:
    """How the studio runs."""

    live: LiveSettings = field(default_factory=LiveSettings)
    """How it paints live. Its source is offered beside the browser's camera, if `own_source`."""
    own_source: bool = False
    """Whether a camera or a file of this machine was asked for."""
    host: str | None = None
    """Address to listen at; None: this machine only, and the URL needs no token."""
    port: int = DEFAULT_PORT
    folder: Path = field(default_factory=default_folder)
    """Where the studio keeps dropped files and their results."""
    limits: Limits = field(default_factory=Limits)
    content: Path | None = None
    """Folder of photographs to learn styles with; None: those that were dropped on the page."""
    vgg: Path | None = None
    """VGG weights to learn styles with, a file or a folder; None: those that were dropped on the
    page, or that torchvision fetched before."""

    def __post_init__(self) -> None:
        if not 0 <= self.port < 65536:
            raise BadInputError(f"port must be 0 (any free one) to 65535, got {self.port}")
