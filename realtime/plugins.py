"""Discovers plugins: `sources/x_source.py` is the source named `x`, because it is there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType

from realtime.errors import MissingExtraError, UnknownNameError

NOT_OFFERED = {"engine": {"identity"}, "source": {"faulty", "images"}, "sink": {"images"}}
"""For tests, benchmarks and other commands: opened by name, but not listed."""
OURS = frozenset({"realtime", "train", "export", "benchmarks"})


def names(package: ModuleType, kind: str) -> tuple[str, ...]:
    """List the plugins of a kind ("source", "engine", "sink") without importing any."""
    return names_in(package.__path__, kind)


def names_in(folders: Iterable[str], kind: str) -> tuple[str, ...]:
    """List the plugins of a kind in some folders, without importing the package either."""
    suffix = f"_{kind}"
    modules = pkgutil.iter_modules(folders)
    return tuple(sorted(m.name.removesuffix(suffix) for m in modules if m.name.endswith(suffix)))


def offered(names: Iterable[str], kind: str) -> tuple[str, ...]:
    """Return those plugins that users may want to choose."""
    return tuple(name for name in names if name not in NOT_OFFERED.get(kind, ()))


def load(package: ModuleType, kind: str, name: str) -> ModuleType:
    """Import one plugin.

    Raises:
        UnknownNameError: there is no such plugin.
        MissingExtraError: it needs a package that is not installed.
    """
    known = names(package, kind)
    if name not in known:
        raise UnknownNameError(kind, name, offered(known, kind))
    try:
        return importlib.import_module(f"{package.__name__}.{name}_{kind}")
    except ModuleNotFoundError as exc:
        missing = (exc.name or "").partition(".")[0]
        if missing in OURS:
            raise
        raise MissingExtraError(f"{kind} {name!r}", missing) from exc
