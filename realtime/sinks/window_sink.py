"""Shows frames in a window, with OpenCV. BGR exists only in this file.

The window lives on the thread that opened it, which must be the main thread on macOS.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Literal

import cv2

from realtime.errors import SinkError
from realtime.frame import MIN_SIDE_PX, Frame
from realtime.ports import Event, Key, Mouse, PlainSink, Size, WindowClosed
from realtime.sinks import SinkOptions
from realtime.sinks.qt_input import QtInput, keep_events_from_xlib

KEY_NAMES = {
    27: "escape", 9: "tab", 32: "space", 65480: "f11", 7995392: "f11",
    # Arrow keys as reported by Qt and GTK on X11, by Win32, and by Cocoa.
    65361: "left", 65362: "up", 65363: "right", 65364: "down",
    2424832: "left", 2490368: "up", 2555904: "right", 2621440: "down",
    63234: "left", 63232: "up", 63235: "right", 63233: "down",
}  # fmt: skip


BUTTON_EVENTS: dict[int, Literal["down", "move", "up"]] = {
    cv2.EVENT_LBUTTONDOWN: "down", cv2.EVENT_MOUSEMOVE: "move", cv2.EVENT_LBUTTONUP: "up",
    cv2.EVENT_LBUTTONDBLCLK: "down",  # the second of two quick presses
}  # fmt: skip


class WindowSink(PlainSink):
    """A resizable window; frames are stretched to it, so callers fit them to `canvas`.

    Args:
        title: What is written above it.
        size: Width and height in pixels to open at; None: those of the first frame.
    """

    def __init__(self, title: str, size: Size | None = None) -> None:
        self._title = title
        self._size = size
        """As a window, not full screen; None until it is known."""
        self._drawn = False
        self._fullscreen = False
        self._visible = False
        self._shown_px = (1, 1)
        self._pointer = (0.0, 0.0)
        self._mouse: list[Event] = []
        # Qt complains about the fonts that OpenCV leaves out; no text is drawn with Qt.
        os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")
        if sys.platform.startswith("linux"):
            keep_events_from_xlib()
        try:
            # Without Qt's toolbar, whose buttons mean nothing here.
            cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
        except cv2.error as exc:
            raise SinkError(
                f"this OpenCV cannot open windows ({_first_line(exc)}): install opencv-python, "
                "not opencv-python-headless, or use --sink null"
            ) from exc
        if size is not None:
            cv2.resizeWindow(title, *size)
        cv2.setMouseCallback(title, self._on_mouse)
        self._qt = QtInput(self._on_wheel)

    @property
    def canvas(self) -> Size | None:
        """Width and height of the drawing area in pixels; None before the first frame."""
        if not self._drawn:
            return self._size
        try:
            *_, width, height = cv2.getWindowImageRect(self._title)
        except cv2.error:
            return self._size  # the user closed it
        if min(width, height) < 2 * MIN_SIDE_PX:  # a frame beside another must fit
            return self._size
        if not self._fullscreen:
            self._size = width, height
        return width, height

    @property
    def window_size(self) -> Size | None:
        """Width and height in pixels as a window, also while it fills the screen."""
        return self._size

    def show(self, frame: Frame) -> None:
        """Show a frame; the first one gives the window its size, if it has none yet."""
        try:
            if self._size is None:
                self._size = frame.width, frame.height
                cv2.resizeWindow(self._title, frame.width, frame.height)
            self._shown_px = frame.width, frame.height
            cv2.imshow(self._title, cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2BGR))
            self._drawn = True
            # Before events are handled: a window closed while the engine still got ready is seen
            # here once, and then never again.
            self._visible = self._visible or self._is_visible()
        except cv2.error as exc:
            raise SinkError(f"the window cannot show frames any more: {_first_line(exc)}") from exc

    def poll(self) -> tuple[Event, ...]:
        """Let the window redraw itself and return all keys pressed, or that it was closed."""
        events: list[Event] = []
        while (code := cv2.pollKey()) != -1:  # the mouse and Qt's keys report meanwhile
            name = KEY_NAMES.get(code & 0xFFFFFF) or KEY_NAMES.get(code & 0xFF)
            letter = chr(code & 0xFF) if 32 < (code & 0xFF) < 127 and code < 0x10000 else ""
            if key := name or letter:
                events.append(Key(key))
        events, self._mouse = [*events, *self._qt.keys(), *self._mouse], []
        if self._drawn and self._closed_by_user():
            events.append(WindowClosed())
        return tuple(events)

    def set_fullscreen(self, on: bool) -> None:
        """Switch between full screen and window."""
        mode = cv2.WINDOW_FULLSCREEN if on else cv2.WINDOW_NORMAL
        cv2.setWindowProperty(self._title, cv2.WND_PROP_FULLSCREEN, mode)
        self._fullscreen = on

    def close(self) -> None:
        """Close the window."""
        self._qt.close()
        try:
            cv2.destroyWindow(self._title)
        except cv2.error:
            return  # the user closed it already
        cv2.pollKey()

    def _on_mouse(self, event: int, x: int, y: int, flags: int, _: object = None) -> None:
        self._pointer = x / self._shown_px[0], y / self._shown_px[1]
        if event == cv2.EVENT_MOUSEWHEEL:  # where Qt has not taken it
            self._on_wheel(1 if flags > 0 else -1)
        elif event in BUTTON_EVENTS:
            self._mouse.append(Mouse(BUTTON_EVENTS[event], *self._pointer))

    def _on_wheel(self, notches: int) -> None:
        self._mouse.append(Mouse("wheel", *self._pointer, turned=notches))

    def _closed_by_user(self) -> bool:
        visible = self._is_visible()
        # A window that has not appeared yet is invisible too, and not closed.
        self._visible = self._visible or visible
        return self._visible and not visible

    def _is_visible(self) -> bool:
        try:
            return cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1
        except cv2.error:
            return False


def open_sink(options: SinkOptions) -> WindowSink:
    """Open a window; raises SinkError where there is no display."""
    _require_display()
    return WindowSink(options.title, options.size)


def _require_display() -> None:
    # Qt, inside OpenCV, aborts the whole process when there is no display: ask first.
    if not sys.platform.startswith("linux") or os.environ.get("WAYLAND_DISPLAY"):
        return
    display = os.environ.get("DISPLAY", "")
    advice = "run it on a desktop, or use --sink null"
    if not display:
        raise SinkError(f"no display to open a window on (DISPLAY is not set): {advice}")
    host, _, number = display.partition(":")
    if host in ("", "unix") and not _answers(f"/tmp/.X11-unix/X{number.partition('.')[0]}"):
        raise SinkError(f"no display answers at DISPLAY={display}: {advice}")


def _answers(path: str) -> bool:
    for address in ("\0" + path, path):
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(address)
            except OSError:
                continue
            return True
    return False


def _first_line(exc: Exception) -> str:
    return str(exc).strip().splitlines()[0]
