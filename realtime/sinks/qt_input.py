"""Key and wheel events from Qt 5, which OpenCV's windows on Linux are made of.

OpenCV itself remembers one key, the last: of two that are pressed while a frame is drawn, the first
is lost. And it answers the wheel by magnifying the picture, which no flag turns off. Qt offers
programs every event before anybody else sees it (`QInternal::registerCallback`, declared in
qnamespace.h); keys and wheel are taken out there, in order, and OpenCV does not meet them. Where
the window is made of something else, nothing is done here and OpenCV's own way has to do.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable
from pathlib import Path

from realtime.ports import Key

EVENT_NOTIFY = 0
"""`QInternal::EventNotifyCallback`."""
KEY_PRESS, WHEEL = 6, 31
"""`QEvent::KeyPress`, `QEvent::Wheel`."""
TYPE_AT, KEY_AT, ANGLE_AT = 16, 40, 76
"""Where an event holds its type, a key event its key, a wheel event its vertical angle: bytes from
its beginning on 64 bits, by qcoreevent.h and qevent.h. Qt 5 keeps its binary layout for good."""
NOTCH = 120
"""Eighths of a degree in one notch of a wheel; touch pads report less at a time."""
KEY_NAMES = {
    0x20: "space", 0x01000000: "escape", 0x01000001: "tab", 0x0100003A: "f11",
    0x01000012: "left", 0x01000013: "up", 0x01000014: "right", 0x01000015: "down",
}  # fmt: skip
"""`Qt::Key`; printable characters are their own code, letters as capitals."""
Callback = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.POINTER(ctypes.c_void_p))
MANGLED = (
    "_ZN9QInternal{}ENS_8CallbackEPFbPPvE",
    "_ZN14QtOpenCVPython9QInternal{}ENS0_8CallbackEPFbPPvE",
)
"""Symbol of the function in Qt's library, and in the one that opencv-python 5 includes."""


def keep_events_from_xlib() -> None:
    """Let Qt alone read what the X server sends; to be called before the first window.

    Qt asks for that with `XSetEventQueueOwner`, but opencv-python brings along one of a libX11-xcb
    older than the libX11 of today's systems, which writes into the wrong field of a private
    structure. Xlib then goes on taking events while it waits for answers, above all on a busy
    machine: keys are lost, and a window whose `MapNotify` is lost stays black for good. The
    system's own libX11-xcb knows its libX11; loaded first, its function is the one that Qt finds.
    """
    with contextlib.suppress(OSError):  # no X11 here, or one without that library
        ctypes.CDLL("libX11-xcb.so.1", mode=ctypes.RTLD_GLOBAL)


class QtInput:
    """Collects key presses and wheel notches until they are fetched.

    Args:
        on_wheel: Told the notches, away from the user positive, as they come.
    """

    def __init__(self, on_wheel: Callable[[int], None]) -> None:
        self._keys: list[Key] = []
        self._on_wheel = on_wheel
        self._angle = 0
        self._callback = Callback(self._on_event)  # kept here for as long as Qt may call it
        self.connected = self._call("16registerCallback")
        """Whether Qt was found; otherwise this object never reports anything."""

    def keys(self) -> list[Key]:
        """Return the keys pressed since the last call, in order."""
        keys, self._keys = self._keys, []
        return keys

    def close(self) -> None:
        """Let Qt deliver its events as before."""
        if self.connected:
            self._call("18unregisterCallback")
            self.connected = False

    def _call(self, function: str) -> bool:
        library = _loaded_qt()
        for name in MANGLED:
            found = getattr(library, name.format(function), None) if library else None
            if found is not None:
                found.argtypes, found.restype = (ctypes.c_int, Callback), ctypes.c_bool
                return bool(found(EVENT_NOTIFY, self._callback))
        return False

    def _on_event(self, data: ctypes._Pointer[ctypes.c_void_p]) -> bool:
        """Look at (receiver, event, bool* answer); True ends the event here."""
        event = data[1]
        assert event is not None
        kind = ctypes.c_ushort.from_address(event + TYPE_AT).value
        if kind == KEY_PRESS:
            code = ctypes.c_int.from_address(event + KEY_AT).value
            name = KEY_NAMES.get(code) or (chr(code).lower() if 0x20 < code < 0x7F else "")
            self._keys += [Key(name)] if name else []
        elif kind == WHEEL:
            self._angle += ctypes.c_int.from_address(event + ANGLE_AT).value
            notches = int(self._angle / NOTCH)
            self._angle -= notches * NOTCH
            if notches:
                self._on_wheel(notches)
        else:
            return False
        return True


def _loaded_qt() -> ctypes.CDLL | None:
    """Return the QtCore 5 that OpenCV has loaded, or None."""
    maps = Path("/proc/self/maps")
    if ctypes.sizeof(ctypes.c_void_p) != 8 or not maps.exists():
        return None
    lines = (line.split() for line in maps.read_text().splitlines() if "libQt5Core" in line)
    path = next((words[-1] for words in lines), None)
    return ctypes.CDLL(path) if path else None
