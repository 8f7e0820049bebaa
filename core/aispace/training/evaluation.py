"""The evaluation page of a run: figures and samples from ``predictions.jsonl`` of its outputs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..errors import Invalid, NotFound
from ..schemas import CursorInfo, CursorPage
from ..storage.blobs import BlobStore
from ..versions import VersionFiles
from .collecting import LABELS, PREDICTIONS
from .schemas import EvaluatedQuery, EvaluatedSample, EvaluationResult, InputRead
from .scores import MAX_LINE, Prediction, evaluate, parse_prediction, read_labels, read_predictions

if TYPE_CHECKING:
    from typing import BinaryIO

InputOf = Callable[[str | None], InputRead | None]


class EvaluationFiles:
    """Read predictions that are kept as blobs; figures are computed once for each file."""

    def __init__(self, blobs: BlobStore) -> None:
        self.blobs = blobs
        self.files = VersionFiles(blobs)
        self._cached = functools.lru_cache(maxsize=32)(self._evaluate)

    def _find(self, manifest: str | None) -> str:
        if manifest is None:
            raise NotFound("evaluation", PREDICTIONS)
        try:
            return self.files.find(manifest, PREDICTIONS).sha256
        except NotFound:
            raise NotFound("evaluation", PREDICTIONS) from None

    def labels(self, manifest: str) -> list[str]:
        """Give the labels in the order of the scores."""
        try:
            return read_labels(self.files.read(manifest, LABELS))
        except NotFound:
            return []

    def _evaluate(self, sha256: str, labels: tuple[str, ...]) -> EvaluationResult | None:
        with self.blobs.open(sha256) as file:
            return evaluate(read_predictions(file), labels)

    def result(self, manifest: str | None) -> EvaluationResult:
        """Give the figures.

        Raises
        ------
        NotFound
            The program wrote no predictions.
        """
        sha256 = self._find(manifest)
        found = self._cached(sha256, tuple(self.labels(manifest or "")))
        if found is None:
            raise NotFound("evaluation", PREDICTIONS)
        return found

    def samples(self, manifest: str | None, query: EvaluatedQuery, input_of: InputOf) -> CursorPage[EvaluatedSample]:
        """Give a page of evaluated samples; the cursor is a byte offset in the file.

        Parameters
        ----------
        input_of : callable
            Gives the dataset version for the name of an argument.
        """
        sha256 = self._find(manifest)
        labels = self.labels(manifest or "")
        offset = 0
        if query.cursor is not None:
            if not (query.cursor.isascii() and query.cursor.isdigit() and len(query.cursor) < 16):
                raise Invalid(
                    "cursor", "Cursor: not one that an answer gave. Begin without a cursor.", code="cursor_unknown"
                )
            offset = int(query.cursor)
        items: list[EvaluatedSample] = []
        following = None
        with self.blobs.open(sha256) as file:
            file.seek(offset)
            for place, prediction in _placed(file):
                if not _wanted(prediction, query):
                    continue
                if len(items) == query.limit:
                    following = str(place)
                    break
                items.append(_sample(prediction, labels, input_of))
        return CursorPage(items=items, page=CursorInfo(limit=query.limit, next=following))


def _placed(file: BinaryIO) -> Iterator[tuple[int, Prediction]]:
    """Give predictions with the offset of their line."""
    place = file.tell()
    while line := file.readline(MAX_LINE):
        prediction = parse_prediction(line)
        if prediction is not None:
            yield place, prediction
        place += len(line)


def _wanted(item: Prediction, query: EvaluatedQuery) -> bool:
    if query.truth is not None and item.truth != query.truth:
        return False
    if query.predicted is not None and item.predicted != query.predicted:
        return False
    return query.only == "all" or (item.truth == item.predicted) == (query.only == "right")


def _sample(item: Prediction, labels: list[str], input_of: InputOf) -> EvaluatedSample:
    scores = None
    if item.scores is not None and len(item.scores) == len(labels):
        scores = {label: score for label, score in zip(labels, item.scores, strict=True) if score is not None}
    return EvaluatedSample(
        path=item.path,
        truth=item.truth,
        predicted=item.predicted,
        correct=item.truth == item.predicted,
        score=(scores or {}).get(item.predicted),
        scores=scores,
        dataset=input_of(item.dataset),
    )
