"""Images from outside: looked at before they are taken, and their thumbnails."""

from __future__ import annotations

import io
import os
import secrets
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from ..errors import NotFound
from ..storage.blobs import BlobStore, room

SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
FORMATS: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "BMP": "image/bmp", "WEBP": "image/webp"}
ORIENTATION: Final = 0x0112
"""Tag of the EXIF orientation: 1 is upright."""
MAX_BYTES: Final = 64 << 20
MAX_PIXELS: Final = 120_000_000
THUMBNAILS: Final = (96, 192, 384)

Image.MAX_IMAGE_PIXELS = None  # the limit is our own, checked before anything is decoded


class Unusable(ValueError):
    """A file that is not taken as an image; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class ImageFacts:
    """What is kept of an image besides its bytes."""

    media_type: str
    width: int
    height: int
    """Of the pixels as they are stored; an EXIF orientation is not applied."""
    turned: bool = False
    """Whether an EXIF orientation asks viewers to turn or mirror the image."""


def inspect(data: bytes) -> ImageFacts:
    """Decode an image to be sure that it is whole.

    Raises
    ------
    Unusable
        No image of a known format, damaged, cut off, or with so many pixels that decoding it would fill the memory.
    """
    if len(data) > MAX_BYTES:
        raise Unusable("image_too_large", f"the file has more than {MAX_BYTES >> 20} MiB")
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=tuple(FORMATS)) as image:
            warnings.simplefilter("ignore")
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise Unusable("image_too_many_pixels", f"{width} x {height} are more than {MAX_PIXELS} pixels")
            if width < 1 or height < 1:
                raise Unusable("image_corrupt", "the image has no pixels")
            kind = FORMATS[str(image.format)]
            turned = image.getexif().get(ORIENTATION, 1) not in (0, 1)
            image.draft("L", (max(width // 8, 1), max(height // 8, 1)))  # a JPEG is decoded at an eighth: quick
            image.load()
    except UnidentifiedImageError:
        raise Unusable("not_an_image", "the content is no JPEG, PNG, BMP or WebP image") from None
    except Unusable:
        raise
    except Exception as error:  # Pillow raises many kinds for damaged files
        raise Unusable("image_corrupt", "the image is damaged or not complete") from error
    return ImageFacts(kind, width, height, turned)


class Thumbnails:
    """Small versions of images, made when they are first asked for and kept by the hash of the image."""

    def __init__(self, home: Path, blobs: BlobStore) -> None:
        self.root = home / "cache" / "thumbnails"
        self.blobs = blobs

    def path(self, sha256: str, size: int, media_type: str, width: int | None, height: int | None) -> tuple[Path, str]:
        """Give the file of a thumbnail and its media type.

        Parameters
        ----------
        size : int
            Longest edge in pixels, one of `THUMBNAILS`. An image that is not larger is its own thumbnail.

        Raises
        ------
        NotFound
            The sample is no image.
        Unusable
            The image cannot be decoded.
        """
        if not media_type.startswith("image/"):
            raise NotFound("thumbnail", sha256[:12])
        if width and height and max(width, height) <= size and media_type in ("image/png", "image/jpeg", "image/webp"):
            return self.blobs.path(sha256), media_type
        target = self.root / sha256[:2] / f"{sha256}-{size}.webp"
        if not target.exists():
            self._make(sha256, size, target)
        return target, "image/webp"

    def _make(self, sha256: str, size: int, target: Path) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = target.with_name(f".{secrets.token_hex(8)}")
        try:
            with self.blobs.open(sha256) as file, Image.open(file, formats=tuple(FORMATS)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Unusable("image_too_many_pixels", "the image has too many pixels")
                image.draft("RGB", (size, size))
                small = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
                small.thumbnail((size, size))
                with room():
                    small.save(temporary, "WEBP", quality=80)
            os.replace(temporary, target)
        except UnidentifiedImageError:
            raise Unusable("not_an_image", "the content is no image") from None
        finally:
            temporary.unlink(missing_ok=True)
