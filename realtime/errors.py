"""The exceptions of pleinair, and exit codes.

PleinairError
├── BadInputError       the user gave something that cannot be used (a path, a name, a number)
│   ├── UnknownNameError    a style, engine, source or sink that does not exist
│   └── BundleError         a style bundle that is corrupt, foreign or from the future
├── SourceError         frames stopped coming: camera unplugged, video file damaged
├── EngineError         the network could not be built or could not run
├── SinkError           frames could not be shown or written: disk full, window system gone
└── MissingExtraError   an optional package is needed; the message holds the pip line

Every message says what was got, what was expected and what to do about it. The command line
prints it without a traceback and exits with code 2; a library user catches `PleinairError`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

EXIT_BAD = 2
EXIT_INTERRUPTED = 130
"""What a shell gives a program that Ctrl-C ended."""


def one_line(exc: BaseException) -> str:
    """Return what a library said in an error, which may be many lines, as one."""
    return " ".join(str(exc).split()) or type(exc).__name__


class PleinairError(Exception):
    """Base of everything pleinair raises on purpose."""


class BadInputError(PleinairError):
    """The caller gave something that cannot be used."""


class UnknownNameError(BadInputError):
    """A name that is not in the list; the message holds the nearest, if one is near."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(set(known))
        near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}? " if near else ""
        super().__init__(f"no {kind} named {name!r}: {hint}known are {', '.join(names) or 'none'}")


class BundleError(BadInputError):
    """A style bundle that cannot be read or does not fit this version."""


class SourceError(PleinairError):
    """A source that opened but cannot go on."""


class EngineError(PleinairError):
    """An engine that cannot be built here or failed while painting."""


class SinkError(PleinairError):
    """A sink that cannot take frames any more."""


class MissingExtraError(PleinairError):
    """An optional package is not installed."""

    def __init__(self, what: str, package: str, extra: str | None = None) -> None:
        line = f"pip install 'pleinair[{extra}]'" if extra else f"pip install {package}"
        super().__init__(f"{what} needs the package {package}, which is not installed: {line}")
