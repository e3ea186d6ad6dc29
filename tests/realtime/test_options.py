"""One grammar of options for all commands; help, choices and completion."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from realtime.cli import app
from realtime.commands import with_values
from realtime.settings import parse_stroke
from tests.commands import assert_refused, pleinair_here


def run_here(*arguments: str) -> Result:
    """Run a command that paints nothing, in this process, in a terminal of 200 columns."""
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


def options_of(command: str) -> set[str]:
    """All names of all options of a command."""
    group = get_command(app)
    context = group.make_context("pleinair", [command], resilient_parsing=True)
    _, found, _ = group.resolve_command(context, [command])  # type: ignore[attr-defined]
    return {name for param in found.params for name in (*param.opts, *param.secondary_opts)}


@pytest.mark.parametrize(
    "command",
    ["live", "studio", "video", "image", "demo", "styles", "doctor", "paint", "train", "bench"],
)
def test_every_command_has_a_short_help(command: str) -> None:
    finished = run_here(command, "-h")
    assert finished.exit_code == 0
    assert f"Usage: pleinair {command} " in finished.output
    assert "--help" in finished.output


PAINTING = {"-o", "--out", "-s", "--style", "--strength", "--stroke", "--size", "--keep-colours",
            "--keep-colors", "--bundle", "--engine"}  # fmt: skip


@pytest.mark.parametrize(
    ("command", "shared"),
    [
        ("live", PAINTING | {"--json"}),
        ("video", PAINTING | {"--json"}),
        ("image", PAINTING | {"--json"}),
        ("demo", PAINTING),
        ("paint", {"-o", "--out", "--size", "--json"}),
        ("styles", {"-o", "--out", "--sheet", "--json"}),
        ("doctor", {"--json"}),
    ],
)
def test_options_are_called_alike_everywhere(command: str, shared: set[str]) -> None:
    assert shared <= options_of(command)


@pytest.mark.parametrize("command", ["live", "video", "image", "demo"])
def test_a_stroke_is_a_number_or_native(command: str) -> None:
    files = [] if command in ("live", "demo") else ["missing.png"]
    big, nan = (pleinair_here(command, *files, "--stroke", stroke) for stroke in ("big", "nan"))
    assert_refused(big, "stroke 'big' not understood: expected a number from 0.5 to 2, or native")
    assert_refused(nan, "between 0.5 and 2, or native")
    assert parse_stroke("native") == "native"
    assert parse_stroke("0.5") == 0.5


def test_choices_are_shown_and_those_for_tests_are_not() -> None:
    shown = run_here("live", "-h").output.replace("\n", " ")
    assert "[auto|onnxruntime|openvino|tensorrt|torch]" in shown
    assert "[camera|synthetic|screen|FILE|URL]" in shown
    for hidden in ("identity", "faulty", "images"):
        assert hidden not in shown
    refused = pleinair_here("live", "--source", "cmera")
    known = "did you mean camera? known are camera, screen, stream, synthetic"
    assert_refused(refused, f"no source named 'cmera': {known}")
    assert "faulty" not in refused.stderr


@pytest.mark.parametrize("address", ["absent.mp4", "no/folder"])
def test_a_source_that_looks_like_a_path_is_told_to_be_missing(address: str) -> None:
    refused = pleinair_here("live", "--source", address, "--sink", "null")
    assert_refused(refused, f"there is no video {address}")


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("pleinair live --style s", ["scream", "shipwreck", "starry-night", "starry-sky"]),
        ("pleinair image x.png --engine t", ["tensorrt", "torch"]),
        ("pleinair tr", ["train"]),
        ("pleinair export onnx --opse", ["--opset"]),
    ],
)
def test_a_shell_completes_commands_options_and_values(words: str, completed: list[str]) -> None:
    count = str(len(words.split()) - 1)
    asked = {"_PLEINAIR_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": count}
    finished = CliRunner().invoke(app, [], prog_name="pleinair", env=asked)
    assert finished.output.split() == completed


@pytest.mark.parametrize(
    ("args", "filled"),
    [
        (["--json"], ["--json", "-"]),
        (["--json", "--seconds", "2"], ["--json", "-", "--seconds", "2"]),
        (["--json", "-"], ["--json", "-"]),
        (["--json", "figures"], ["--json", "figures"]),
        (["--json=x"], ["--json=x"]),
    ],
)
def test_json_may_do_without_a_file(args: list[str], filled: list[str]) -> None:
    assert with_values(args, takes_names=False) == filled


def test_json_takes_no_name_for_a_file(tmp_path: Path) -> None:
    assert with_values(["--json", "scream"], takes_names=True) == ["--json", "-", "scream"]
    card = json.loads(run_here("styles", "--json", "scream").output)
    assert "scream" in [style["name"] for style in card["styles"]]
    kept = tmp_path / "styles.json"
    assert run_here("styles", "--json", str(kept)).output == ""
    assert json.loads(kept.read_text())[0]["bundle"] == "fast"
