"""Shared context of the studio's parts: settings, token, and what is closed at the end."""

from __future__ import annotations

from contextlib import ExitStack

from realtime.studio.settings import StudioSettings
from realtime.studio.token import read_token


class Studio:
    """Context of one server, given to its routes; it outlives all pages.

    Raises:
        BadInputError: its folder cannot be made.
    """

    def __init__(self, settings: StudioSettings, token: str | None = None) -> None:
        self.settings = settings
        self.token = token or read_token(settings.folder)
        """Grants access to everything below `/api/`."""
        self.ending = ExitStack()
        """Where parts register what they open for the whole run; closed in reverse order."""

    def close(self) -> None:
        """Close everything that the parts opened."""
        self.ending.close()
