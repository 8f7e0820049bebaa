"""Reading published versions: pages of samples, single files, differences."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import Conflict, Invalid, NotFound
from ..schemas import CursorInfo, CursorPage, FileEntry, Ref
from ..storage.manifests import Entry, find, mapped, parse, seek
from ..versions import check_cursor
from .annotations import AnnotationObject, AnnotationRead, Annotator, ReviewRead, essence, labels_of
from .contents import excerpt, read_row
from .orm import Dataset, DatasetVersion, Sample, SampleRemoval
from .records import differences, line_at, moment, read_record, record_path, seek_record, write_record
from .schemas import (
    DiffCounts,
    DiffItem,
    DiffQuery,
    DiffRead,
    DiffSide,
    SampleFilter,
    SampleRead,
    VersionSampleQuery,
)
from .working import sample_id

if TYPE_CHECKING:
    from ..platform import Platform

SCAN: Final = 100_000
"""Lines of a version that one request looks through for its filter; the page may be short, its cursor goes on."""
SERVICE: Final = "svc_"


def annotator(by: str | None, names: dict[str, Ref]) -> Annotator | None:
    """Say who annotated."""
    if by is None:
        return None
    name = names[by].name if by in names else by
    return Annotator(kind="service" if by.startswith(SERVICE) else "user", id=by, name=name)


def read_review(review: dict[str, Any], names: dict[str, Ref]) -> ReviewRead:
    """Show a review as it is stored."""
    said = {key: review[key] for key in ("verdict", "reason", "at")}
    return ReviewRead(**said, by=annotator(review["by"], names))


def matches(record: dict[str, Any], path: str, query: SampleFilter) -> bool:
    """Tell whether a line of a version fits a filter."""
    if query.state is not None and record["s"] != query.state:
        return False
    if query.split is not None and record.get("p", "none") != query.split:
        return False
    if query.hard is not None and bool(record.get("d")) != query.hard:
        return False
    if query.by is not None and record.get("b") != query.by:
        return False
    if query.label is not None and query.label not in labels_of(record.get("o")):
        return False
    return query.q is None or query.q.lower() in path.lower()


@dataclass(frozen=True)
class Line:
    """A sample of a version."""

    entry: Entry
    record: dict[str, Any]


class Snapshots:
    """Reads the blobs of versions."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.blobs = platform.blobs
        self._counts = functools.lru_cache(maxsize=256)(self._count_differences)

    def samples(self, dataset: Dataset, version: DatasetVersion, query: VersionSampleQuery) -> CursorPage[SampleRead]:
        """Give a page of samples, sorted by path."""
        found: list[tuple[str, dict[str, Any], Entry]] = []
        with mapped(self.blobs, version.annotations) as records, mapped(self.blobs, version.manifest) as files:
            offset, scanned = check_cursor(records, query.cursor), 0
            while offset < len(records) and len(found) < query.limit and scanned < SCAN:
                line = line_at(records, offset)
                offset += len(line) + 1
                scanned += 1
                path, record = read_record(line)
                if matches(record, path, query):
                    at = seek(files, path.encode())
                    found.append((path, record, parse(line_at(files, at))))
            following = str(offset) if offset < len(records) else None
        people = {r["b"] for _, r, _ in found if "b" in r} | {r["r"]["by"] for _, r, _ in found if "r" in r}
        names = self.platform.users.refs(people)
        plain = SampleFilter(**query.model_dump(include=set(SampleFilter.model_fields)))
        return CursorPage(
            items=[self._read(dataset, version, Line(entry, record), names) for _, record, entry in found],
            page=CursorInfo(
                limit=query.limit, next=following, total=version.file_count if plain == SampleFilter() else None
            ),
        )

    def _read(self, dataset: Dataset, version: DatasetVersion, line: Line, names: dict[str, Ref]) -> SampleRead:
        record = line.record
        content = record.get("c")
        return SampleRead(
            id=sample_id(dataset, record["n"]),
            number=record["n"],
            path=line.entry.path,
            size=line.entry.size,
            sha256=line.entry.sha256,
            media_type=record["t"],
            width=record.get("w"),
            height=record.get("h"),
            state=record["s"],
            split=record.get("p"),
            hard=bool(record.get("d")),
            annotation=AnnotationRead(
                objects=[AnnotationObject(**o) for o in record.get("o", [])],
                by=annotator(record.get("b"), names),
                at=moment(record),
            ),
            review=read_review(record["r"], names) if "r" in record else None,
            revision=0,
            excerpt=excerpt(self.blobs, record["t"], content, line.entry.sha256),
            values=None if version.columns is None or content is None else read_row(version.columns, content),
        )

    def lines(self, version: DatasetVersion, split: str | None = None) -> Iterator[Line]:
        """Give all samples of a version, or of one of its splits, sorted by path."""
        with self.blobs.open(version.manifest) as files, self.blobs.open(version.annotations) as records:
            for file, record in zip(files, records, strict=True):
                _, value = read_record(record)
                if split is None or value.get("p") == split:
                    yield Line(parse(file), value)

    def file(self, version: DatasetVersion, path: str) -> tuple[FileEntry, str, bytes | None]:
        """Find a file of a version; give it, its media type and, where it is no blob, its bytes."""
        entry = find(self.blobs, version.manifest, path)
        if entry is None:
            raise NotFound("sample", path)
        with mapped(self.blobs, version.annotations) as records:
            _, record = read_record(line_at(records, seek_record(records, path.encode())))
        content = record.get("c")
        data = None if content is None else content.encode()
        return FileEntry(path=entry.path, size=entry.size, sha256=entry.sha256), record["t"], data

    # Differences

    def difference(self, before: DatasetVersion | None, after: DatasetVersion, query: DiffQuery) -> DiffRead:
        """Tell how two versions differ; ``before`` may be none."""
        one, other = before.annotations if before else self._nothing(), after.annotations
        counts = self._counts(one, other)
        i, j = _pair(query.cursor)
        items: list[DiffItem] = []
        following, behind = None, query.cursor
        with mapped(self.blobs, one) as a, mapped(self.blobs, other) as b:
            check_cursor(a, str(i))
            check_cursor(b, str(j))
            for line, changed, p, q in differences(a, b, i, j):
                if len(items) == query.limit:
                    following = behind
                    break
                items.append(diff_item(line, changed))
                behind = f"{p}-{q}"
        return DiffRead(counts=counts, items=items, page=CursorInfo(limit=query.limit, next=following))

    def _nothing(self) -> str:
        return self.blobs.put(b"").sha256

    def _count_differences(self, one: str, other: str) -> DiffCounts:
        counts = DiffCounts(added=0, removed=0, relabelled=0, changed=0)
        with mapped(self.blobs, one) as a, mapped(self.blobs, other) as b:
            for line, changed, _, _ in differences(a, b):
                kind = diff_item(line, changed).change
                setattr(counts, kind, getattr(counts, kind) + 1)
        return counts

    def working_difference(self, session: Session, row: Dataset, query: DiffQuery) -> DiffRead:
        """Tell how the working copy differs from the last published version."""
        after = ""
        if query.cursor is not None:
            if not query.cursor.startswith("p"):
                raise Invalid(
                    "cursor", "Cursor: not one that an answer gave. Begin without a cursor.", code="cursor_unknown"
                )
            after = query.cursor[1:]
        items: list[DiffItem] = []
        with mapped(self.blobs, row.base_annotations or self._nothing()) as base:
            for path, sample in _changes(session, row, after, query.limit + 1):
                offset = seek_record(base, path.encode())
                old = line_at(base, offset) if offset < len(base) else b""
                before = old if old and record_path(old) == path.encode() else None
                now = write_record(sample).rstrip(b"\n") if sample is not None else None
                if before != now:
                    items.append(diff_item(before, now))
                else:
                    items.append(DiffItem(path=path, change="changed"))
        following = f"p{items[query.limit - 1].path}" if len(items) > query.limit else None
        counts = DiffCounts(added=row.added, removed=row.removed, relabelled=row.changed, changed=0)
        page = CursorInfo(limit=query.limit, next=following)
        return DiffRead(counts=counts, items=items[: query.limit], page=page)


def _pair(cursor: str | None) -> tuple[int, int]:
    if cursor is None:
        return 0, 0
    one, _, other = cursor.partition("-")
    if not (one.isascii() and one.isdigit() and other.isascii() and other.isdigit() and len(cursor) < 32):
        raise Invalid("cursor", "Cursor: not one that an answer gave. Begin without a cursor.", code="cursor_unknown")
    return int(one), int(other)


def _changes(session: Session, row: Dataset, after: str, limit: int) -> Iterable[tuple[str, Sample | None]]:
    changed = session.scalars(
        select(Sample)
        .where(Sample.dataset == row.number, Sample.change > row.published, Sample.path > after)
        .order_by(Sample.path)
        .limit(limit)
    ).all()
    gone = session.scalars(
        select(SampleRemoval.path)
        .where(
            SampleRemoval.dataset == row.number,
            SampleRemoval.change > row.published,
            SampleRemoval.added <= row.published,
            SampleRemoval.path > after,
        )
        .order_by(SampleRemoval.path)
        .limit(limit)
    ).all()
    both: dict[str, Sample | None] = dict.fromkeys(gone)
    both.update({sample.path: sample for sample in changed})
    return sorted(both.items(), key=lambda kv: kv[0].encode())[:limit]


def diff_item(before: bytes | None, after: bytes | None) -> DiffItem:
    """Put two lines of one path into words."""
    old = read_record(before) if before is not None else None
    new = read_record(after) if after is not None else None
    if old is None and new is None:
        raise Conflict("internal", "Nothing differs.")
    path = (new or old or ("", {}))[0]
    if old is None:
        return DiffItem(path=path, change="added", after=_side(new))
    if new is None:
        return DiffItem(path=path, change="removed", before=_side(old))
    relabelled = essence(old[1].get("o")) != essence(new[1].get("o"))
    return DiffItem(path=path, change="relabelled" if relabelled else "changed", before=_side(old), after=_side(new))


def _side(line: tuple[str, dict[str, Any]] | None) -> DiffSide | None:
    if line is None:
        return None
    record = line[1]
    return DiffSide(
        sha256_prefix=record["x"],
        state=record["s"],
        split=record.get("p"),
        hard=bool(record.get("d")),
        objects=[AnnotationObject(**one) for one in record.get("o", [])],
        content=record.get("c"),
    )
