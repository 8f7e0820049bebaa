"""Shapes that all domains share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Generic, Literal, LiteralString, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic_core import PydanticCustomError

from .identity import Visibility

X = TypeVar("X")

NAME_PATTERN = r"^[^\W_](?:[\w.\-]*[^\W_.\-])?$|^[^\W_]$"
NAME_HELP = "letters of any language, digits, '-', '_' and '.'; it begins and ends with a letter or digit"

Name = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=NAME_PATTERN)]
"""Name of an object: 1 to 50 characters."""
Description = Annotated[str, StringConstraints(max_length=255)]
VersionName = Annotated[str, StringConstraints(pattern=r"^V\d{4,}$", max_length=12)]
"""``V0001`` and so on."""
Timestamp = Annotated[
    datetime,
    PlainSerializer(
        lambda v: v.isoformat(timespec="milliseconds").replace("+00:00", "Z"), return_type=str, when_used="json"
    ),
]
"""A moment, written in RFC 3339, UTC, with ``Z``."""
TimestampIn = AwareDatetime


class Schema(BaseModel):
    """Base of all public shapes: unknown keys are refused."""

    # An answer has every field, so its schema says "required" also of those that have a default.
    model_config = ConfigDict(
        extra="forbid",
        from_attributes=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


def wrong(field: str, message: str, code: LiteralString, **params: Any) -> PydanticCustomError:
    """Make what a validator of a whole shape raises when it is about one of its fields: a `ValueError` with a code."""
    return PydanticCustomError(code, "{message}", {"message": message, "of_field": field, **params})


def unfit(code: LiteralString, message: str, **params: Any) -> PydanticCustomError:
    """Make what a validator of a value raises: a `ValueError` with a code, by which each face has its own words."""
    return PydanticCustomError(code, "{message}", {"message": message, **params})


LONGEST_PARAM: Final = 200
NO_PARAMS: Final = frozenset(
    {"message", "of_field", "error", "pattern", "tag", "expected_tags", "expected", "class_name"}
)


def params_of(context: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values in the message of a refused value: limits, names, numbers."""
    return {
        name: value[:LONGEST_PARAM] if isinstance(value, str) else value
        for name, value in context.items()
        if name not in NO_PARAMS and isinstance(value, (str, int, float))
    }


def refuse_nulls(shape: Schema, *, but: Collection[str] = ()) -> None:
    """Refuse null where a field may be left out but not emptied.

    Raises
    ------
    PydanticCustomError
        Names the field.
    """
    for name in type(shape).model_fields:
        if name in shape.model_fields_set and name not in but and getattr(shape, name) is None:
            raise wrong(name, f"{name} cannot be null", "missing")


class ListQuery(Schema):
    """Query of a list that pages by offset."""

    q: Annotated[str | None, Field(max_length=64)] = None
    sort: Annotated[str | None, Field(max_length=64)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class OwnedQuery(ListQuery):
    """Query of a list of owned objects."""

    scope: Literal["all", "mine", "shared", "preset"] = "all"


class CursorQuery(Schema):
    """Query of a list that pages by cursor."""

    cursor: Annotated[str | None, Field(max_length=512)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class PageInfo(Schema):
    """Where a page lies in its list."""

    limit: int
    offset: int
    total: int
    next: int | None
    """Offset of the next page, or null on the last."""


class Page(Schema, Generic[X]):
    """One page of a list."""

    items: list[X]
    page: PageInfo


class CursorInfo(Schema):
    """Where a page lies in a list that pages by cursor."""

    limit: int
    next: str | None
    """Cursor of the next page, or null on the last."""
    total: int | None = None


class CursorPage(Schema, Generic[X]):
    """One page of a list that pages by cursor."""

    items: list[X]
    page: CursorInfo


class Ref(Schema):
    """An object named by another."""

    id: str
    name: str


class VersionRef(Schema):
    """A version named by another object."""

    id: str
    name: str
    version: str


class Amount(Schema):
    """Money: a decimal string with its currency."""

    amount: Decimal
    currency: str


class FileEntry(Schema):
    """One file of a version."""

    path: str
    size: int
    sha256: str


class Progress(Schema):
    """How far a long piece of work is."""

    done: int
    total: int | None = None
    unit: str = "files"


class Reason(Schema):
    """Why something is in its state: a code with parameters, put into words by the face; ``message`` is English."""

    code: str
    message: str = ""
    params: dict[str, Any] = Field(default_factory=dict)


class OwnedRead(Schema):
    """What every object with an owner shows."""

    id: str
    name: str
    owner: Ref
    visibility: Visibility
    revision: int
    created_at: Timestamp
    updated_at: Timestamp
    can: list[str] = Field(default_factory=list)
    """What the caller may do with it now, for instance ``["write", "delete", "publish"]``."""


class UploadSource(Schema):
    """Bytes that were uploaded (tus) and are complete."""

    kind: Literal["upload"]
    upload_id: Annotated[str, StringConstraints(max_length=64)]


class BatchSource(Schema):
    """All complete uploads that carry the same ``batch`` in their metadata; ``relativePath`` tells where each lies."""

    kind: Literal["batch"]
    batch: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class AreaSource(Schema):
    """A file or folder of the caller's own area."""

    kind: Literal["area"]
    path: Annotated[str, StringConstraints(min_length=0, max_length=4096)]


class ServerSource(Schema):
    """A file or folder of the server, by its absolute path; only for administrators, and where it is allowed."""

    kind: Literal["server"]
    path: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class GitSource(Schema):
    """A commit of a git repository."""

    kind: Literal["git"]
    url: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    ref: Annotated[str | None, StringConstraints(max_length=255)] = None


Source = Annotated[UploadSource | BatchSource | AreaSource, Field(discriminator="kind")]
"""Where the bytes of an import or a new version come from."""
ImportSource = Annotated[UploadSource | BatchSource | AreaSource | ServerSource, Field(discriminator="kind")]
"""Where the bytes of an import into a dataset come from."""
CodeSource = Annotated[UploadSource | BatchSource | AreaSource | GitSource, Field(discriminator="kind")]
