"""The house keeps its shape: plugins are listed by existing, files stay short."""

from pathlib import Path

import pytest

from realtime import engines, sinks, sources
from realtime.errors import MissingExtraError, UnknownNameError
from realtime.plugins import load

ROOT = Path(__file__).parents[1]
CODE = [
    path
    for folder in ("realtime", "train", "export", "benchmarks")
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
