"""No engine reports to its maker: neither a connection, nor an identifier in the home folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import run_python

PROGRAM = """
import socket, sys
def refuse(event, args):
    if event in ("socket.getaddrinfo", "socket.connect", "socket.sendto"):
        print("network:", event, args)
sys.addaudithook(refuse)
import numpy as np
from realtime.engines import open_engine
from realtime.frame import Frame
from realtime.look import Look
from realtime.network.library import find_bundle
engine = open_engine(sys.argv[1], find_bundle("fast"))
grey = np.full((48, 64, 3), 128, np.uint8)
engine.stylize(Frame(grey, 0, 0.0), Look.of_style(0, len(engine.styles)))
engine.close()
"""


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_engines_tell_nobody(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(engine)
    for name in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "XDG_DATA_HOME", "CI"):
        monkeypatch.delenv(name, raising=False)
    finished = run_python("-c", PROGRAM, engine, HOME=str(tmp_path))
    assert (finished.returncode, finished.stdout) == (0, ""), finished.stderr
    made = {path.relative_to(tmp_path).parts[:2] for path in tmp_path.rglob("*") if path.is_file()}
    assert made <= {(".cache", "pleinair")}
