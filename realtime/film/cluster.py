"""`--ray ADDRESS`: segments painted by the machines of an existing Ray cluster.

pleinair must be installed on the machines, and the clips must lie under the same path on all of
them. Segments come back through Ray's object store, so outputs need no shared folder. A segment
whose worker is lost is painted again elsewhere.
"""

from __future__ import annotations

import hashlib
import logging
import socket
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from realtime.errors import BadInputError, EngineError, PleinairError
from realtime.film.executors import paint_one
from realtime.film.film import Film
from realtime.film.plan import Segment
from realtime.film.workfolder import WorkFolder
from realtime.folders import cache_folder, write_whole
from realtime.ports import Closing

RETRIES = 4
REACH_SECONDS = 5.0


@dataclass(frozen=True)
class _Result:
    data: bytes
    damaged: int
    error: PleinairError | None = None


@dataclass(frozen=True)
class _RemoteFilm:
    """What a remote worker needs to paint segments of a film."""

    film: Film
    clip_bytes: int
    bundle: bytes
    """The style bundle: it need not lie on the other machines."""


def _paint_remotely(order: _RemoteFilm, segment: Segment) -> _Result:
    """Paint one segment on a machine of the cluster and return its file."""
    film = order.film
    try:
        if not film.clip.is_file() or film.clip.stat().st_size != order.clip_bytes:
            raise BadInputError(
                f"a machine of the cluster does not have {film.clip} as this one has: put clips "
                "into a folder that all machines share"
            )
        with tempfile.TemporaryDirectory(prefix="pleinair-") as scratch:
            folder = WorkFolder(Path(scratch) / film.out.name, {})
            folder.make()
            painter = replace(film.painter, bundle=_unpacked(order))
            damaged = paint_one(replace(film, folder=folder, painter=painter), segment)
            return _Result(folder.segment(segment.number).read_bytes(), damaged)
    except PleinairError as exc:
        return _Result(b"", 0, exc)


def _unpacked(order: _RemoteFilm) -> Path:
    """Unpack the bundle to a fixed path, so that the engine stays open between segments."""
    digest = hashlib.sha256(order.bundle).hexdigest()
    path = cache_folder() / "cluster" / digest / order.film.painter.bundle.name
    if not path.is_file():
        write_whole(path, order.bundle)
    return path


class RayTasks(Closing):
    """Segments painted by a Ray cluster (see `executors.Tasks`)."""

    def __init__(self, address: str) -> None:
        """Join a cluster: `auto`, `HOST:6379` or `ray://HOST:10001`.

        Raises:
            BadInputError: there is none.
        """
        _require_reachable(address)
        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError) as exc:
            raise _no_cluster(address, exc) from exc
        resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        gpus = 1 if resources.get("GPU", 0) else 0
        self._paint = ray.remote(max_retries=RETRIES, num_cpus=1, num_gpus=gpus)(_paint_remotely)
        self._films: dict[int, Any] = {}

    def submit(self, film: Film, segment: Segment) -> ray.ObjectRef[_Result]:
        """Submit a segment."""
        if id(film) not in self._films:
            # The plan of a long film is large: it is sent once, not with every segment.
            self._films[id(film)] = ray.put(_order(film))
        return self._paint.remote(self._films[id(film)], segment)

    def wait(
        self, handles: list[ray.ObjectRef[_Result]], seconds: float
    ) -> list[ray.ObjectRef[_Result]]:
        """Wait until one is done."""
        done, _ = ray.wait(handles, num_returns=1, timeout=seconds)
        return list(done)

    def result(self, handle: ray.ObjectRef[_Result], film: Film, segment: Segment) -> int:
        """Write the segment into the film's folder."""
        try:
            result: _Result = ray.get(handle)
        except (RayTaskError, RayError) as exc:
            raise EngineError(
                f"{film.clip.name}: the cluster could not paint segment {segment.number} "
                f"({type(exc).__name__}): {str(exc).strip().splitlines()[-1]}"
            ) from exc
        if result.error is not None:
            raise result.error
        film.folder.unfinished(segment.number).write_bytes(result.data)
        film.folder.publish(segment.number)
        return result.damaged

    def stop(self) -> None:
        """Disconnect; pending segments are cancelled."""
        ray.shutdown()

    close = stop


def _require_reachable(address: str) -> None:
    """Check that the address answers: Ray would wait for minutes, and end the process."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdigit():
        return  # `auto`: Ray knows at once
    try:
        socket.create_connection((host, int(port)), timeout=REACH_SECONDS).close()
    except OSError as exc:
        raise _no_cluster(address, exc) from exc


def _no_cluster(address: str, exc: Exception) -> BadInputError:
    return BadInputError(
        f"no Ray cluster at {address!r} ({exc}): start one with `ray start --head`, and give its "
        "address, or auto on one of its machines"
    )


def _order(film: Film) -> _RemoteFilm:
    # The clip's whole name means the same on every machine.
    named = replace(film, clip=film.clip.resolve())
    return _RemoteFilm(named, film.clip.stat().st_size, film.painter.bundle.read_bytes())
