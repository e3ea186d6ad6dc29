"""Rules of the architecture: plugins are found, heavy imports are lazy, modules are documented."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime import engines, network, sinks, sources
from realtime.errors import MissingExtraError, UnknownNameError
from realtime.network import registry
from realtime.network.config import TransformerConfig
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
    cameras_and_files = ("camera", "faulty", "images", "screen", "stream", "synthetic", "video")
    assert sources.names() == cameras_and_files
    assert registry.names() == ("article", "examples", "fast", "quality")


def test_a_new_network_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "realtime/network/fast_network.py").read_text()
    (tmp_path / "tiny_network.py").write_text(
        text.replace('"fast"', '"tiny"').replace("(16, 32, 64)", "(4, 8, 8)")
    )
    monkeypatch.setattr(network, "__path__", [*network.__path__, str(tmp_path)])
    config = registry.default_config("tiny", 2)
    assert registry.build_network(config).folded().multiple_px == 8
    assert TransformerConfig.from_dict(config.to_dict()) == config
    assert {"fast", "quality", "tiny"} == set(registry.many_styles())


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_holds_one_idea_and_says_which(path: Path) -> None:
    """It begins with a sentence, documents what is public, and ends where two ideas would begin."""
    text = path.read_text()
    module = ast.parse(text)
    summary = (ast.get_docstring(module) or "").partition("\n")[0]
    assert summary.endswith((".", ":", "?")), "the docstring's first line is no sentence"
    assert list(undocumented(module)) == []
    assert text.count("\n") <= 400


def undocumented(scope: ast.Module | ast.ClassDef) -> Iterator[str]:
    """Yield the names of the public classes, functions and methods without a docstring."""
    for node in scope.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            overloaded = any("overload" in ast.unparse(mark) for mark in node.decorator_list)
            if ast.get_docstring(node) is None and not overloaded:
                yield node.name
            if isinstance(node, ast.ClassDef):
                yield from (f"{node.name}.{name}" for name in undocumented(node))


LOADED_BY = {
    "PIL": ("realtime/media/", "realtime/sheet.py", "realtime/studio/",
            "benchmarks/pages.py"),
    "av": ("realtime/media/", "realtime/film/", "realtime/sinks/", "realtime/sources/",
           "realtime/studio/"),
    "matplotlib": (),
    "mss": ("realtime/sources/screen_source.py",),
    "onnx": ("realtime/graph/", "export/"),
    "onnxruntime": ("realtime/engines/onnxruntime_engine.py",),
    "openvino": ("realtime/engines/openvino_engine.py", "realtime/openvino_core.py",
                 "export/openvino_file.py"),
    "psutil": ("benchmarks/",),
    "pyvirtualcam": ("realtime/sinks/virtual_camera_sink.py",),
    "ray": ("realtime/film/cluster.py",),
    "tensorboard": (),
    "tensorflow": (),
    "tensorrt": ("realtime/engines/tensorrt_",),
    "torchvision": (),
}  # fmt: skip
"""Who may import these when it is itself imported; all others do so where they need them, so that
whoever has not installed them, or wants an answer at once, need not have them."""


@pytest.mark.parametrize("package", LOADED_BY)
def test_heavy_packages_are_loaded_where_they_are_chosen(package: str) -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in CODE
        if package in loaded(ast.parse(path.read_text()))
    }
    assert {path for path in found if not path.startswith(LOADED_BY[package])} == set()


def loaded(scope: ast.Module | ast.Try) -> set[str]:
    """Return the packages that a module imports at its top level."""
    found: set[str] = set()
    for node in scope.body:
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Try):
            found |= loaded(node)
    return found


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "docs/decisions.md", "CONTRIBUTING.md"])
def test_the_maps_name_files_that_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    known = {f"/{path.relative_to(ROOT)}" for path in (*CODE, *(ROOT / "tests").rglob("*.py"))}
    named = set(re.findall(r"[\w/]+\.py\b", text))
    named = {name for name in named if not Path(name).name.startswith("x_")}  # those to be written
    assert len(named) > 1
    assert {name for name in named if not any(path.endswith(f"/{name}") for path in known)} == set()


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
    "realtime/film/stream_copy.py": "into memory",
    "realtime/media/quiet.py": "the null device",
    "realtime/studio/uploads.py": "names of the studio's own",
    "realtime/studio/live_routes.py": "into a folder that is gone afterwards",
    "train/neural_style/cli.py": "asks outputs.check_target",
    "train/metrics_log.py": "train.loop asks for it",
    "benchmarks/pages.py": "this project's pages",
}
"""Who writes files by other means than `folders.write_whole`, and why that may be."""


PRINTING = re.compile(r"typer\.(echo|secho)|(?<![.\w])print\(")
PRINTERS = {
    "realtime/terminal.py": "echo itself",
    "realtime/cli.py": "the version",
    "realtime/commands.py": "JSON",
    "benchmarks/report.py": "JSON",
    "benchmarks/cli.py": "a page of Markdown",
    "benchmarks/candidates.py": "JSON, for the process that waits for it",
}
"""Who prints by other means than `terminal.echo`: no file's name may be in there as it is."""


def test_nobody_prints_names_as_they_are() -> None:
    found = {str(path.relative_to(ROOT)) for path in CODE if PRINTING.search(path.read_text())}
    assert found <= PRINTERS.keys()


def test_nobody_writes_files_past_the_rule() -> None:
    """Whoever writes by hand must ask `sinks.outputs` first: a new one is to be added above."""
    found = {str(path.relative_to(ROOT)) for path in CODE if WRITING.search(path.read_text())}
    assert found <= WRITERS.keys()
