"""What the system refuses is a line and exit code 2; what we do wrong is a traceback."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from realtime.entry import _refuse_what_the_system_refused
from realtime.network.card import DEFAULT_STYLE
from realtime.terminal import LineFormatter, printable
from tests.commands import pleinair, run_python
from tests.helpers import write_picture


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "too little memory (out of memory)"),
        (ImportError("x.so: failed to map segment from shared object"), "raise `ulimit -v`"),
        (RuntimeError("can't start new thread"), "too little memory"),
        (RuntimeError("[enforce fail] can't allocate memory: 9 bytes\nmore"), "9 bytes)"),
        (OSError(36, "File name too long", "xxx.mp4"), "xxx.mp4: File name too long"),
        (ImportError("libGL.so.1: cannot open shared object file"), "apt install libgl1"),
    ],
)
def test_what_is_the_users_to_mend(
    error: Exception, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        _refuse_what_the_system_refused(error)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("error", [RuntimeError("a bug"), ImportError("realtime.x"), OSError()])
def test_what_is_ours_to_mend(error: Exception) -> None:
    with pytest.raises(type(error)):
        _refuse_what_the_system_refused(error)


def test_names_do_not_steer_the_terminal() -> None:
    assert printable("a\x1b[31mb\x07é日.png") == "a\\x1b[31mb\\x07é日.png"
    assert printable("a\nb\r\tc\u2028d.png") == "a\\nb\\r\\tc\\u2028d.png"
    assert printable("\u202egpj.exe") == "\\u202egpj.exe"
    assert printable("👩\u200d🎨 क्\u200dष.png") == "👩\u200d🎨 क्\u200dष.png"


def test_a_name_is_one_line_whoever_prints_it(tmp_path: Path) -> None:
    folder = tmp_path / "a\n\x1b[2Jb"
    folder.mkdir()
    picture = write_picture(folder / "x.png").rename(folder / "x\u202e.png")
    finished = pleinair("image", picture, folder / "no\n.png", "--engine", "identity")
    assert finished.returncode == 2
    for said, count in ((finished.stdout, 2), (finished.stderr, 1)):
        assert len(said.splitlines()) == count, said
        assert r"/a\n\x1b[2Jb/" in said
    assert rf"x\u202e-{DEFAULT_STYLE}.png" in finished.stdout


def test_a_log_line_is_one_line() -> None:
    record = logging.makeLogRecord({"msg": "%s is odd", "args": ("a\nb.mp4",)})
    assert LineFormatter("pleinair: %(message)s").format(record) == "pleinair: a\\nb.mp4 is odd"


@pytest.mark.parametrize("encoding", ["utf-8:strict", "latin-1:strict"])
def test_names_that_cannot_be_printed_are_painted(encoding: str, tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "x.png").rename(tmp_path / os.fsdecode(b"caf\xe9-\xe6.png"))
    finished = pleinair("image", picture, "--engine", "identity", PYTHONIOENCODING=encoding)
    assert finished.returncode == 0, finished.stderr
    assert f"caf\\udce9-\\udce6-{DEFAULT_STYLE}.png" in finished.stdout
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["-m", "train", "no.jpg", "--content", "nowhere"], "no folder of photographs at nowhere"),
        (["-m", "train.shipped.train_all", "--data", "no", "--vgg", "no"], "no"),
        (["-m", "export", "onnx", "fsat"], "did you mean fast"),
        (["-m", "realtime", "image", "no.jpg"], "no.jpg"),
        (["-m", "pleinair", "image", "no.jpg"], "no.jpg"),
        (["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "train",
          "no.jpg", "--content", "nowhere"], "no folder of photographs at nowhere"),
    ],
    ids=["train", "train.shipped.train_all", "export", "realtime", "pleinair", "torchrun"],
)  # fmt: skip
def test_however_it_is_started_a_wrong_input_is_a_line_and_exit_code_2(
    command: list[str], words: str, tmp_path: Path
) -> None:
    finished = run_python(*command, cwd=tmp_path)
    ours = [line for line in finished.stderr.splitlines() if line.startswith("pleinair")]
    assert ours, finished.stderr
    assert all(words in line for line in ours)
    if "torch.distributed.run" in command:
        assert "exitcode  : 2" in finished.stderr
        assert "train/cli.py" not in finished.stderr, "the launcher's traceback, none of ours"
    else:
        assert finished.returncode == 2
        assert len(ours) == len(finished.stderr.splitlines()) == 1
