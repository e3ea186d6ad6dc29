"""The live part of a studio: one engine, one wall, one live picture, and whose page it is on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from realtime.live.engines import light_network_of
from realtime.live.factory import open_live_source
from realtime.network.library import SHIPPED, user_folder
from realtime.ports import Source
from realtime.sources import files_of
from realtime.studio.browser import BrowserSink, BrowserSource
from realtime.studio.bundle_session import USUAL_FPS
from realtime.studio.bundle_switcher import BundleSwitcher
from realtime.studio.command_line import live_command
from realtime.studio.figures import Painting, figures, keeps_up
from realtime.studio.live_run import LiveRun
from realtime.studio.outbox import Outbox
from realtime.studio.settings import StudioSettings
from realtime.studio.wall import Wall

ELSEWHERE = "the studio is open in another tab, which has the engine"
LANDSCAPE, OWN, BROWSER = "landscape", "own", "browser"


class Visitor(Protocol):
    """A page that is connected."""

    outbox: Outbox

    def next_frame(self, seconds: float) -> None:
        """Tell the page to send its next frame, so many seconds from now."""


@dataclass
class Offer:
    """A source that the page may choose."""

    key: str
    words: str


class Room:
    """Made at the first visit. All methods are called on the server's loop, and do not wait."""

    def __init__(self, settings: StudioSettings) -> None:
        self.settings = settings
        self.pages: list[Visitor] = []
        self.owner: Visitor | None = None
        """Whose page the live picture is on."""
        self.run: LiveRun | None = None
        self._source_key = BROWSER
        self.switcher = BundleSwitcher(settings.live, self._tell)
        self.wall = Wall(
            self.switcher, changed=self._wall_changed, show=self._hang,
            watched=lambda: bool(self.pages), short_of_time=self._is_short_of_time,
        )  # fmt: skip

    @property
    def is_fresh(self) -> bool:
        """Whether a page may begin as it was left: nothing was asked for yet."""
        asked = self.settings.live
        return not self.switcher.was_changed and asked.style is None and asked.bundle is None

    def offers(self) -> list[Offer]:
        """List the sources that a page may choose."""
        offers = [Offer(BROWSER, "The browser's camera"), Offer(LANDSCAPE, "A painted landscape")]
        if self.settings.own_source:
            offers.insert(0, Offer(OWN, own_words(self.settings.live.source)))
        return offers

    def enter(self, page: Visitor) -> None:
        """Let a page in; the first one gets the engine."""
        self.pages.append(page)
        if self.owner is None:
            self.owner = page
        else:
            page.outbox.say("elsewhere", sentence=ELSEWHERE)

    def leave(self, page: Visitor) -> None:
        """Let a page go; the engine is then free for another."""
        self.pages.remove(page)
        if self.owner is page:
            self.stop()
            self.owner = None
            for other in self.pages:
                other.outbox.say("free")

    def take(self, page: Visitor) -> None:
        """Give a page the engine, and tell the one that had it."""
        if self.owner is not page:
            self.stop()
            if self.owner is not None:
                self.owner.outbox.say("elsewhere", sentence=ELSEWHERE)
            self.owner = page

    def start(self, page: Visitor, key: str, source: Callable[[], Source]) -> None:
        """Begin the live picture of a page, instead of the one that may go on."""
        self.take(page)
        old = self.run
        self.stop()
        outbox = page.outbox

        def ended(why: str) -> None:
            self.wall.live = False
            if why:
                outbox.say("ended", sentence=why)

        sink = BrowserSink(outbox.show, lambda: outbox.is_behind, raw=self.settings.host is None)
        self._source_key, self._sink = key, sink
        self.switcher.apply({"frozen": False})  # what was held belongs to the source before
        self.wall.begin()
        self.run = LiveRun(
            self.switcher, source, sink, begun=page.next_frame, seen=self.wall.see, ended=ended,
            after=old,
        )  # fmt: skip

    def stop(self) -> None:
        """End the live picture."""
        if self.run is not None:
            self.run.stop()
        self.wall.live = False

    def server_source(self, key: str) -> Callable[[], Source]:
        """Return what opens a source of this machine: the landscape, or what was asked for."""
        live = self.settings.live
        asked = live if key == OWN else replace(live, source="synthetic")
        return lambda: open_live_source(asked)

    def state(self) -> dict[str, Any]:
        """Return what is painted at present, and the command that does the same."""
        switcher, state, active = self.switcher, self.switcher.state, self.switcher.target
        styles = active.weights_of(state)
        return {
            "styles": styles,
            "main": active.names[state.style],
            "strength": state.strength,
            "stroke": state.stroke,
            "native": state.native,
            "keep_colours": state.keep_colours,
            "mirror": state.mirror,
            "view": state.view,
            "frozen": state.frozen,
            "overlay": state.overlay,
            "hold": active.holds,
            "bundle": active.bundle,
            "bundles": [entry.name for entry in switcher.bundles()],
            "ready": switcher.active.late.ready,
            "command": self._command(styles),
        }

    def figures(self) -> dict[str, Any] | None:
        """Return the figures of the live picture; None: there is none."""
        run = self.run
        if run is None or not run.running or run.source is None:
            return None
        active, source = self.switcher.active, run.source
        lighter = light_network_of(active.request.entry)
        painting = Painting(
            bundle=active.bundle, engine=self.switcher.description, level=active.level,
            holds=active.holds, lighter=None if lighter is None else lighter.name,
            rate_fps=source.rate_fps, size=source.size,
        )  # fmt: skip
        unsent = self._sink.dropped
        if self.owner is not None:
            unsent += self.owner.outbox.replaced
        if isinstance(source, BrowserSource):
            unsent += source.replaced
        return figures(run.report, painting, unsent)

    def _is_short_of_time(self) -> bool:
        run = self.run
        if run is None or not run.running or run.source is None:
            return False
        return not keeps_up(run.report, run.source.rate_fps)

    def close(self) -> None:
        """End the live picture and the wall, and close the engine."""
        self.stop()
        if self.run is not None:
            self.run.join(20.0)
        self.wall.close()
        self.switcher.close()

    def _command(self, styles: dict[str, float]) -> str:
        active, live = self.switcher.target, self.settings.live
        found = self.switcher.bundles()
        having = [entry.path for entry in found if styles.keys() <= set(entry.card.names)]
        entry = active.request.entry
        by_name = entry.path.parent in (SHIPPED, user_folder())
        bundle = entry.name if by_name else str(entry.path)
        source = {LANDSCAPE: "synthetic", OWN: live.source}.get(self._source_key)
        return live_command(
            self.switcher.state, styles, source=source, engine=live.engine,
            bundle=None if having[:1] == [entry.path] else bundle,
            hold_fps=(live.hold_fps or USUAL_FPS) if active.holds else None,
        )  # fmt: skip

    def _tell(self, sentence: str) -> None:
        for page in self.pages:
            page.outbox.say("notice", sentence=sentence)

    def _wall_changed(self) -> None:
        for page in self.pages:
            page.outbox.say("wall", **self.wall_list())

    def wall_list(self) -> dict[str, Any]:
        """Return the list of the wall's styles, with its version."""
        places = [place.to_json() for place in self.wall.places]
        return {"version": self.wall.version, "places": places}

    def _hang(self, message: bytes) -> None:
        number = int.from_bytes(message[8:12], "little")
        for page in self.pages:
            page.outbox.hang(number, message)


def own_words(source: str) -> str:
    """Name a source of this machine for the page, without the folders of a file."""
    files = files_of(source)
    if files:
        return files[0].name
    if source.startswith("camera"):
        return "This machine's camera" + (f" ({source[7:]})" if source[7:] else "")
    return source
