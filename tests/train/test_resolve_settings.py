"""From a command line to a run, and what is refused before one begins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from realtime.errors import BadInputError, PleinairError
from realtime.network.bundle import load_bundle
from realtime.network.card import read_card
from realtime.network.library import choose, find_bundle
from tests.commands import invoke
from tests.train.tiny import run, tiny_settings, write_painting, write_photographs
from train.cli import app
from train.resolve_settings import TrainRequest, credits_of, pick_precision, resolve

CPU = torch.device("cpu")


@pytest.fixture
def asked_run(tmp_path: Path) -> TrainRequest:
    painting = write_painting(tmp_path / "My Cat (2).png", (20, 60, 220))
    return TrainRequest(
        paintings=(painting,), content=write_photographs(tmp_path / "photos"), start=None, out=None,
        name=None, recipe="pleinair", everything=False, precision="fp32", device="cpu",
        steps=None, numbers={},
    )  # fmt: skip


def test_the_defaults_are_the_recipe_pleinair(asked_run: TrainRequest) -> None:
    resolved = resolve(asked_run, CPU)
    settings, start, out = resolved.settings, resolved.start, resolved.out
    assert (settings.recipe, settings.architecture, settings.steps) == ("pleinair", "fast", 4000)
    assert start is None
    assert out == Path("my-cat-2.safetensors")
    assert [credit.name for credit in credits_of(asked_run)] == ["my-cat-2"]


def test_from_a_bundle_only_rows_are_learned_unless_everything_is(asked_run: TrainRequest) -> None:
    resolved = resolve(replace(asked_run, start="fast"), CPU)
    settings, start = resolved.settings, resolved.start
    assert start == find_bundle("fast")
    known = len(read_card(find_bundle("fast")).styles)
    assert (settings.kept_styles, settings.rows_only, settings.identity_steps) == (known, True, 0)
    assert settings.palette_weight > 0
    settings = resolve(replace(asked_run, start="fast", everything=True), CPU).settings
    assert not settings.rows_only
    other = resolve(replace(asked_run, start="fast", recipe="johnson"), CPU).settings
    assert (other.rows_only, other.palette_weight, other.style_rate) == (True, 0.0, 1.0)


def test_what_was_given_wins_over_the_recipe(asked_run: TrainRequest) -> None:
    article = replace(asked_run, recipe="article", numbers={"style_weight": 9.0})
    settings = resolve(article, CPU).settings
    assert (settings.style_weight, settings.steps) == (9.0, 1)  # 2 epochs of 3 photographs in 4s
    numbers = {"style_weight": None, "batch": 2}
    settings = resolve(replace(asked_run, numbers=numbers, steps=7), CPU).settings
    assert all(goal > 0 for goal in settings.structure_goals)
    assert (settings.style_weight, settings.batch, settings.steps) == (3.0, 2, 7)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"out": Path("x.pth")}, "ends in .safetensors"),
        ({"everything": True}, "--everything goes with --from"),
        ({"start": "fist"}, "fast"),
        ({"recipe": "artical"}, "article"),
        ({"numbers": {"architecture": "quick"}}, "article, fast|fast, article|fast"),
        ({"precision": "fp8"}, "bf16"),
        ({"paintings": ()}, "at least one painting to learn from, or --teacher"),
        ({"styles_folder": Path()}, "--styles goes with --teacher"),
        ({"teacher": "fast"}, "leave out paintings"),
        ({"teacher": "fast", "paintings": (), "recipe": "johnson"}, "leave out paintings"),
        ({"teacher": "fist", "paintings": ()}, "fast"),
        ({"teacher": "fast", "paintings": (), "styles_folder": Path()}, "is not there: expected"),
        (
            {"teacher": "fast", "paintings": (), "numbers": {"architecture": "article"}},
            "fast or quality, not article",
        ),
        ({"content": Path("nowhere")}, "no folder of photographs"),
        ({"numbers": {"crop_px": 8}}, "at least 64 px"),
        ({"numbers": {"batch": 0}}, "at least 1"),
    ],
)
def test_what_cannot_work_is_refused(
    asked_run: TrainRequest, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(PleinairError, match=message):
        resolve(replace(asked_run, **changes), CPU)  # type: ignore[arg-type]


def test_a_bundle_is_never_written_over_the_one_it_starts_from(
    asked_run: TrainRequest, tmp_path: Path
) -> None:
    start = tmp_path / "mine.safetensors"
    start.write_bytes(find_bundle("fast").read_bytes())
    with pytest.raises(BadInputError, match="is the bundle to start from: give another name"):
        resolve(replace(asked_run, start=str(start), out=start), CPU)


def test_a_weight_that_is_given_is_not_turned(asked_run: TrainRequest) -> None:
    weighted = replace(asked_run, numbers={"style_weight": 9.0})
    assert resolve(weighted, CPU).settings.structure_goal == 0


def test_a_pupil_learns_what_its_teacher_knows(asked_run: TrainRequest, tmp_path: Path) -> None:
    settings = tiny_settings(tmp_path / "teacher")
    run(settings, tmp_path / "wise.safetensors")
    alone = replace(asked_run, paintings=(), teacher=str(tmp_path / "wise.safetensors"))
    resolved = resolve(alone, CPU)
    assert [credit.name for credit in resolved.credits] == ["one", "two"]
    assert resolved.out == Path("wise-pupil.safetensors")
    assert (resolved.settings.judged_every, resolved.settings.architecture) == (0, "fast")
    judged = resolve(replace(alone, styles_folder=tmp_path / "teacher"), CPU)
    assert judged.settings.styles == settings.styles
    assert judged.settings.judged_every > 1
    with pytest.raises(BadInputError, match="is the teacher: give another name"):
        resolve(replace(alone, out=tmp_path / "wise.safetensors"), CPU)


def test_names_of_new_styles(asked_run: TrainRequest) -> None:
    two = replace(asked_run, paintings=(asked_run.paintings[0], asked_run.paintings[0]))
    with pytest.raises(BadInputError, match="two paintings are both called my-cat-2"):
        credits_of(two)
    with pytest.raises(BadInputError, match="--name names one style, got 2"):
        credits_of(replace(two, name="cat"))
    with pytest.raises(BadInputError, match="such as cat-s"):
        credits_of(replace(asked_run, name="Cat's"))
    assert credits_of(replace(asked_run, name="cat"))[0].name == "cat"


def test_precisions() -> None:
    assert pick_precision("bf16", CPU) == "bf16"
    assert pick_precision("auto", CPU) in ("bf16", "fp32")


def test_help_reads_like_a_guide() -> None:
    text = invoke(app, "--help").output
    for word in ("In minutes", "--from fast", "--recipe article", "torchrun", "Ctrl-C"):
        assert word in text


def test_a_style_is_added_from_the_command_line(tmp_path: Path, vgg16: Path) -> None:
    painting = write_painting(tmp_path / "stripes.png", (20, 60, 220))
    content, out = write_photographs(tmp_path / "photos"), tmp_path / "mine.safetensors"
    (content / "!damaged.jpg").write_bytes(b"\xff\xd8\xff")
    said = invoke(
        app, painting, "--from", "fast", "--content", content, "--vgg", vgg16, "--out", out,
        "--steps", 3, "--batch", 1, "--crop-size", 64, "--device", "cpu",
    ).output  # fmt: skip
    assert f"pleinair live --bundle {out} --style stripes:0.6,starry-night:0.4" in said
    card = load_bundle(out).card
    assert card.names[-1] == "stripes"
    entry, look = choose(None, str(out))
    assert entry.card.names[look.main_style] == "stripes"
    assert card.recipe["started_from"]["recipe"]
    assert out.with_name("mine-preview.png").exists()
