"""The handwritten digits that scikit-learn carries, as PNG files.

The data are the test half of the UCI set "Optical Recognition of Handwritten Digits" (E. Alpaydin and C. Kaynak, 1998):
1,797 grey pictures of 8 x 8 pixels with values from 0 to 16. The platform does not depend on scikit-learn: the file is
looked for in the environment that runs this code and in the runtime images of this machine.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ..errors import Unavailable

INSIDE = "sklearn/datasets/data/digits.csv.gz"
COUNT = 1797
SIDE = 8
"""Pixels of an edge in the source."""
SCALE = 4
"""The pictures are enlarged so many times (nearest neighbour), so that a person can see them."""
WHITE = 16


@dataclass(frozen=True)
class Digit:
    """One picture.

    Attributes
    ----------
    number : int
        Its row in the source, from 0.
    label : str
        ``"0"`` to ``"9"``.
    pixels : bytes
        64 values from 0 (paper) to 255 (ink), row by row.
    """

    number: int
    label: str
    pixels: bytes

    @property
    def file_name(self) -> str:
        """Name of its file, unique in the whole set."""
        return f"digit-{self.number:04d}.png"

    def save(self, folder: Path) -> Path:
        """Write the PNG file (grey, 32 x 32 pixels) and give its path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / self.file_name
        picture = Image.frombytes("L", (SIDE, SIDE), self.pixels)
        picture.resize((SIDE * SCALE, SIDE * SCALE), Image.Resampling.NEAREST).save(path, optimize=True)
        return path


@dataclass(frozen=True)
class Parts:
    """The digits, shared out by class so that each part has all ten labels."""

    labelled: list[Digit]
    """Imported with their labels, as class folders."""
    unlabelled: list[Digit]
    """Imported without labels; labelled through the API."""
    held_out: list[Digit]
    """Never given to the algorithm."""


def find(locations: Iterable[str] = ()) -> Path:
    """Find the data file.

    Parameters
    ----------
    locations : iterable of str
        Folders of runtime images on this machine.

    Raises
    ------
    Unavailable
        When it is nowhere, with the remedy.
    """
    spec = importlib.util.find_spec("sklearn")
    roots = [Path(location).parent for location in (spec.submodule_search_locations or [])] if spec else []
    for root in roots:
        if (root / INSIDE).is_file():
            return root / INSIDE
    for location in locations:
        for path in sorted(Path(location).glob(f"lib/python3*/site-packages/{INSIDE}")):
            return path
    raise Unavailable(
        "digits_not_found",
        "The tour has no data. scikit-learn, which carries the digits, is neither installed here nor in a runtime "
        "image of this machine. Install it (pip install scikit-learn) or name the file with --digits.",
    )


def read(path: Path) -> Iterator[Digit]:
    """Read the digits from scikit-learn's compressed CSV: 64 values and the label in each row."""
    with gzip.open(path, "rt", encoding="ascii", newline="") as file:
        for number, row in enumerate(csv.reader(file)):
            *values, label = (int(float(value)) for value in row)
            yield Digit(number, str(label), bytes(value * 255 // WHITE for value in values))


def share_out(digits: Iterable[Digit]) -> Parts:
    """Hold out every fifth digit of each label, and leave every fifth of the rest without label."""
    by_label: dict[str, list[Digit]] = defaultdict(list)
    for digit in digits:
        by_label[digit.label].append(digit)
    parts = Parts([], [], [])
    for label in sorted(by_label):
        rest: list[Digit] = []
        for index, digit in enumerate(by_label[label]):
            (parts.held_out if index % 5 == 4 else rest).append(digit)
        for index, digit in enumerate(rest):
            (parts.unlabelled if index % 5 == 4 else parts.labelled).append(digit)
    return parts
