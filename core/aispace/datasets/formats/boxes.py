"""Boxes on their way in: what files say of an image, made to fit it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..annotations import DECIMALS, box_of_edges

OVERHANG: Final = 1.0
"""Pixels by which a box may stick out of its image and is cut; one that sticks out further is refused."""


@dataclass(slots=True)
class RawBox:
    """A box as a file has it.

    Parameters
    ----------
    edges : tuple of float
        x, y, width and height.
    relative : bool
        Whether the numbers are shares of the image instead of pixels.
    problem : tuple of str, optional
        Code and message when the file's entry makes no sense.
    """

    label: str
    edges: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    relative: bool = False
    score: float | None = None
    attributes: dict[str, Any] | None = None
    hard: bool = False
    line: int | None = None
    problem: tuple[str, str] | None = None
    outline: bool = False
    """The file had an outline too (or instead), which is not kept."""


def fit(box: RawBox, width: int | None, height: int | None) -> tuple[dict[str, Any], bool]:
    """Make the shape of a box.

    Returns
    -------
    shape : dict
        As `annotations.Box`, to a thousandth of a pixel.
    cut : bool
        Whether some of it was outside and was cut off.

    Raises
    ------
    ValueError
        It has no area, no numbers, or lies outside of the image.
    """
    x, y, w, h = box.edges
    if box.relative:
        if width is None or height is None:
            raise ValueError("the size of its image is not known")
        x, y, w, h = x * width, y * height, w * width, h * height
    right, lower = x + w, y + h
    if not (math.isfinite(right) and math.isfinite(lower) and math.isfinite(x) and math.isfinite(y)):
        raise ValueError("a number of the box is not finite")
    cut = False
    if width is None or height is None:
        if x < 0 or y < 0:
            raise ValueError("the box begins outside of its image")
    elif x < 0 or y < 0 or right > width or lower > height:
        overhang = max(-x, -y, x - width, y - height, right - width, lower - height, -right, -lower)
        if overhang > OVERHANG:
            raise ValueError(
                f"the box from ({x:g}, {y:g}) to ({right:g}, {lower:g}) is outside of its image of {width} x {height} "
                "pixels"
            )
        cut = overhang >= 10**-DECIMALS
        x, y, right, lower = max(x, 0.0), max(y, 0.0), min(right, float(width)), min(lower, float(height))
    shape = box_of_edges(x, y, right, lower)
    if shape["w"] <= 0 or shape["h"] <= 0:
        raise ValueError("the box has no area")
    return shape, cut


class Places:
    """Finds the image that a file means by a name, among those that came."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = set(paths)
        self._by_name: dict[str, list[str]] | None = None

    def __contains__(self, path: str) -> bool:
        return path in self._paths

    def find(self, name: str, roots: Sequence[str]) -> str | None:
        """Give the path of an image.

        Parameters
        ----------
        name : str
            As the file has it: a path or only its end.
        roots : sequence of str
            Folders, each empty or with its ``/``, in which it would lie directly; the first that fits wins.

        Returns
        -------
        str or None
            Also the only path that ends in this name; ``None`` where there is none or more than one.
        """
        name = name.replace("\\", "/").removeprefix("./").lstrip("/")
        for root in roots:
            if root + name in self._paths:
                return root + name
        if self._by_name is None:
            self._by_name = {}
            for path in self._paths:
                self._by_name.setdefault(path.rpartition("/")[2], []).append(path)
        found = [p for p in self._by_name.get(name.rpartition("/")[2], ()) if p == name or p.endswith(f"/{name}")]
        return found[0] if len(found) == 1 else None
