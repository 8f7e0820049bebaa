"""What to learn from and what to check with, out of dataset versions."""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .dataset import Dataset, Sample, dataset

TRAINING = ("train", "training", None)
VALIDATION = ("validation", "val")


@dataclass(frozen=True)
class Parts:
    """Samples for training and validation.

    Attributes
    ----------
    data : Dataset
        The training set as a whole.
    labels : tuple of str
        Labels that occur in training, in the order of the label group.
    left_out : int
        Samples for validation whose label does not occur in training; they are not in ``validation``.
    """

    data: Dataset
    training: tuple[Sample, ...]
    validation: tuple[Sample, ...]
    labels: tuple[str, ...]
    left_out: int = 0

    @property
    def number(self) -> dict[str, int]:
        """Number of each label, from 0."""
        return {label: number for number, label in enumerate(self.labels)}


def parts(data_url: Path | str, val_data_url: Path | str | None = None, *, share: float = 0.2, seed: int = 0) -> Parts:
    """Find the labelled samples to learn from and to check with.

    A validation set is taken as it is. Else the validation split of the training set is; where there is none, a share
    of each label is kept for it. Samples of the split ``test`` are never among them.

    Parameters
    ----------
    data_url, val_data_url : path
        As they come with ``--data_url`` and ``--val_data_url``.
    share : float
        0 to 1.
    seed : int
        Of the choice of the share.

    Raises
    ------
    FileNotFoundError
        There is no such folder.
    ValueError
        There are fewer than two labels to tell apart.
    """
    data = dataset(data_url)
    labelled = data.labelled
    training = tuple(sample for sample in labelled if sample.split in TRAINING)
    if val_data_url is not None:
        training = training or labelled
        validation = dataset(val_data_url).labelled
    else:
        validation = tuple(sample for sample in labelled if sample.split in VALIDATION)
        if not validation:
            training, validation = _shared_out(training or labelled, share, seed)
    counts = Counter(sample.label for sample in training)
    labels = [label for label in data.labels if counts[label]]
    labels += sorted({label for label in counts if label is not None} - set(labels))
    if len(labels) < 2:
        raise ValueError(
            f"{len(training)} labelled samples for training with {len(labels)} labels. "
            "Label samples with at least two labels and publish the dataset."
        )
    known = tuple(sample for sample in validation if sample.label in counts)
    return Parts(data, training, known, tuple(labels), len(validation) - len(known))


def read_parts(options: argparse.Namespace, noun: str) -> Parts:
    """Find the samples for a program's `arguments`, print how many there are, and end it where they do not do.

    Parameters
    ----------
    options : argparse.Namespace
        ``data_url``, ``val_data_url``, ``validation_share``, ``seed``.
    noun : str
        What the samples are called, for instance ``"images"``.
    """
    try:
        found = parts(options.data_url, options.val_data_url, share=options.validation_share, seed=options.seed)
    except ValueError as error:
        sys.exit(f"Not trained: {error}")
    if found.left_out:
        print(f"{found.left_out} {noun} for validation left out: their label is not in the training set")
    name = f"{found.data.name} {found.data.version or ''}".strip()
    training, validation = len(found.training), len(found.validation)
    print(f"{name}: {training} training, {validation} validation, {len(found.labels)} labels", flush=True)
    return found


def _shared_out(samples: Sequence[Sample], share: float, seed: int) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Keep a share of each label for validation; a label with one sample stays in training."""
    by_label: dict[str, list[Sample]] = {}
    for sample in samples:
        by_label.setdefault(sample.label or "", []).append(sample)
    training: list[Sample] = []
    validation: list[Sample] = []
    choice = random.Random(seed)  # noqa: S311  # nothing secret is chosen
    for label in sorted(by_label):
        group = by_label[label]
        choice.shuffle(group)
        count = min(max(1, round(len(group) * share)), len(group) - 1)
        validation += group[:count]
        training += group[count:]
    return tuple(training), tuple(validation)
