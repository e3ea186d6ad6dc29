"""Who is answered, with real requests to a real studio."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.studio import ROOT, Server, studio


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with studio(tmp_path_factory.mktemp("studio") / "kept") as running:
        yield running


def ask(
    server: Server, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> tuple[int, str, dict[str, str]]:
    connection = HTTPConnection("localhost", server.port, timeout=30)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, text, {name.lower(): value for name, value in answer.getheaders()}


def ours(server: Server) -> dict[str, str]:
    return {"Origin": server.origin, "X-Pleinair-Token": server.token}


def test_it_listens_on_this_machine_alone(server: Server) -> None:
    # Another address of the same machine: it would answer if the studio listened to all of them.
    with socket.socket() as other:
        other.settimeout(5)
        with pytest.raises(OSError, match=r"refused|timed out|assign"):
            other.connect(("127.0.0.2", server.port))


def test_the_page_comes_with_rules_that_let_nothing_in(server: Server) -> None:
    status, text, headers = ask(server, "GET", "/")
    assert status == 200
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "http://" not in text
    assert "https://" not in text


def test_what_is_behind_the_api_needs_the_token(server: Server) -> None:
    assert ask(server, "GET", "/api/styles")[0] == 403
    assert ask(server, "GET", "/api/styles?token=guessed")[0] == 403
    status, text, _ = ask(server, "GET", f"/api/styles?token={server.token}")
    assert status == 200
    assert json.loads(text)["bundles"][0]["bundle"] == "fast"


@pytest.mark.parametrize("origin", [None, "http://example.com", "null", "http://localhost:1"])
def test_another_page_changes_nothing(server: Server, origin: str | None) -> None:
    headers = ours(server)
    del headers["Origin"]
    if origin is not None:
        headers["Origin"] = origin
    status, text, _ = ask(server, "POST", "/api/recording?kind=webm", headers, b"x")
    assert status == 403
    assert "not from the studio's own page" in json.loads(text)["error"]


def test_another_name_for_this_machine_is_refused(server: Server) -> None:
    for path in ("/", "/static/studio.js", f"/api/styles?token={server.token}"):
        status, text, _ = ask(server, "GET", path, {"Host": "rebound.example.com"})
        assert status == 403
        assert server.token not in text


def refused(server: Server, path: str, **headers: str) -> str:
    address = f"ws://localhost:{server.port}{path}"
    with connect(address, additional_headers=headers, open_timeout=30) as websocket:
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv(timeout=30)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403
        return closed.value.rcvd.reason


def test_a_websocket_needs_origin_and_token(server: Server) -> None:
    mine = f"/api/live?token={server.token}"
    assert "token" in refused(server, "/api/live", Origin=server.origin)
    assert "not from the studio" in refused(server, mine, Origin="http://example.com")
    assert "not from the studio" in refused(server, mine)


def test_files_are_served_from_one_folder_only(server: Server) -> None:
    for path in ("/static/../guard.py", "/static/%2e%2e/guard.py", "/static//etc/passwd"):
        assert ask(server, "GET", path)[0] == 404


def test_what_is_too_large_or_no_recording_is_one_line(server: Server) -> None:
    headers = ours(server)
    claimed = headers | {"Content-Length": str(10**12)}
    connection = HTTPConnection("localhost", server.port, timeout=30)
    connection.putrequest("POST", "/api/recording?kind=webm")
    for name, value in claimed.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert "larger than" in json.loads(answer.read())["error"]
    connection.close()
    status, text, _ = ask(server, "POST", "/api/recording?kind=webm", headers, b"no clip")
    assert status == 400
    assert "could not be completed" in json.loads(text)["error"]
    assert ask(server, "POST", "/api/recording?kind=../x", headers, b"no clip")[0] == 400
    assert ask(server, "POST", "/api/recording?kind=mp4", headers, b"")[0] == 400
    assert {path.name for path in server.folder.iterdir()} <= {"token", "data"}


def test_the_token_is_its_users_alone(server: Server) -> None:
    assert stat.S_IMODE((server.folder / "token").stat().st_mode) == 0o600


def test_a_port_in_use_is_one_line(server: Server, tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "realtime", "studio", "--no-browser", "--port", str(server.port),
         "--folder", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert finished.returncode == 2
    assert finished.stderr.count("\n") == 1
    assert "choose another --port" in finished.stderr


def test_other_machines_are_let_in_with_the_token_alone(tmp_path: Path) -> None:
    with studio(tmp_path / "kept", "--host", "127.0.0.1") as server:
        port = int(server.address.partition("/?")[0].rpartition(":")[2])
        assert server.address.endswith(f"/?token={server.token}")
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.status == 403
        assert server.token not in answer.read().decode()
        connection.request("GET", f"/?token={server.token}")
        assert connection.getresponse().status == 200
        connection.close()
