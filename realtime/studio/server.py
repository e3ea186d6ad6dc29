"""Runs the studio's server: binds the port, opens the browser, ends on Ctrl-C."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import closing, suppress

import uvicorn

from realtime.errors import BadInputError
from realtime.studio.app import create_app
from realtime.studio.settings import LOOPBACK, StudioSettings
from realtime.studio.studio import Studio


def serve(settings: StudioSettings, tell: Callable[[str], None], *, browser: bool = True) -> None:
    """Serve until Ctrl-C.

    Raises:
        BadInputError: the port is in use, the host is not of this machine, or the folder cannot be
            written.
    """
    with closing(Studio(settings)) as studio, closing(bind(settings)) as listening:
        address = address_of(studio, listening.getsockname()[1])
        tell(f"the studio is open: {address}  (Ctrl-C ends it)")
        if settings.host is not None:
            tell("whoever knows this address can see what your camera sees; it is not encrypted")
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(server_config(studio)).run(sockets=[listening])
        tell("the studio is closed")


def server_config(studio: Studio) -> uvicorn.Config:
    """Return uvicorn's configuration: no log, no compression of pictures."""
    return uvicorn.Config(
        create_app(studio), log_config=None, access_log=False, lifespan="off",
        ws="websockets-sansio", ws_max_size=studio.settings.limits.frame_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=5.0, ws_ping_timeout=20.0, timeout_graceful_shutdown=2,
        server_header=False,
    )  # fmt: skip


def bind(settings: StudioSettings) -> socket.socket:
    """Bind the port, before anything slow is done.

    Raises:
        BadInputError: it is taken, or the host is not of this machine.
    """
    host = settings.host or LOOPBACK
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, settings.port))
        listening.listen(64)
    except OSError as exc:
        listening.close()
        raise BadInputError(
            f"cannot listen at {host}:{settings.port} ({exc.strerror}): is a studio open already? "
            f"Then open http://localhost:{settings.port}/, or choose another --port, or --port 0"
        ) from exc
    return listening


def _own_address() -> str:
    """Return the address at which other machines reach this one, else its name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            # Nothing is sent: the system only chooses the address it would send from.
            asking.connect(("192.0.2.1", 9))
            return str(asking.getsockname()[0])
        except OSError:
            return socket.gethostname()


def address_of(studio: Studio, port: int) -> str:
    """Return the URL of the studio, with the token where other machines can reach it."""
    if studio.settings.host is None:
        return f"http://localhost:{port}/"
    name = studio.settings.host
    if name in ("0.0.0.0", "::"):
        name = _own_address()
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{port}/?token={studio.token}"
