"""What the parts of a studio share: settings, token, folder, and what ends when it ends."""

from __future__ import annotations

from contextlib import ExitStack

from realtime.studio.settings import StudioSettings
from realtime.studio.token import read_token


class Studio:
    """One for each server. Routes are made for it; it outlives all pages.

    Raises:
        BadInputError: its folder cannot be made.
    """

    def __init__(self, settings: StudioSettings, token: str | None = None) -> None:
        self.settings = settings
        self.token = token or read_token(settings.folder)
        """Whoever knows it may use what is behind `/api/`."""
        self.ending = ExitStack()
        """What a part opens for the whole run, a process or a thread, it closes here; at the end
        of the run, last opened first."""

    def close(self) -> None:
        """End everything that the parts opened."""
        self.ending.close()
