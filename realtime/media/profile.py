"""Converts pictures with ICC profiles, wide gamuts or CMYK to sRGB.

Where a file carries an ICC profile, Little CMS converts. Other encodings of the same (EXIF's "Adobe
RGB", PNG's gAMA, cHRM and cICP, AVIF's nclx) are first written as an ICC profile of that meaning.
"""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image, ImageCms

from realtime.media.icc import (
    ADOBE_GAMMA,
    ADOBE_RGB,
    D65,
    SRGB,
    Primaries,
    grey_profile,
    matrix_profile,
)

SAME_LEVELS = 2
"""A profile that changes no colour by more than this counts as sRGB."""
SPACES = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK", "Lab ": "LAB"}
"""Colour space of a profile -> Pillow's mode of the pixels it is for."""

CICP_PRIMARIES: dict[int, Primaries] = {
    5: (*D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: (*D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
"""ITU-T H.273, table 2, but for 1, which is sRGB's, and 2, which is "unknown"."""
CICP_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
"""ITU-T H.273, table 3; its curves of television are shown as sRGB's, as everywhere."""
CICP_HDR = {16: "PQ", 18: "HLG"}
EXIF_IFD, INTEROP_IFD, COLOUR_SPACE, INTEROP_INDEX = 0x8769, 0xA005, 0xA001, 0x0001
GAMMA_OF_SRGB = 0.45455
NEAR = 0.01


class ProfileError(Exception):
    """The colours of a picture cannot be converted; the message says why."""


Cicp = tuple[int, int]
"""Coding-independent code points: primaries and transfer as numbers of ITU-T H.273."""


def cicp_profile(cicp: Cicp) -> bytes | None:
    """Return code points as an ICC profile; None is sRGB.

    Raises:
        ProfileError: HDR.
    """
    if (hdr := CICP_HDR.get(cicp[1])) is not None:
        raise ProfileError(f"it is HDR ({hdr}): its colours come out grey and dull")
    primaries, gamma = CICP_PRIMARIES.get(cicp[0]), CICP_GAMMAS.get(cicp[1])
    if primaries is None and gamma is None:
        return None
    return matrix_profile(primaries or SRGB, gamma)


def profile_of(image: Image.Image, data: bytes) -> bytes | None:
    """Return the ICC profile of a picture, its own or one of that meaning; None is sRGB.

    Args:
        image: Opened, perhaps not decoded yet.
        data: The file.

    Raises:
        ProfileError: HDR.
    """
    embedded = image.info.get("icc_profile")
    if image.format == "PNG" and (cicp := _png_cicp(data)):
        return cicp_profile(cicp)
    if isinstance(embedded, bytes) and embedded:  # in a PNG it may be a text of that name
        return embedded
    if image.format == "AVIF" and (cicp := _avif_cicp(data)):
        return cicp_profile(cicp)
    if image.mode == "LAB":
        return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    if image.format == "PNG" and "srgb" not in image.info:
        return _png_gamma(image)
    return matrix_profile(ADOBE_RGB, ADOBE_GAMMA) if _is_adobe_rgb(image) else None


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert a picture of mode L, RGB, CMYK or LAB to RGB, or return it as it is if it is sRGB.

    Raises:
        ProfileError: the profile is damaged, or of another colour space than the picture.
    """
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = opened.profile.xcolor_space
        if space == "RGB " and image.mode == "L":
            image = image.convert("RGB")
        if SPACES.get(space) != image.mode:
            raise ProfileError(f"its colour profile is for {space.strip()}, not {image.mode}")
        transform = ImageCms.buildTransform(
            opened, ImageCms.createProfile("sRGB"), image.mode, "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )  # fmt: skip
        if image.mode in ("L", "RGB") and _is_identity(transform, image.mode):
            return image
        converted = ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as exc:
        raise ProfileError(f"its colour profile is damaged ({exc})") from exc
    assert converted is not None
    return converted


def _is_identity(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Convert a lattice of colours, so that sRGB is recognised whatever the profile's name."""
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    if mode == "L":
        lattice = np.broadcast_to(steps[None], (1, 9))
        wanted = lattice[..., None].repeat(3, axis=2)
    else:
        lattice = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
        wanted = lattice
    picture = Image.fromarray(np.ascontiguousarray(lattice), mode)
    found = ImageCms.applyTransform(picture, transform)
    assert found is not None
    return bool(np.abs(np.asarray(found).astype(int) - wanted).max() <= SAME_LEVELS)


def _is_adobe_rgb(image: Image.Image) -> bool:
    """Whether EXIF says so, as cameras do that embed no profile (DCF 2.0, "R03")."""
    try:
        exif = image.getexif()
        index = exif.get_ifd(INTEROP_IFD).get(INTEROP_INDEX)
        space = exif.get_ifd(EXIF_IFD).get(COLOUR_SPACE)
    except Exception:  # damaged EXIF data: any error of its parser
        return False
    return space == 2 or (space == 0xFFFF and str(index).startswith("R03"))


def _png_gamma(image: Image.Image) -> bytes | None:
    gamma, chromaticity = image.info.get("gamma"), image.info.get("chromaticity")
    if not gamma or image.mode not in ("RGB", "RGBA", "P", "L", "LA"):
        return None
    primaries = _checked(chromaticity) if image.mode.startswith(("RGB", "P")) else SRGB
    if abs(gamma - GAMMA_OF_SRGB) < NEAR and primaries == SRGB:
        return None
    curve = None if abs(gamma - GAMMA_OF_SRGB) < NEAR else 1 / gamma
    if image.mode in ("L", "LA"):
        return grey_profile(1 / gamma)
    return matrix_profile(primaries, curve)


def _checked(chromaticity: tuple[float, ...] | None) -> Primaries:
    if chromaticity is None or len(chromaticity) != 8:
        return SRGB
    if max(abs(a - b) for a, b in zip(chromaticity, SRGB, strict=True)) < NEAR:
        return SRGB
    white_x, white_y, red_x, red_y, green_x, green_y, blue_x, blue_y = chromaticity
    return (white_x, white_y, red_x, red_y, green_x, green_y, blue_x, blue_y)


def _png_cicp(data: bytes) -> Cicp | None:
    at = 8
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"cICP" and length == 4 and at + 12 <= len(data):
            return data[at + 8], data[at + 9]
        if name == b"IDAT":
            return None
        at += 12 + length
    return None


def _avif_cicp(data: bytes) -> Cicp | None:
    at = data.find(b"colrnclx")
    if at < 0 or at + 12 > len(data):
        return None
    primaries, transfer = struct.unpack_from(">HH", data, at + 8)
    return primaries, transfer
