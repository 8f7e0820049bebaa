"""Public shapes of runtime images."""

from __future__ import annotations

from typing import Annotated, Literal

from packaging.requirements import InvalidRequirement, Requirement
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ..schemas import Description, Name, OwnedQuery, OwnedRead, Reason, Schema, Timestamp, refuse_nulls, unfit

ImagePurpose = Literal["training", "serving", "visualisation"]
ImageStatus = Literal["unbuilt", "building", "ready", "failed"]
Python = Annotated[str, StringConstraints(pattern=r"^3\.\d{1,2}(\.\d{1,2})?$")]


def check_requirements(text: str) -> str:
    """Refuse what is no plain requirement: options, paths and addresses could bring anything into the build.

    Raises
    ------
    ValueError
        Names the line.
    """
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.split(" #")[0].strip()
        if not stripped or stripped.startswith("#"):
            continue
        try:
            requirement = Requirement(stripped)
        except InvalidRequirement as error:
            words = f"line {number}, {stripped[:80]!r}, is no requirement such as 'numpy>=2'"
            raise unfit("requirement_invalid", words, line=number, text=stripped[:80]) from error
        if requirement.url is not None:
            words = f"line {number}, {stripped[:80]!r}, names an address; only names and versions are possible"
            raise unfit("requirement_address", words, line=number, text=stripped[:80])
    return text


Requirements = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(check_requirements)]


class ImageCreate(Schema):
    """A new runtime image; it is built at once."""

    name: Name
    description: Description = ""
    purposes: Annotated[list[ImagePurpose], Field(min_length=1, max_length=3)]
    requirements: Requirements
    """One package a line, as pip reads it."""
    python: Python | None = None
    """Version of Python; None: the platform's own."""
    visibility: Literal["private", "public"] = "private"


class ImageUpdate(Schema):
    """Changes of an image; other requirements or another Python build it again."""

    name: Name | None = None
    description: Description | None = None
    purposes: Annotated[list[ImagePurpose], Field(min_length=1, max_length=3)] | None = None
    requirements: Requirements | None = None
    python: Python | None = None
    visibility: Literal["private", "public"] | None = None

    @model_validator(mode="after")
    def _nulls(self) -> ImageUpdate:
        refuse_nulls(self, but=("python",))
        return self


class Package(Schema):
    """An installed package."""

    name: str
    version: str


class Frozen(Schema):
    """Exactly what is installed in an environment."""

    python: str | None
    """Version; None when it cannot be told."""
    packages: list[Package]


class ImageRead(OwnedRead):
    """A runtime image."""

    description: str
    purposes: list[ImagePurpose]
    requirements: str
    python: str | None
    status: ImageStatus
    usable: bool
    """Whether something can run in it: also while it is built again, or after that failed."""
    reason: Reason | None
    workload_id: str | None
    """Of the newest build: its log tells more."""
    packages: list[Package] | None
    size_bytes: int | None
    built_at: Timestamp | None
    location: str | None
    """Folder of the environment on the platform's machine; null until it was built once."""


class ImageQuery(OwnedQuery):
    """Query of the list of images."""

    purpose: ImagePurpose | None = None
    status: ImageStatus | None = None
