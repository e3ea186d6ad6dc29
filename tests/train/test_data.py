import tracemalloc
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from realtime import reading
from realtime.engines.enlarge import resized
from realtime.errors import BadInputError
from realtime.network.registry import build_network, default_config
from tests.helpers import write_picture
from tests.realtime.media.test_picture import write_png_header
from train.crops import scaled_sides, square_of_scaled
from train.data import Photographs, find_photographs, load_painting, read_rgb
from train.evaluate.evaluate import load_scene
from train.preview import draw_preview


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for number in range(4):
        picture = rng.integers(0, 256, (80 + number, 100, 3), np.uint8)
        write_picture(tmp_path / f"{number}.png", picture)
    return tmp_path


def test_a_batch_is_a_function_of_seed_and_step(folder: Path) -> None:
    one, two = (Photographs(folder, crop_px=64, batch=3, seed=1) for _ in range(2))
    assert torch.equal(one.batch_at(7), two.batch_at(7))
    assert not torch.equal(one.batch_at(7), one.batch_at(8))
    other = Photographs(folder, crop_px=64, batch=3, seed=2)
    assert not torch.equal(one.batch_at(7), other.batch_at(7))


def test_batches_are_decoded_ahead_in_order(folder: Path) -> None:
    photographs = Photographs(folder, crop_px=64, batch=2, seed=1)
    steps = list(photographs.batches(3, 6))
    assert [step for step, _ in steps] == [3, 4, 5]
    for step, batch in steps:
        assert batch.shape == (2, 3, 64, 64)
        assert 0 <= batch.min() <= batch.max() <= 255
        assert torch.equal(batch, photographs.batch_at(step))


def test_processes_give_what_threads_give_and_tell_what_they_skipped(folder: Path) -> None:
    (folder / "broken.png").write_bytes(b"no picture")
    photographs = Photographs(folder, crop_px=64, batch=4, seed=1)
    shares = [
        list(photographs.batches(0, 6, rows=slice(1, 4), workers=1, processes=processes))
        for processes in (True, False)
    ]
    assert [step for step, _ in shares[0]] == list(range(6))
    for (_, one), (_, other) in zip(*shares, strict=True):
        assert one.shape == (3, 3, 64, 64)
        assert torch.equal(one, other)
    fresh = Photographs(folder, crop_px=64, batch=4, seed=1)
    list(fresh.batches(0, 6, workers=1, processes=True))
    assert fresh.skipped == photographs.skipped == {folder / "broken.png"}


def test_folders_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no folder of photographs"):
        Photographs(tmp_path / "none", crop_px=64, batch=1, seed=1)
    with pytest.raises(BadInputError, match="holds no picture"):
        Photographs(tmp_path, crop_px=64, batch=1, seed=1)
    (tmp_path / "bad.png").touch()
    with pytest.raises(BadInputError, match="none of the 1 photographs"):
        Photographs(tmp_path, crop_px=64, batch=1, seed=1).batch_at(0)


def test_a_photograph_is_a_function_of_its_place_in_the_batch(folder: Path) -> None:
    photographs = Photographs(folder, crop_px=64, batch=4, seed=1)
    assert torch.equal(photographs.batch_at(5)[2:], photographs.batch_at(5, slice(2, 4)))
    (_, shared), *_ = photographs.batches(5, 6, rows=slice(2, 4), workers=3)
    assert torch.equal(photographs.batch_at(5)[2:], shared)


def test_without_augmentation_every_photograph_comes_once_an_epoch_cut_in_the_middle(
    folder: Path,
) -> None:
    photographs = Photographs(folder, crop_px=40, batch=2, seed=1, augment=False)
    expected = set()
    for path in folder.iterdir():
        picture = read_rgb(path)
        height, width = picture.shape[:2]
        scaled = cv2.resize(picture, (round(width * 40 / height), 40), interpolation=cv2.INTER_AREA)
        left = (scaled.shape[1] - 40) // 2
        expected.add(scaled[:, left : left + 40].tobytes())
    for epoch in range(3):
        batches = [photographs.batch_at(2 * epoch + step) for step in range(2)]
        pictures = torch.cat(batches).permute(0, 2, 3, 1).byte().numpy()
        assert {picture.tobytes() for picture in pictures} == expected


def test_one_photograph_is_enough_however_small(tmp_path: Path) -> None:
    write_picture(tmp_path / "only.png", np.full((30, 20, 3), 90, np.uint8))
    assert Photographs(tmp_path, crop_px=64, batch=2, seed=1).batch_at(9).shape == (2, 3, 64, 64)


def test_a_painting_keeps_aspect_and_colours(tmp_path: Path) -> None:
    red = write_picture(tmp_path / "red.png", np.full((80, 160, 3), (200, 0, 0), np.uint8))
    painting = load_painting(red, 64)
    assert painting.shape == (1, 3, 64, 128)
    assert painting[0, :, 0, 0].tolist() == [200, 0, 0]
    assert load_painting(red, 64, square=True).shape == (1, 3, 64, 64)


def test_odd_paintings(tmp_path: Path) -> None:
    path = tmp_path / "painting.png"
    write_picture(path, np.full((100, 120), 77, np.uint8))
    assert load_painting(path, 50)[0, :, 3, 3].tolist() == [77, 77, 77]
    write_picture(path, np.zeros((20, 300, 3), np.uint8))
    with pytest.raises(BadInputError, match="300x20 pixels: a painting needs at least 64"):
        load_painting(path, 384)
    write_picture(path, np.zeros((70, 20_000, 3), np.uint8))
    assert load_painting(path, 35).shape == (1, 3, 35, 140)  # the middle, four times as long


def test_a_painting_larger_than_can_be_decoded_is_refused(tmp_path: Path) -> None:
    path = write_png_header(tmp_path / "huge.png", 60_000, 60_000)
    with pytest.raises(BadInputError, match="scale it down first"):
        load_painting(path, 384)


def test_what_macos_notes_beside_a_photograph_is_none(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    for name in ("a.jpg", "._a.jpg", "deeper/b.png", "deeper/._b.png"):
        (tmp_path / name).touch()
    assert find_photographs(tmp_path) == [tmp_path / "a.jpg", tmp_path / "deeper" / "b.png"]
    assert reading.find_photographs(tmp_path) == [tmp_path / "a.jpg"]


def write_slim(path: Path, width: int, height: int) -> Path:
    """Write a picture of one bit per pixel: large, and a small file."""
    Image.fromarray(np.tri(height, width, dtype=bool)).save(path)
    return path


@pytest.mark.parametrize("augment", [True, False])
def test_a_photograph_too_slim_is_skipped_and_counted(folder: Path, augment: bool) -> None:
    slim = write_slim(folder / "slim.png", 1, 100_000)
    photographs = Photographs(folder, crop_px=64, batch=40, seed=1, augment=augment)
    assert photographs.batch_at(0).shape == (40, 3, 64, 64)
    assert photographs.skipped == {slim}


@pytest.mark.parametrize("augment", [True, False])
@pytest.mark.parametrize("shape", [(16, 50_000), (50_000, 16)])
def test_no_shape_takes_more_memory_than_its_crop_needs(
    tmp_path: Path, augment: bool, shape: tuple[int, int]
) -> None:
    # Scaled as a whole, so that its shorter side covers the crop, it would take 600 MB.
    write_slim(tmp_path / "slim.png", *shape)
    photographs = Photographs(tmp_path, crop_px=256, batch=1, seed=1, augment=augment)
    tracemalloc.start()
    try:
        assert photographs.batch_at(0).shape == (1, 3, 256, 256)
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_bytes < 30e6


@pytest.mark.parametrize("corner", [(0, 0), (333, 777), (2_000 - 64, 6_000 - 64)])
def test_a_square_of_a_large_picture_is_that_of_the_whole(corner: tuple[int, int]) -> None:
    small = np.random.default_rng(0).integers(0, 256, (20, 60, 3), np.uint8)
    picture = cv2.resize(small, (3_000, 1_000), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    sides = scaled_sides(picture, 2.0)
    assert sides == (2_000, 6_000)
    top, left = corner
    whole = resized(picture, sides[::-1])[top : top + 64, left : left + 64].astype(int)
    assert np.abs(square_of_scaled(picture, sides, corner, 64) - whole).mean() < 1


def test_names_and_hidden_files_do_not_matter(folder: Path) -> None:
    (folder / "3.png").rename(folder / "photo of mine")
    (folder / "._2.png").write_text("what a Macintosh leaves on other people's disks")
    photographs = Photographs(folder, crop_px=64, batch=1, seed=1)
    assert [path.name for path in photographs.paths] == ["0.png", "1.png", "2.png", "photo of mine"]


def test_a_preview_of_a_slim_photograph_shows_its_middle(tmp_path: Path) -> None:
    slim = write_slim(tmp_path / "slim.png", 100_000, 20)
    network = build_network(default_config("fast", 1))
    sheet = draw_preview(network, 1, [slim])
    assert sheet is not None
    assert sheet.shape == (2 * 240, 960, 3)


def test_a_scene_too_slim_is_not_appraised(tmp_path: Path) -> None:
    slim = write_slim(tmp_path / "slim.png", 100_000, 20)
    with pytest.raises(BadInputError, match="480x0 when scaled"):
        load_scene(slim, 480)


def test_what_a_user_should_know_is_logged_once_not_at_every_step(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Image.new("CMYK", (80, 80), (0, 255, 255, 0)).save(folder / "press.jpg")
    assert Photographs(folder, crop_px=64, batch=20, seed=1).batch_at(0).shape[0] == 20
    assert not caplog.text
    painting = load_painting(folder / "press.jpg", 64)
    assert painting[0, :, 9, 9].tolist() == pytest.approx([255, 0, 0], abs=4)
    assert "is CMYK without a colour profile" in caplog.text
