"""What only real clips, photographs, paintings and weights can show. They lie beside the checkout.

All other tests make what they need.
"""

from __future__ import annotations

import logging
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from realtime.arbitrary_style.dead_leaves import dead_leaves
from realtime.arbitrary_style.fit import with_paintings
from realtime.arbitrary_style.palette import Colours
from realtime.arbitrary_style.request import find_look
from realtime.engines import open_engine
from realtime.frame import Frame
from realtime.look import Look
from realtime.sources import open_source
from realtime.sources.video_source import open_source as open_clip
from tests.clips import CLIPS, read_frames
from tests.conftest import NOT_HERE, SHARED, skip_file_without_shared
from tests.film import copied
from tests.helpers import FAST
from tests.realtime.film.test_copies import assert_kept
from tests.train.vgg import assert_folds_its_colour_transform, assert_wants_pixels_minus_means
from train.loss.load_loss import load_loss_networks
from train.shipped.paintings import PAINTINGS

skip_file_without_shared()
VIDEO, STYLES, VGG = SHARED / "data/video", SHARED / "data/styles", SHARED / "vgg"


@pytest.fixture(autouse=True, scope="module")
def _is_here() -> None:
    assert SHARED.is_dir(), NOT_HERE


@pytest.mark.parametrize("name", CLIPS)
def test_every_clip_gives_what_its_header_says(name: str) -> None:
    with open_clip(str(VIDEO / name)) as source, av.open(str(VIDEO / name)) as container:
        stream = container.streams.video[0]
        times = [frame.time for frame in container.decode(stream)]
        frames = list(source)
        assert [frame.pts_seconds for frame in frames] == times
        assert len(frames) == source.frame_count == stream.frames
        assert source.rate_fps == float(stream.average_rate or 0)
    assert [frame.index for frame in frames] == list(range(len(frames)))


@pytest.mark.parametrize("name", CLIPS)
def test_every_clip_is_kept(tmp_path: Path, name: str) -> None:
    assert_kept(VIDEO / name, copied(VIDEO / name, tmp_path / "copy.mp4"))


@pytest.mark.parametrize("name", ["rotated-90-568x320.mov", "rotated-270-568x320.mov"])
def test_telephone_clips_come_out_upright(name: str) -> None:
    assert {(f.width, f.height) for f in read_frames(VIDEO / name)} == {(320, 568)}


def test_the_pixels_of_a_real_clip_are_wide() -> None:
    with open_clip(str(VIDEO / "arm-wrestling-340x256-sar.mp4")) as source:
        assert source.pixel_aspect == Fraction(64, 51)


def test_photographs_are_read() -> None:
    source = open_source(str(SHARED / "data/content_val"))
    assert len(list(source)) == source.frame_count == 12


def test_the_paintings_that_ship_as_styles_are_there() -> None:
    for painting in PAINTINGS.values():
        assert (STYLES / painting.file).is_file()


def test_a_painting_that_a_bundle_knows_is_its_style(caplog: pytest.LogCaptureFixture) -> None:
    scream = STYLES / "edvard-munch-the-scream.jpg"
    request = find_look(str(scream), "fast")
    with caplog.at_level(logging.INFO):
        engine = with_paintings(open_engine("torch", FAST), request)
    look = Look.of_style(request.entry.card.names.index("scream"), len(engine.styles))
    photograph = Frame(dead_leaves(), 0, 0.0)
    own, near = (engine.stylize(photograph, one).pixels for one in (look, request.look))
    engine.close()
    assert Colours.of(near).distance(Colours.of(request.paintings[0].pixels)) < 8
    assert np.corrcoef(own.ravel(), near.ravel())[0, 1] > 0.8
    assert "scream" in caplog.text
    assert f"pleinair train {scream} --from fast" in caplog.text


def test_the_real_weights_want_pixels_minus_means() -> None:
    assert_wants_pixels_minus_means(VGG / "vgg19_conv1_1-conv3_4.safetensors")


def test_the_real_distilled_encoder_is_read() -> None:
    assert_folds_its_colour_transform(VGG / "vgg19_distilled16x_to_conv5_1.safetensors")
    layers = [network.layers[-1] for network in load_loss_networks(VGG)]
    assert layers == ["relu3_4", "relu5_1"]
