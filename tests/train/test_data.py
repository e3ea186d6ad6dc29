from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from realtime.errors import BadInputError
from train.data import Photographs, load_painting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for number in range(4):
        picture = rng.integers(0, 256, (80 + number, 100, 3), np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture)
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


def test_small_photographs_are_enlarged(folder: Path) -> None:
    assert Photographs(folder, crop_px=200, batch=1, seed=1).batch_at(0).shape == (1, 3, 200, 200)


def test_a_damaged_photograph_is_skipped_and_remembered(folder: Path) -> None:
    (folder / "bad.jpg").write_text("no picture")
    photographs = Photographs(folder, crop_px=64, batch=40, seed=1)
    assert photographs.batch_at(0).shape[0] == 40
    assert photographs.skipped == {folder / "bad.jpg"}


def test_folders_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no folder of photographs"):
        Photographs(tmp_path / "none", crop_px=64, batch=1, seed=1)
    with pytest.raises(BadInputError, match="no photographs in"):
        Photographs(tmp_path, crop_px=64, batch=1, seed=1)
    (tmp_path / "bad.png").touch()
    with pytest.raises(BadInputError, match="none of the 1 photographs"):
        Photographs(tmp_path, crop_px=64, batch=1, seed=1).batch_at(0)


def test_a_painting_keeps_aspect_and_colours(tmp_path: Path) -> None:
    picture = np.zeros((50, 100, 3), np.uint8)
    picture[..., 2] = 200  # red, in OpenCV's order
    cv2.imwrite(str(tmp_path / "red.png"), picture)
    painting = load_painting(tmp_path / "red.png", 64)
    assert painting.shape == (1, 3, 64, 128)
    assert painting[0, :, 0, 0].tolist() == [200, 0, 0]
