"""Who is answered, with real requests to a real studio."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.commands import assert_refused, pleinair
from tests.studio import RunningStudio, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    with running(tmp_path_factory.mktemp("home"), "--engine", "openvino") as studio:
        yield studio


def stranger(server: RunningStudio, path: str, host: str | None = None) -> tuple[int, bytes]:
    """Ask without what the page sends along: no token and no origin."""
    return server.raw(path, x_pleinair_token=None, origin=None, host=host)[:2]


def test_it_listens_on_this_machine_alone(server: RunningStudio) -> None:
    # Another address of the same machine: it would answer if the studio listened to all of them.
    with socket.socket() as other:
        other.settimeout(5)
        with pytest.raises(OSError, match=r"refused|timed out|assign"):
            other.connect(("127.0.0.2", server.port))


def test_the_page_comes_with_rules_that_let_nothing_in(server: RunningStudio) -> None:
    status, page, headers = server.raw("/", x_pleinair_token=None, origin=None)
    assert status == 200
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert b"http://" not in page
    assert b"https://" not in page


def test_what_is_behind_the_api_needs_the_token(server: RunningStudio) -> None:
    assert stranger(server, "/api/styles")[0] == 403
    assert stranger(server, "/api/styles?token=guessed")[0] == 403
    status, answer = stranger(server, f"/api/styles?token={server.token}")
    assert status == 200
    assert json.loads(answer)["bundles"][0]["bundle"] == "fast"


@pytest.mark.parametrize("origin", [None, "http://example.com", "null", "http://localhost:1"])
def test_another_page_changes_nothing(server: RunningStudio, origin: str | None) -> None:
    status, answer = server.ask("/api/recording?kind=webm", "POST", b"x", origin=origin)
    assert status == 403
    assert "not from the studio's own page" in answer["error"]


def test_another_name_for_this_machine_is_refused(server: RunningStudio) -> None:
    for path in ("/", "/static/studio.js", f"/api/styles?token={server.token}"):
        status, answer = stranger(server, path, host="rebound.example.com")
        assert status == 403
        assert server.token.encode() not in answer


def refused(server: RunningStudio, path: str, **headers: str) -> str:
    address = f"ws://localhost:{server.port}{path}"
    with connect(address, additional_headers=headers, open_timeout=30) as websocket:
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv(timeout=30)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403
        return closed.value.rcvd.reason


def test_a_websocket_needs_origin_and_token(server: RunningStudio) -> None:
    mine = f"/api/live?token={server.token}"
    assert "token" in refused(server, "/api/live", Origin=server.address)
    assert "not from the studio" in refused(server, mine, Origin="http://example.com")
    assert "not from the studio" in refused(server, mine)


def test_files_are_served_from_one_folder_only(server: RunningStudio) -> None:
    for path in ("/static/../guard.py", "/static/%2e%2e/guard.py", "/static//etc/passwd"):
        assert stranger(server, path)[0] == 404


@pytest.mark.parametrize(
    ("kind", "clip", "claimed", "code", "words"),
    [
        ("webm", b"", 10**12, 413, "larger than"),
        ("webm", b"no clip", 7, 400, "could not be completed"),
        ("../x", b"no clip", 7, 400, "is one of"),
        ("mp4", b"", 0, 400, "empty"),
    ],
)
def test_what_is_too_large_or_no_recording_is_one_line(
    server: RunningStudio, kind: str, clip: bytes, claimed: int, code: int, words: str
) -> None:
    path = f"/api/recording?kind={kind}"
    status, answer = server.ask(path, "POST", clip, content_length=str(claimed))
    assert status == code
    assert words in answer["error"]
    assert [path.name for path in server.folder.iterdir()] == ["token"]


def test_the_token_is_its_users_alone(server: RunningStudio) -> None:
    assert stat.S_IMODE((server.folder / "token").stat().st_mode) == 0o600


def test_a_port_in_use_is_one_line(server: RunningStudio, tmp_path: Path) -> None:
    options = ("--no-browser", "--port", server.port, "--folder", tmp_path)
    assert_refused(pleinair("studio", *options), "choose another --port")


def test_other_machines_are_let_in_with_the_token_alone(tmp_path: Path) -> None:
    with running(tmp_path, "--engine", "openvino", "--host", "127.0.0.1") as server:
        assert f"/?token={server.token}" in server.said
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.status == 403
        assert server.token not in answer.read().decode()
        connection.request("GET", f"/?token={server.token}")
        assert connection.getresponse().status == 200
        connection.close()
