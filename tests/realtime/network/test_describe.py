"""`pleinair styles NAME`."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from realtime.cli import app
from realtime.errors import UnknownNameError
from realtime.network.describe import describe_bundle, describe_style, find
from realtime.network.library import Entry
from tests.commands import invoke, run_python


def show(*arguments: str) -> str:
    return invoke(app, "styles", *arguments).output


def test_a_bundle_is_told_of_with_all_its_styles() -> None:
    text = show("fast")
    assert "scream (" in text
    assert "starry-night (" in text
    assert json.loads(show("fast", "--json"))["licence"] == "Apache-2.0"


def test_figures_are_shown_where_there_are_any() -> None:
    (entry, *others), style = find("scream")
    assert style == "scream"
    assert [other.name for other in others] == ["quality"]
    row = {"structure": 0.5, "texture": 0.25, "noise_gain": 0.4, "shift_gain": None}
    styles = {"scream": row, "udnie": row}
    appraisal = {"photographs": 4, "long_side_px": 480, "styles": styles}
    measured = replace(entry.card, results=entry.card.results | {"appraisal": appraisal})
    lines = list(describe_style([Entry(entry.path, measured)], style))
    assert ["scream", "0.5", "0.25", "0.4", "-"] in [line.split() for line in lines]
    assert not any(line.split()[:1] == ["udnie"] for line in lines)
    assert any("on 4 photographs never trained on, 480 px" in line for line in lines)
    unmeasured = replace(entry.card, results={})
    assert "not measured" in "".join(describe_bundle(Entry(entry.path, unmeasured)))


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean scream"):
        find("screm")


def test_it_needs_no_torch() -> None:
    code = "import sys; from realtime.network.describe import find; find('fast')"
    code += "; assert 'torch' not in sys.modules"
    assert run_python("-c", code).returncode == 0
