"""Files are known again by what they hold."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime.graph.frames import write_graph
from realtime.network.bundle import load_bundle
from realtime.network.library import SHIPPED
from realtime.provenance import (
    MARK,
    TEXT_MARK,
    WRITTEN_BY,
    add_note,
    digest,
    format_note,
    is_ours,
    is_painted,
    read_note,
)
from tests.clips import write_clip
from tests.helpers import quadrant_card

NOTE = format_note("mosaic+scream", "0123456789abcdef")


def encoded(suffix: str, width: int = 51, height: int = 37, quality: int = 90) -> bytes:
    settings = [cv2.IMWRITE_WEBP_QUALITY, quality] if suffix == ".webp" else []
    _, data = cv2.imencode(suffix, quadrant_card(width, height), settings)
    return data.tobytes()


@pytest.mark.parametrize(
    ("suffix", "quality"), [(".png", 0), (".jpg", 0), (".webp", 90), (".webp", 101)]
)
def test_a_signed_picture_is_the_same_picture(suffix: str, quality: int, tmp_path: Path) -> None:
    plain, path = encoded(suffix, quality=quality), tmp_path / "any.name"
    path.write_bytes(plain)
    assert not is_ours(path)
    path.write_bytes(add_note(plain, NOTE))
    assert read_note(path).startswith(NOTE)  # a checksum behind it may look like text
    assert is_painted(path, "0123456789abcdef")
    assert not is_painted(path, "0123456789abcdee")
    path.write_bytes(add_note(plain))
    assert is_ours(path)
    assert not is_painted(path, "")
    before, after = (
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        for data in (plain, path.read_bytes())
    )
    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(before, after)


def test_a_webp_says_its_size_and_where_its_note_is() -> None:
    data = add_note(encoded(".webp", 300, 17), MARK)
    assert data[12:16] == b"VP8X"
    assert data[20] == 0x08  # EXIF, and nothing else
    assert int.from_bytes(data[24:27], "little") == 299
    assert int.from_bytes(data[27:30], "little") == 16
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    exif = data.index(b"EXIF")
    assert data[exif + 8 :].startswith(b"II*\0\x08\0\0\0\x01\0\x0e\x01")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"RIFF\0\0\0\0WEBP",
        b"GIF89a;",
        b"....ftypisom",
        b"\x1a\x45\xdf\xa3",
        b"{}",
        b'{"written_by": "somebody"}',
        b'{"notes": {"written_by": "pleinair"}}',
        b"This film was painted by pleinair.\n",
        TEXT_MARK + b"and a line of mine",
    ],
)
def test_what_is_not_ours(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert not is_ours(path)


def test_folders_nothing_and_films_of_others_are_not_ours(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none", tmp_path / ("x" * 300)):
        assert not is_ours(path)
    for name in ("a.mp4", "a.mkv"):
        assert not is_ours(write_clip(tmp_path / name, [quadrant_card()]))


def test_texts_and_figures(tmp_path: Path) -> None:
    page, result, lines = tmp_path / "a.md", tmp_path / "a.json", tmp_path / "a.jsonl"
    page.write_bytes(b"# Figures\n" + TEXT_MARK)
    result.write_text(json.dumps(WRITTEN_BY | {"rows": []}, indent=2))
    lines.write_text(json.dumps(WRITTEN_BY | {"step": 0}) + '\n{"step": 1}\n')
    assert all(map(is_ours, (page, result, lines)))


def test_bundles_and_graphs(tmp_path: Path) -> None:
    bundle = SHIPPED / "article.safetensors"
    assert is_ours(bundle)
    graph = tmp_path / "a.onnx"
    model = write_graph(load_bundle(bundle))
    graph.write_bytes(model.SerializeToString())
    assert is_ours(graph)
    del model.metadata_props[:]
    graph.write_bytes(model.SerializeToString())
    assert not is_ours(graph)


def test_a_file_without_room_for_a_note_is_known_by_the_one_beside_it(tmp_path: Path) -> None:
    plan = tmp_path / "fast.plan"
    plan.write_bytes(b"\1\2\3")
    report = tmp_path / "fast.plan.json"
    report.write_text(json.dumps(WRITTEN_BY | {"sha256": digest(b"\1\2\3")}))
    assert is_ours(plan)
    plan.write_bytes(b"\1\2\4")
    assert not is_ours(plan)
    plan.write_bytes(b"\1\2\3")
    report.write_text(json.dumps({"sha256": digest(b"\1\2\3")}))
    assert not is_ours(plan)
