"""Runs that end badly, and go on."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from realtime.errors import BadInputError
from tests.commands import start_python
from tests.helpers import until
from tests.train.tiny import log_lines, run, same_weights, tiny_settings
from train.checkpoint import read_checkpoint
from train.loop import Extras

CHILD = """
import sys
from pathlib import Path
from tests.train.tiny import run, tiny_settings
from train.loop import Extras
folder = Path(sys.argv[1])
run(tiny_settings(folder, steps=40), folder / "killed.safetensors", Extras(save_every_seconds=0.2))
"""


def test_a_run_killed_with_sigkill_ends_bit_identical(tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path / "alone", steps=40)
    out = tmp_path / "killed" / "killed.safetensors"
    out.parent.mkdir()
    with start_python("-c", CHILD, out.parent) as child:
        until(out.with_suffix(".checkpoint").exists, process=child)
        child.kill()
    saved = read_checkpoint(out.with_suffix(".checkpoint"))
    assert 0 < saved["step"] < 40
    again = replace(
        settings, content=out.parent / "content",
        styles=tuple(out.parent / path.name for path in settings.styles),
    )  # fmt: skip
    run(again, out)
    run(settings, tmp_path / "alone" / "left.safetensors")
    assert same_weights(out, tmp_path / "alone" / "left.safetensors")
    assert [line["step"] for line in log_lines(out)] == list(range(40))


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """What a full disk does to a write, for any user."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path)
    out = tmp_path / "out.safetensors"
    run(settings, out, Extras(max_steps=3))
    with (
        files_no_larger_than(30_000),
        pytest.raises(BadInputError, match=r"cannot write the checkpoint .*the last one is kept"),
    ):
        run(settings, out, Extras(max_steps=3))
    assert read_checkpoint(out.with_suffix(".checkpoint"))["step"] == 3
    assert not list(tmp_path.glob("*.partial*"))
    assert run(settings, out).results["steps"] == 12


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b'{"step": 1}'])
def test_a_damaged_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    settings = tiny_settings(tmp_path)
    (tmp_path / "out.checkpoint").write_bytes(content)
    with pytest.raises(BadInputError, match="damaged or no checkpoint"):
        run(settings, tmp_path / "out.safetensors")


def test_a_checkpoint_of_another_architecture_is_refused(tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path)
    out = tmp_path / "out.safetensors"
    run(settings, out, Extras(max_steps=1))
    saved = out.with_suffix(".checkpoint").read_bytes()
    article = replace(settings, architecture="article", styles=settings.styles[:1], batch=1)
    with pytest.raises(BadInputError, match="other settings \\(architecture, styles, batch\\)"):
        run(article, out)
    assert out.with_suffix(".checkpoint").read_bytes() == saved
