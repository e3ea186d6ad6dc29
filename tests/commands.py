"""The command line, as a process of its own or in the test's."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import typer
from typer.testing import CliRunner, Result

from realtime.__main__ import main

ROOT = Path(__file__).parents[1]
Finished = subprocess.CompletedProcess[str]


def run_python(*arguments: object, cwd: Path | None = None, **environment: str) -> Finished:
    """Run Python with this checkout on its path, in a process of its own, to its end."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=cwd, env=_environment(environment),
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def start_python(
    *arguments: object, cwd: Path | None = None, **environment: str
) -> subprocess.Popen[str]:
    """Start Python likewise, and leave it running; its output is piped."""
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)], cwd=cwd, env=_environment(environment),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _environment(more: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that has ended and that nobody has asked about does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def pleinair(*arguments: object, **environment: str) -> Finished:
    """Run a command as its users do."""
    return run_python("-m", "realtime", *arguments, cwd=None, **environment)


def invoke(app: typer.Typer, *arguments: object) -> Result:
    """Run a command of a program in this process, to a good end."""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result


def pleinair_here(*arguments: object) -> Finished:
    """Run a command in this process, which saves the start of another: for what is refused."""
    out, errors, code = io.StringIO(), io.StringIO(), 0
    command = ["pleinair", *map(str, arguments)]
    logger = logging.getLogger("realtime")
    level = logger.level
    try:
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(errors),
        ):
            patch.setattr(sys, "argv", command)
            main()
    except SystemExit as exc:
        code = exc.code if isinstance(exc.code, int) else int(exc.code is not None)
    finally:
        logger.setLevel(level)
    return Finished(command, code, out.getvalue(), errors.getvalue())


def assert_refused(finished: Finished, *words: str) -> None:
    """Make sure that a command said in a line or two what is the user's to mend."""
    assert finished.returncode == 2, finished.stderr
    assert "Traceback" not in finished.stderr
    assert finished.stderr.startswith("pleinair: ")
    assert finished.stderr.count("\n") <= 4
    for word in words:
        assert word in finished.stderr
