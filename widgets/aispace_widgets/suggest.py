"""The kernel's model in the loop: a function proposes annotations, a person confirms them.

Proposals are saved as automatic annotations with a score. The platform keeps them from going over a person's work and
sorts them by score, so that the person meets first what the model is least sure of.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from aispace.client import AISpaceClient

if TYPE_CHECKING:
    from aispace.datasets.schemas import SampleRead

THRESHOLD: Final = 0.6
COUNT: Final = 20
"""Samples of one pass."""
CHECKED: Final = 200
"""Confirmed samples that errors are counted on."""
CONFIRMED: Final = ("labelled", "reviewed")


class Candidate:
    """A sample as the function sees it; what is not looked at is not fetched.

    Attributes
    ----------
    path, media_type, width, height : as in the dataset
    """

    def __init__(self, client: AISpaceClient, dataset_id: str, sample: SampleRead) -> None:
        self._client, self._dataset_id, self.sample = client, dataset_id, sample
        self.path, self.media_type = sample.path, sample.media_type
        self.width, self.height = sample.width, sample.height

    @cached_property
    def data(self) -> bytes:
        """The bytes of the file."""
        return self._client.datasets.sample_content(self._dataset_id, self.sample.id)

    @cached_property
    def image(self) -> Any:
        """The picture, as ``PIL.Image``."""
        from PIL import Image

        return Image.open(io.BytesIO(self.data))

    @cached_property
    def text(self) -> str:
        """The text."""
        return self.data.decode("utf-8", "replace")

    @property
    def row(self) -> dict[str, Any]:
        """The row of a table, by column."""
        return dict(getattr(self.sample, "values", None) or {})

    def __repr__(self) -> str:
        return f"Candidate({self.path!r})"


@dataclass
class Report:
    """What one pass did.

    Attributes
    ----------
    proposed : int
        Proposals that were saved.
    unsure : int
        Samples whose proposal was below the threshold, or that got none: they stay as they were.
    kept : int
        Samples that a person worked on meanwhile: his work stays.
    failed : list of str
        Samples for which the function, or saving, failed, with the message.
    scores : dict
        Path to least score, the most uncertain first.
    """

    proposed: int = 0
    unsure: int = 0
    kept: int = 0
    failed: list[str] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        words = [f"{self.proposed} proposed", f"{self.unsure} below the threshold"]
        words += [f"{self.kept} kept as a person left them"] if self.kept else []
        words += [f"{len(self.failed)} failed, the first: {self.failed[0]}"] if self.failed else []
        return ", ".join(words)


@dataclass(frozen=True)
class LabelErrors:
    """How often the model differs from the people on one label.

    Attributes
    ----------
    count : int
        Confirmed samples with this label.
    wrong : int
        Of these, given another label by the model.
    """

    label: str
    count: int
    wrong: int


class Suggestions:
    """A function of the kernel and the samples that it proposes annotations for.

    Parameters
    ----------
    fn : callable
        Takes a `Candidate`; gives a label, ``(label, score)``, ``{label: score}``, a list of objects such as
        ``{"label": ..., "score": ..., "shape": ...}``, or ``None`` for no idea.
    threshold : float
        Least score of a proposal that is shown.
    """

    def __init__(
        self,
        client: AISpaceClient,
        dataset_id: str,
        fn: Callable[[Candidate], Any],
        *,
        threshold: float = THRESHOLD,
    ) -> None:
        self.client, self.dataset_id = client, dataset_id
        self._fn = fn
        self.threshold = threshold
        self._retrained = False

    @property
    def fn(self) -> Callable[[Candidate], Any]:
        """The function; another one, or the same after a retrain, proposes anew for what nobody confirmed."""
        return self._fn

    @fn.setter
    def fn(self, fn: Callable[[Candidate], Any]) -> None:
        self._fn = fn
        self._retrained = True

    def prelabel(
        self, count: int = COUNT, *, threshold: float | None = None, told: Callable[[int, int], None] | None = None
    ) -> Report:
        """Propose annotations for samples without any; after a retrain, first for those proposed before.

        Parameters
        ----------
        count : int
            Samples to look at.
        told : callable, optional
            Called with the number of samples done and in all.
        """
        least = self.threshold if threshold is None else threshold
        samples = list(islice(self._open(), count))
        report, items, paths = Report(), [], {}
        for number, sample in enumerate(samples, 1):
            try:
                objects = objects_of(self._fn(Candidate(self.client, self.dataset_id, sample)))
            except Exception as error:  # the function is the user's: one sample that it cannot take ends nothing
                report.failed.append(f"{sample.path}: {type(error).__name__}: {error}")
                continue
            finally:
                if told is not None:
                    told(number, len(samples))
            objects = [item for item in objects if item["score"] >= least]
            if not objects:
                report.unsure += 1
                if sample.state != "auto":
                    continue
            paths[sample.id] = (sample.path, min((item["score"] for item in objects), default=1.0), bool(objects))
            items.append({"sample_id": sample.id, "objects": objects, "automatic": True, "revision": sample.revision})
        self._save(items, paths, report)
        self._retrained = False
        report.scores = dict(sorted(report.scores.items(), key=lambda item: item[1]))
        return report

    def _save(self, items: list[dict[str, Any]], paths: Mapping[str, tuple[str, float, bool]], report: Report) -> None:
        results = self.client.datasets.annotate(self.dataset_id, items) if items else []
        for item, result in zip(items, results, strict=True):
            path, score, some = paths[item["sample_id"]]
            if result.status == "refused":
                error = result.error or {}
                # A person was there between reading and saving: by state, or by another revision.
                if error.get("code") in ("human_annotation", "changed_meanwhile"):
                    report.kept += 1
                else:
                    report.failed.append(f"{path}: {error.get('message', 'not saved')}")
            elif some:
                report.proposed += 1
                report.scores[path] = score

    def _open(self) -> Iterator[SampleRead]:
        if self._retrained:
            yield from self.client.datasets.samples(self.dataset_id, state="auto", sort="score")
        yield from self.client.datasets.samples(self.dataset_id, state="unlabelled")

    def errors(self, count: int = CHECKED) -> list[LabelErrors]:
        """Count where the function differs from people, by label, the worst first, on about ``count`` samples.

        Samples kept for validation or test are asked first: what the model learned from says little.
        """
        counts: dict[str, list[int]] = {}
        for sample in self._confirmed(count):
            truth = {item.label for item in sample.annotation.objects if item.label is not None}
            try:
                said = objects_of(self._fn(Candidate(self.client, self.dataset_id, sample)))
            except Exception:  # counted as an error of each label: the model has no answer for it
                said = []
            labels = {item["label"] for item in said}
            for label in truth:
                entry = counts.setdefault(label, [0, 0])
                entry[0] += 1
                entry[1] += label not in labels
        found = [LabelErrors(label, n, wrong) for label, (n, wrong) in counts.items()]
        return sorted(found, key=lambda one: (-one.wrong / one.count, one.label))

    def _confirmed(self, count: int) -> Iterator[SampleRead]:
        """Give about so many confirmed samples, as many of each label: files lie in the order of their labels."""
        group = self.client.datasets.get(self.dataset_id).label_group
        labels = [label.name for label in group.labels] if group else []
        seen: set[str] = set()
        for label in labels:
            for sample in islice(self._confirmed_of(label), max(1, count // len(labels))):
                if sample.id not in seen:
                    seen.add(sample.id)
                    yield sample

    def _confirmed_of(self, label: str) -> Iterator[SampleRead]:
        for split in ("validation", "test", "training", "none"):
            for state in CONFIRMED:
                yield from self.client.datasets.samples(self.dataset_id, state=state, split=split, label=label)


def objects_of(said: Any) -> list[dict[str, Any]]:
    """Turn what a function gave into objects with scores.

    Raises
    ------
    TypeError, ValueError
        It is none of the forms that are taken.
    """
    if said is None:
        return []
    if isinstance(said, str):
        return [_object(said, 1.0)]
    if isinstance(said, tuple) and len(said) == 2 and isinstance(said[0], str):
        return [_object(said[0], said[1])]
    if isinstance(said, Mapping):
        if "label" in said:
            return [_full(said)]
        if not said:
            return []
        label = max(said, key=lambda name: float(said[name]))
        return [_object(str(label), said[label])]
    if isinstance(said, Iterable) and not isinstance(said, (bytes, bytearray)):
        return [_full(item) if isinstance(item, Mapping) else objects_of(item)[0] for item in said]
    raise TypeError(f"a proposal is a label, (label, score), {{label: score}} or a list of objects, not {said!r}")


def _object(label: str, score: Any) -> dict[str, Any]:
    number = float(score)
    if not 0 <= number <= 1:
        raise ValueError(f"the score of {label!r} is between 0 and 1, not {number}")
    return {"label": label, "score": number}


def _full(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, **_object(str(item["label"]), item.get("score", 1.0))}
