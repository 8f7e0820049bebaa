"""From an image's bytes to the array that a model takes: the one reading of ``preprocess`` in ``config.json``.

Training code and the model server call the same functions, so that a model sees the same numbers in both places.

| key | meaning | default |
|---|---|---|
| ``width``, ``height`` | size in pixels; another size is resized (bilinear, antialiased) | as it is |
| ``mode`` | ``"L"`` grey or ``"RGB"`` | ``"RGB"`` |
| ``scale`` | factor on the 0..255 values | 1 |
| ``mean``, ``std`` | per channel, after ``scale``: ``(x - mean) / std`` | none |
| ``layout`` | ``"NCHW"``, ``"NHWC"`` or ``"NHW"`` (grey without a channel axis) | ``"NCHW"`` |
| ``flatten`` | one row of height x width x channels values for each image | false |
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import InferenceError

FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
"""Those that datasets take."""
MAX_PIXELS = 64_000_000
"""Larger pictures are refused before they are unpacked: 10 MB of PNG can hold gigabytes."""
LAYOUTS = ("NCHW", "NHWC", "NHW")


def decode(data: bytes) -> Any:
    """Open an image.

    Parameters
    ----------
    data : bytes
        A JPEG, PNG, BMP or WebP file.

    Returns
    -------
    PIL.Image.Image
        Upright (EXIF orientation applied).

    Raises
    ------
    InferenceError
        415 for other formats, 400 for a broken file, 413 for too many pixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise _giant()
        image.load()
        return ImageOps.exif_transpose(image)
    except UnidentifiedImageError:
        raise InferenceError(
            415, "not_an_image", "This is not a JPEG, PNG, BMP or WebP image. Send one of these."
        ) from None
    except Image.DecompressionBombError:
        raise _giant() from None
    except (OSError, SyntaxError, ValueError) as error:
        raise InferenceError(400, "image_broken", "The image is damaged or incomplete. Send the whole file.") from error


def _giant() -> InferenceError:
    return InferenceError(
        413, "image_too_large", f"The image has more than {MAX_PIXELS // 1_000_000} million pixels. Scale it down."
    )


def prepare(images: Sequence[Any], config: Mapping[str, Any]) -> Any:
    """Make the input array of decoded images.

    Parameters
    ----------
    images : sequence of PIL.Image.Image
        The batch.
    config : mapping
        The ``preprocess`` part of ``config.json``.

    Returns
    -------
    numpy.ndarray
        float32 of shape (n, height * width * channels) with ``flatten``, else in ``layout``.
    """
    import numpy
    from PIL import Image

    mode = config.get("mode", "RGB")
    layout = config.get("layout", "NCHW")
    if mode not in ("L", "RGB") or layout not in LAYOUTS:
        raise InferenceError(500, "bad_config", "The model's config.json asks for a preprocess mode or layout we lack.")
    rows = []
    for image in images:
        converted = image if image.mode == mode else image.convert(mode)
        size = (int(config.get("width") or converted.width), int(config.get("height") or converted.height))
        if converted.size != size:
            converted = converted.resize(size, Image.Resampling.BILINEAR)
        rows.append(numpy.asarray(converted, dtype=numpy.float32))
    if len({row.shape for row in rows}) > 1:
        raise InferenceError(400, "sizes_differ", "The images differ in size, and the model names none. Send one size.")
    batch = numpy.stack(rows) * numpy.float32(config.get("scale", 1.0))
    if mode == "L":
        batch = batch[..., None]
    if config.get("mean") is not None:
        batch = batch - numpy.asarray(config["mean"], dtype=numpy.float32)
    if config.get("std") is not None:
        batch = batch / numpy.asarray(config["std"], dtype=numpy.float32)
    if config.get("flatten"):
        return numpy.ascontiguousarray(batch.reshape(len(rows), -1))
    if layout == "NCHW":
        batch = batch.transpose(0, 3, 1, 2)
    elif layout == "NHW":
        batch = batch[..., 0]
    return numpy.ascontiguousarray(batch)
