"""The house keeps its shape: plugins are listed by existing, files stay short."""

import re
from pathlib import Path

import pytest

from realtime import engines, sinks, sources
from realtime.errors import MissingExtraError, UnknownNameError
from realtime.plugins import load

ROOT = Path(__file__).parents[1]
CODE = [
    path
    for folder in ("pleinair", "realtime", "train", "export", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
]


def test_the_plugins_are_the_files() -> None:
    assert engines.names() == ("identity", "onnxruntime", "openvino", "tensorrt", "torch")
    assert sinks.names() == ("images", "null", "video", "virtual_camera", "window")
    assert sources.names() == (
        "camera",
        "faulty",
        "images",
        "screen",
        "stream",
        "synthetic",
        "video",
    )


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_holds_one_idea(path: Path) -> None:
    text = path.read_text()
    assert text.startswith('"""')
    assert text.count("\n") <= 250


def test_a_plugin_whose_package_is_missing_names_the_pip_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd_engine.py").write_text("import no_such_package\n")
    monkeypatch.setattr(engines, "__path__", [str(tmp_path)])
    with pytest.raises(MissingExtraError, match="pip install no_such_package"):
        load(engines, "engine", "odd")
    with pytest.raises(UnknownNameError, match="did you mean odd"):
        load(engines, "engine", "od")


def test_a_plugin_with_a_bug_of_ours_is_not_blamed_on_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "buggy_engine.py").write_text("import realtime.no_such_module\n")
    monkeypatch.setattr(engines, "__path__", [str(tmp_path)])
    with pytest.raises(ModuleNotFoundError):
        load(engines, "engine", "buggy")


def test_the_changelog_knows_the_version() -> None:
    version = next(
        line.split('"')[1]
        for line in (ROOT / "pyproject.toml").read_text().splitlines()
        if line.startswith("version")
    )
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


WRITING = re.compile(
    r"os\.replace\(|\.replace\(self\.out|\.rename\(|\.write_bytes\(|\.write_text\(|imwrite\("
    r"|\.open\(\"[wax]|\bopen\([^)]*\"[wax]b?\"|av\.open\([^)]*\"w\"|\.tofile\("
)
WRITERS = {
    "realtime/folders.py": "write_whole itself",
    "realtime/lock.py": "the lock",
    "realtime/sinks/video_sink.py": "asks outputs.check_target, and again in the end",
    "realtime/sinks/video_writer.py": "writes for the video sink and for segments",
    "realtime/film/film.py": "asks outputs.check_target, and again in the end",
    "realtime/film/join.py": "writes for film.py",
    "realtime/film/stills.py": "writes for film.py; asks for every picture",
    "realtime/film/cluster.py": "segments",
    "realtime/film/segment_sink.py": "segments",
    "realtime/film/workfolder.py": "segments",
    "realtime/film/tracks.py": "into memory",
    "realtime/media/quiet.py": "the null device",
    "realtime/studio/uploads.py": "into the studio's own folder, under names of ours",
    "train/paint_cli.py": "asks outputs.check_target",
    "train/diary.py": "train.loop asks for it",
    "train/checkpoint.py": "looks into what is there before",
    "benchmarks/video.py": "a clip in a temporary folder",
    "benchmarks/readme.py": "this project's README",
}
"""Who writes files by other means than `folders.write_whole`, and why that may be."""


PRINTING = re.compile(r"typer\.(echo|secho)|(?<![.\w])print\(")
PRINTERS = {
    "realtime/terminal.py": "echo itself",
    "realtime/cli.py": "the version",
    "realtime/commands.py": "JSON",
    "benchmarks/output.py": "JSON",
    "benchmarks/result_cli.py": "a page of Markdown",
    "benchmarks/alone.py": "JSON, for the process that waits for it",
}
"""Who prints by other means than `terminal.echo`: no file's name may be in there as it is."""


def test_nobody_prints_names_as_they_are() -> None:
    found = {str(path.relative_to(ROOT)) for path in CODE if PRINTING.search(path.read_text())}
    assert found <= PRINTERS.keys()


def test_nobody_writes_files_past_the_rule() -> None:
    """Whoever writes by hand must ask `sinks.outputs` first: a new one is to be added above."""
    found = {str(path.relative_to(ROOT)) for path in CODE if WRITING.search(path.read_text())}
    assert found <= WRITERS.keys()
