"""The first half of an import: every file is looked at and stored; nothing of the dataset changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ..storage.archives import Budget, Member, Meter
from ..storage.sources import read_source
from .annotations import Kind
from .contents import MAX_TEXT, TEXT_TYPE
from .formats.shelf import MAX_SMALL, Shelf
from .formats.text_pairs import is_result
from .images import MAX_BYTES, Unusable, inspect
from .layouts import MANIFESTS, MAX_LABEL, MAX_SIDECAR, Found, is_ignored, is_image, is_sidecar
from .requests import ImportOptions, ImportReport, Note, RefusedFile

if TYPE_CHECKING:
    from ..identity import Principal
    from ..platform import Platform
    from ..schemas import ImportSource
    from ..storage.blobs import Batch

REPORTED: Final = 1000
EXAMPLES: Final = 5
BATCH_BYTES: Final = 128 << 20
BATCH_FILES: Final = 10_000
ABOUT_BOXES: Final = (".xml", ".txt", ".yaml", ".yml", ".names")
NOTES: Final = {
    "exif_orientation": (
        "1 image carries an EXIF orientation: boxes relate to the pixels as they are stored, not turned",
        "{n} images carry an EXIF orientation: boxes relate to the pixels as they are stored, not turned",
    ),
    "boxes_clipped": (
        "1 box stuck out of its image by up to a pixel and was cut",
        "{n} boxes stuck out of their image by up to a pixel and were cut",
    ),
    "outlines": (
        "1 object had an outline, of which only the box is kept",
        "{n} objects had an outline, of which only the box is kept",
    ),
    "left_out": (
        "1 object was left out by the label mapping",
        "{n} objects were left out by the label mapping",
    ),
    "not_hard": ("1 sample is not marked hard and stayed out", "{n} samples are not marked hard and stayed out"),
    "not_chosen": (
        "1 sample has none of the chosen labels and stayed out",
        "{n} samples have none of the chosen labels and stayed out",
    ),
    "incomplete": (
        "1 sample lost an object that was refused; it is not confirmed",
        "{n} samples lost an object that was refused; they are not confirmed",
    ),
    "recoded": (
        "1 file was not plain UTF-8; its texts are kept as that",
        "{n} files were not plain UTF-8; their texts are kept as that",
    ),
}
"""What is said of one and of many."""


@dataclass(frozen=True)
class Target:
    """What an import goes into.

    Parameters
    ----------
    existing : callable
        Gives the samples that the dataset has, for annotations that come without images.
    labels : frozenset of str
        Those of its label group.
    """

    kind: Kind
    template: str | None
    columns: Sequence[Mapping[str, Any]] | None
    existing: Callable[[], list[Found]]
    labels: frozenset[str] = frozenset()


@dataclass
class Staged:
    """What was found and stored."""

    target: Target
    options: ImportOptions
    shelf: Shelf
    confirm: bool = True
    replace: bool = False
    """Whether annotations go over a person's."""
    files: list[Found] = field(default_factory=list)
    images: int = 0
    """How many files had the name of an image, whether they could be taken or not."""
    sidecars: dict[str, bytes] = field(default_factory=dict)
    report: ImportReport = field(default_factory=ImportReport)
    labels: dict[str, int] = field(default_factory=dict)
    """Labels of what is taken, and how often."""
    declared: list[str] = field(default_factory=list)
    """Labels that the files name, whether anything has them or not."""
    found: dict[str, int] = field(default_factory=dict)
    """Labels as the files name them, before the mapping, and how often."""
    unread: bool = False
    """Whether what some files say was left aside, so that `found` may lack labels."""
    read: Callable[[Found], str | None] = lambda _file: None
    """Gives the content of a text that is kept; nothing in a look."""
    columns: list[dict[str, Any]] | None = None
    """Columns of the dataset after this import, once its rows are read."""
    _noted: dict[str, tuple[list[int], list[str]]] = field(default_factory=dict)
    """By code: how often, in a list of one number, and examples."""
    _fitting: dict[str, str | None] = field(default_factory=dict)

    @property
    def annotations_only(self) -> bool:
        """Whether no images came, only what files say of them."""
        return bool(self.target.kind.shapes) and not self.images and (bool(self.shelf.large) or self._has_small())

    def _has_small(self) -> bool:
        return next(self.shelf.small_paths(), None) is not None

    def refuse(self, path: str, code: str, message: str, line: int | None = None) -> None:
        """Note what is not imported."""
        self.report.refused_count += 1
        if len(self.report.refused) < REPORTED:
            self.report.refused.append(RefusedFile(path=path, code=code, message=message, line=line))

    def note(self, code: str, path: str) -> None:
        """Note what is imported otherwise than it came."""
        noted = self._noted.get(code)
        if noted is None:
            noted = self._noted[code] = ([0], [])
        noted[0][0] += 1
        if len(noted[1]) < EXAMPLES and path not in noted[1]:
            noted[1].append(path)

    def notes(self) -> list[Note]:
        """Put what was noted so far into words."""
        return [
            Note(code=code, message=NOTES[code][n > 1].format(n=f"{n:,}"), n=n, examples=[*examples])
            for code, ([n], examples) in self._noted.items()
        ]

    def label(self, name: str) -> str | None:
        """Give the label of the dataset for one of the files; ``None`` to leave it out.

        Raises
        ------
        ValueError
            It cannot be the name of a label.
        """
        self.found[name] = self.found.get(name, 0) + 1
        chosen = self.options.only_labels
        if chosen is not None and name not in chosen:
            return None
        if name not in self._fitting:
            mapped = self.options.label_mapping.get(name, name)
            if mapped is not None and not fits_label(mapped):
                raise ValueError(
                    f"{name[:60]!r} is no name of a label (1 to {MAX_LABEL} characters, no space at its ends). "
                    "Map it to one."
                )
            self._fitting[name] = mapped
        return self._fitting[name]

    def count(self, label: str) -> None:
        """Count a label."""
        self.labels[label] = self.labels.get(label, 0) + 1


def fits_label(name: str) -> bool:
    """Tell whether a text may be the name of a label."""
    return 0 < len(name) <= MAX_LABEL and name.isprintable() and name == name.strip()


# Reading the source


def sort_member(member: Member, staged: Staged) -> bool:
    """Put files about others aside, refuse what does not belong; tell whether the member is a sample to look at."""
    path, kind = member.path, staged.target.kind
    lower = path.lower()
    if is_ignored(path):
        return False
    if kind.data_type != "tabular" and is_sidecar(path) and not (kind.shapes and _about_boxes(path)):
        data = member.stream.read(MAX_SIDECAR + 1)
        if len(data) > MAX_SIDECAR:
            staged.refuse(path, "file_too_large", "the file is too large")
        else:
            staged.sidecars[path] = data
        return False
    if kind.shapes and _about_boxes(path):
        if lower.endswith(".json"):
            staged.shelf.keep_large(path, member.stream)
            return False
        data = member.stream.read(MAX_SMALL + 1)
        if len(data) > MAX_SMALL:
            staged.refuse(path, "file_too_large", "the file is too large")
        else:
            staged.shelf.keep_small(path, data)
        return False
    tables = {"text": (".csv", ".tsv", ".jsonl"), "tabular": (".csv", ".tsv", ".txt")}.get(kind.data_type, ())
    if lower.endswith(tables):
        staged.shelf.keep_large(path, member.stream)
        return False
    if kind.data_type == "text" and lower.endswith(".txt"):
        return True
    if kind.data_type != "image":
        staged.refuse(path, "suffix", f"the suffix is none of {' '.join(sorted({*tables, '.txt'}))}")
        return False
    if not is_image(path):
        staged.refuse(path, "suffix", "the suffix is none of .jpg .jpeg .png .bmp .webp")
        return False
    staged.images += 1
    if any(is_image(part) for part in path.split("/")[:-1]):
        staged.refuse(path, "folder_name", "a folder has the name of an image")
        return False
    return True


def _about_boxes(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name.endswith(ABOUT_BOXES) or (
        name.endswith(".json") and name not in (*MANIFESTS, "label_group.json") and not name.startswith("label_")
    )


def stage_files(
    platform: Platform,
    principal: Principal,
    source: ImportSource,
    staged: Staged,
    progress: Callable[[int], None],
) -> None:
    """Read a source, look at each file and store it; durable on return.

    Parameters
    ----------
    progress : callable
        Is told the number of files so far; may raise to stop.
    """
    meter, count, pending = Meter(Budget()), 0, 0
    with platform.blobs.batch() as batch:
        for member in read_source(platform, principal, source, meter):
            count += 1
            progress(count)
            if not sort_member(member, staged):
                continue
            take = _text if staged.target.kind.data_type == "text" else _image
            found = take(member, staged, batch)
            if found is None:
                continue
            staged.files.append(found)
            pending += found.size
            if pending > BATCH_BYTES or len(batch.pending) >= BATCH_FILES:
                batch.flush()
                pending = 0
    for refusal in meter.refused:
        staged.refuse(refusal.path, refusal.code, refusal.message)


def _image(member: Member, staged: Staged, batch: Batch) -> Found | None:
    data = member.stream.read(MAX_BYTES + 1)
    try:
        facts = inspect(data)
    except Unusable as error:
        staged.refuse(member.path, error.code, error.message)
        return None
    if facts.turned and staged.target.kind.shapes:
        staged.note("exif_orientation", member.path)
    blob = batch.put(data)
    return Found(member.path, blob.sha256, blob.size, facts.media_type, facts.width, facts.height)


def read_text(data: bytes) -> tuple[str, bool]:
    """Decode a text; tell whether it was something else than plain UTF-8.

    Raises
    ------
    Unusable
        It is empty, too long, or no text.
    """
    if len(data) > MAX_TEXT:
        raise Unusable("text_too_large", f"the text has more than {MAX_TEXT >> 20} MiB")
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if not text.strip():
            raise Unusable("text_empty", "there is no text in it")
        return text, text.encode() != data
    raise Unusable("not_a_text", "the content is no text in UTF-8, UTF-16 or GB18030")


def _text(member: Member, staged: Staged, batch: Batch) -> Found | None:
    try:
        text, recoded = read_text(member.stream.read(MAX_TEXT + 1))
    except Unusable as error:
        staged.refuse(member.path, error.code, error.message)
        return None
    if recoded:
        staged.note("recoded", member.path)
    if is_result(member.path):
        staged.sidecars[member.path] = text.encode()
    blob = batch.put(text.encode())
    return Found(member.path, blob.sha256, blob.size, TEXT_TYPE)
