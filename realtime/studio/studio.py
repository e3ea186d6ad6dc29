"""Shared context of the studio's parts: settings, token, and what is closed at the end."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import ExitStack
from pathlib import Path

from realtime.errors import BadInputError
from realtime.studio.settings import StudioSettings

TOKEN_BYTES = 24


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


def read_token(folder: Path) -> str:
    """Return the token of a folder; folder and token are made if they do not exist.

    Only the user can read them.

    Raises:
        BadInputError: the folder cannot be made, or not be written.
    """
    path = folder / "token"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = path.read_text().strip() if path.is_file() else ""
        if re.fullmatch(r"[\w-]{32}", known):
            return known
        path.unlink(missing_ok=True)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(token)
    except OSError as exc:
        raise BadInputError(f"the studio cannot write to {folder}: {exc.strerror}") from exc
    return token
