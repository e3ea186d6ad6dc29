import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from realtime.errors import BadInputError, BundleError
from realtime.network.bundle import load_bundle, save_bundle
from realtime.network.card import METADATA_KEY, Card, StyleCredit, read_card
from realtime.network.config import TransformerConfig
from realtime.network.library import SHIPPED, Entry, choose, choose_among, find_bundles
from realtime.network.registry import build_network, default_config


def make_card(*names: str) -> Card:
    styles = tuple(StyleCredit(name=name, artist="A. Painter") for name in names)
    return Card(config=default_config("fast", len(names)), styles=styles, recipe={"steps": 3})


@pytest.fixture
def bundle_path(tmp_path: Path) -> Path:
    card = make_card("red", "blue")
    save_bundle(tmp_path / "two.safetensors", build_network(card.config), card)
    return tmp_path / "two.safetensors"


def test_a_bundle_survives_the_disk(bundle_path: Path) -> None:
    bundle = load_bundle(bundle_path)
    assert bundle.card.names == ("red", "blue")
    assert bundle.card.recipe == {"steps": 3}
    assert bundle.card == read_card(bundle_path)
    assert not bundle.network.training
    assert [path.name for path in bundle_path.parent.iterdir()] == ["two.safetensors"]
    assert {t.dtype for t in load_file(bundle_path).values()} == {torch.float16}


def test_a_bundle_is_known_whatever_the_length_of_its_header(bundle_path: Path) -> None:
    """The length comes first: one in 32 begins as pickles do."""
    data = bundle_path.read_bytes()
    length, card = int.from_bytes(data[:8], "little"), read_card(bundle_path)
    header, rest = data[8 : 8 + length], data[8 + length :]
    for longer in range(0, 256, 8):
        start = (length + longer).to_bytes(8, "little")
        bundle_path.write_bytes(start + header + b" " * longer + rest)
        assert read_card(bundle_path) == card


def test_a_truncated_bundle_is_refused(bundle_path: Path) -> None:
    bundle_path.write_bytes(bundle_path.read_bytes()[:5000])
    with pytest.raises(BundleError, match="damaged"):
        load_bundle(bundle_path)


def test_flipped_weights_are_noticed_by_the_golden_picture(bundle_path: Path) -> None:
    weights = load_file(bundle_path)
    weights["end.weight"] = -weights["end.weight"]
    save_file(weights, bundle_path, {METADATA_KEY: read_card(bundle_path).to_json()})
    with pytest.raises(BundleError, match="golden"):
        load_bundle(bundle_path)


def test_a_bundle_from_the_future_is_refused(bundle_path: Path) -> None:
    values = json.loads(read_card(bundle_path).to_json()) | {"format_version": 9}
    save_file(load_file(bundle_path), bundle_path, {METADATA_KEY: json.dumps(values)})
    with pytest.raises(BundleError, match=r"format version 9.*update pleinair"):
        load_bundle(bundle_path)


def of_version_1(path: Path, **config: object) -> Path:
    """Write a bundle as pleinair did before its networks had a skip at half the picture's size."""
    values = json.loads(make_card("one").to_json())
    old = {"styles": 1, "epsilon": 1e-9, "width": 24, "trunk_width": 48, "blocks": 3} | config
    values |= {"format_version": 1, "config": old}
    save_file({"x": torch.zeros(1)}, path, {METADATA_KEY: json.dumps(values)})
    return path


@pytest.mark.parametrize("architecture", ["fast", "quality"])
def test_a_bundle_of_the_older_networks_says_what_to_do(tmp_path: Path, architecture: str) -> None:
    path = of_version_1(tmp_path / "mine.safetensors", architecture=architecture)
    with pytest.raises(BundleError, match=rf"the {architecture} network of an older .*train"):
        read_card(path)


def test_older_bundles_of_the_other_networks_are_read(tmp_path: Path) -> None:
    path = of_version_1(tmp_path / "mine.safetensors", architecture="article")
    assert read_card(path).config == default_config("article")


def test_a_bundle_that_cannot_be_used_keeps_no_other_from_it(
    tmp_path: Path, bundle_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    of_version_1(tmp_path / "old.safetensors", architecture="fast")
    (tmp_path / "good.safetensors").write_bytes(bundle_path.read_bytes())
    assert [entry.name for entry in find_bundles([tmp_path])] == ["good", "two"]
    assert "left out" in caplog.text


def test_other_files_are_refused(tmp_path: Path, bundle_path: Path) -> None:
    foreign = tmp_path / "foreign.safetensors"
    save_file({"x": torch.zeros(1)}, foreign)
    with pytest.raises(BundleError, match="not a pleinair style bundle"):
        read_card(foreign)
    with pytest.raises(BadInputError, match="no style bundle at"):
        read_card(tmp_path / "nothing.safetensors")
    (tmp_path / "text.safetensors").write_text("hello")
    with pytest.raises(BundleError, match="not a style bundle"):
        read_card(tmp_path / "text.safetensors")


def test_weights_that_do_not_fit_are_refused(bundle_path: Path) -> None:
    card = replace(read_card(bundle_path), config=TransformerConfig(
        architecture="fast", styles=2, blocks=2))  # fmt: skip
    save_file(load_file(bundle_path), bundle_path, {METADATA_KEY: card.to_json()})
    with pytest.raises(BundleError, match="do not fit"):
        load_bundle(bundle_path)


def test_broken_weights_are_not_saved(tmp_path: Path) -> None:
    card = make_card("one")
    network = build_network(card.config)
    next(network.parameters()).data.fill_(float("nan"))
    with pytest.raises(BundleError, match="not finite"):
        save_bundle(tmp_path / "bad.safetensors", network, card)
    assert list(tmp_path.iterdir()) == []


def test_styles_are_chosen_by_name_and_mix(bundle_path: Path) -> None:
    bundle = str(bundle_path)
    assert choose(None, bundle)[1].style_weights == (1.0, 0.0)
    assert choose("blue", bundle)[1].style_weights == (0.0, 1.0)
    assert choose("red:1, blue:3", bundle)[1].style_weights == (0.25, 0.75)


@pytest.mark.parametrize("mix", ["red:x", "red:-1", "red:0", ":2", "red,,blue", "red:nan"])
def test_a_mix_that_is_not_understood_says_so(bundle_path: Path, mix: str) -> None:
    with pytest.raises(BadInputError, match="not understood"):
        choose(mix, str(bundle_path))


def test_styles_of_different_bundles_cannot_be_mixed() -> None:
    entries = [
        Entry(Path("a.safetensors"), make_card("one", "two")),
        Entry(Path("b.safetensors"), make_card("three")),
    ]
    assert choose_among(entries, "three")[0] is entries[1]
    with pytest.raises(BadInputError, match="one and three live in different bundles"):
        choose_among(entries, "one,three")


def test_the_shipped_bundles_are_whole() -> None:
    entries = find_bundles([SHIPPED])
    assert entries[0].name == "fast"
    assert {entry.card.config.architecture for entry in entries} == {"fast", "quality", "article"}
    assert len(entries[0].card.styles) >= 4
    assert sum(entry.path.stat().st_size for entry in entries) < 12e6
    for entry in entries:
        assert len(set(entry.card.names)) == len(entry.card.names)
        card = load_bundle(entry.path).card
        assert card.results["seconds"] > 0
        assert card.results["losses"]
        assert card.recipe["content"]
        assert all(style.title for style in card.styles)
