"""A bundle that is open or being opened: its engine, and the session that changes its look.

The parts are those of the live window: `LazyEngine`, `HeldFrameEngine`, denoising, `Session`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from realtime.arbitrary_style.request import Request
from realtime.engines.base import styles_of
from realtime.errors import UnknownNameError
from realtime.live.controls import State
from realtime.live.engines import HeldFrameEngine, LazyEngine
from realtime.live.factory import controller_of, denoised, engine_opener
from realtime.live.quality_controller import Level, QualityController
from realtime.live.session import Session, SessionContext
from realtime.ports import Size
from realtime.settings import LiveSettings

USUAL_FPS = 30.0
USUAL_SIZE: Size = (640, 480)


class BundleSession:
    """Engine, controller and session of one bundle; opens in the background.

    Args:
        settings: How to open the engine, and what rate to hold.
        request: The bundle, and paintings that were given as files.
        state: The state to begin with.
        tell: Given messages for the user.
    """

    def __init__(
        self, settings: LiveSettings, request: Request, state: State, tell: Callable[[str], None]
    ) -> None:
        self.request = request
        self.names = request.names
        self.changed = modified(request.entry.path)
        """Modification time of the bundle's file, which training changes."""
        self.controller: QualityController | None = controller_of(settings, request.entry)
        styles = styles_of(request.entry.path) + request.styles
        size = settings.size or USUAL_SIZE
        self.late = LazyEngine(styles, engine_opener(settings, request, size, self.controller))
        self.extra = HeldFrameEngine(self.late, lambda: self.session.frozen, lambda: False)
        self.engine = denoised(self.extra, settings)
        self._around = SessionContext(snapshots=Path(), tell=tell, controller=self.controller)
        self.session = Session(self.engine, state, self._around)

    @property
    def bundle(self) -> str:
        """The bundle's name."""
        return self.request.entry.name

    @property
    def level(self) -> Level:
        """The present level of quality."""
        return Level(1.0) if self.controller is None else self.controller.level

    @property
    def holds(self) -> bool:
        """Whether quality is lowered to hold the rate."""
        return self.controller is not None

    @property
    def outdated(self) -> bool:
        """Whether the bundle's file has changed since it was opened."""
        return modified(self.request.entry.path) not in (self.changed, 0.0)

    def weights_of(self, state: State) -> dict[str, float]:
        """Return the styles of a state by name, without those that are not used."""
        weights = state.look.style_weights
        return {name: w for name, w in zip(self.names, weights, strict=True) if w}

    def fade_from(self, state: State | None) -> None:
        """Fade from a state to the one that was asked for meanwhile; None: no fade."""
        wanted = self.session.state
        if state is not None:
            self.session = Session(self.engine, state, self._around)
            self.session.become(wanted)

    def close(self) -> None:
        """Close session and engine; waits for an engine that is being opened."""
        self.session.close()
        self.engine.close()


def modified(path: Path) -> float:
    """Return the modification time of a file in seconds since 1970; 0: it is gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def with_rate(settings: LiveSettings, hold: bool) -> LiveSettings:
    """Return settings with a rate to hold (as asked for, else a default), or with none."""
    if not hold:
        return replace(settings, hold_fps=None, latency_ms=None)
    if settings.hold_fps or settings.latency_ms:
        return settings
    return replace(settings, hold_fps=USUAL_FPS)


def convert_state(state: State, old: tuple[str, ...], new: tuple[str, ...]) -> State | None:
    """Convert a state to another list of styles; None: a style that it uses is missing there.

    Args:
        state: For the styles named `old`.
        old: Names, in the order of the state's weights.
        new: Names of the styles to move to.
    """
    weights = {name: w for name, w in zip(old, state.look.style_weights, strict=True) if w}
    if not weights.keys() <= set(new):
        return None
    base = tuple(weights.get(name, 0.0) for name in new)
    return replace(state, base=base, partner=None)


def with_styles(state: State, weights: dict[str, float], names: tuple[str, ...]) -> State:
    """Return the state with other styles, by name; weights are scaled to sum to 1.

    Raises:
        UnknownNameError: one of them is not among the names.
    """
    for name in weights:
        if name not in names:
            raise UnknownNameError("style", name, names)
    total = sum(weights.values())
    base = tuple(weights.get(name, 0.0) / total for name in names)
    return replace(state, base=base, partner=None)
