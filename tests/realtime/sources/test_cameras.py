"""Which camera an address means, and what is said when it cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from realtime.errors import BadInputError
from realtime.sources.camera_source import (
    Camera,
    describe_cameras,
    find_cameras,
    match_cameras,
    why_closed,
)

FRONT = Camera(0, "Integrated HD Webcam", "/dev/video0")
LOGI = Camera(2, "Logitech BRIO", "/dev/video2")
BOTH = (FRONT, LOGI)


@pytest.mark.parametrize(
    ("address", "camera"),
    [("0", FRONT), ("2", LOGI), ("/dev/video2", LOGI), ("logi", LOGI), ("webcam", FRONT)],
)
def test_a_camera_is_found_by_number_device_or_name(address: str, camera: Camera) -> None:
    assert match_cameras(address, BOTH) == (camera,)


def test_a_link_to_a_device_is_followed(tmp_path: Path) -> None:
    device = tmp_path / "video7"
    device.touch()
    link = tmp_path / "usb-maker-camera"
    link.symlink_to(device)
    camera = Camera(7, "By id", str(device))
    assert match_cameras(str(link), (camera,)) == (camera,)


def test_without_an_address_all_are_tried() -> None:
    assert match_cameras("", BOTH) == BOTH


def test_what_is_not_there_is_said_with_what_is() -> None:
    with pytest.raises(BadInputError, match=r"no camera 5: found camera:0 \(Integrated HD Webcam"):
        match_cameras("5", BOTH)
    with pytest.raises(BadInputError, match=r"is in the name of camera:0 .* and camera:2"):
        match_cameras("o", (Camera(0, "zoo"), Camera(2, "co")))
    with pytest.raises(BadInputError, match=r"^no camera was found; --source synthetic"):
        match_cameras("", ())


def test_a_camera_that_stays_closed_has_its_systems_advice() -> None:
    assert "fuser -v /dev/video2" in why_closed(LOGI, "linux")
    assert "Privacy & Security" in why_closed(LOGI, "darwin")
    assert "desktop apps" in why_closed(LOGI, "win32")
    assert "another program" in why_closed(LOGI, "haiku")
    assert describe_cameras(BOTH).startswith("found camera:0")


def test_this_machine_can_be_asked() -> None:
    assert all(isinstance(camera, Camera) for camera in find_cameras())
