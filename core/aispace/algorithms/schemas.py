"""Public shapes of algorithms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from ..identity import Visibility
from ..schemas import CodeSource, CursorQuery, Description, Name, OwnedQuery, OwnedRead, Schema, refuse_nulls, unfit
from ..versions import VersionRead
from .launch import ARGUMENTS
from .parameters import Parameter, ParameterName

Category = Literal[
    "image_classification", "object_detection", "semantic_segmentation", "object_tracking", "text_classification",
    "tabular_classification", "word_segmentation", "named_entity_recognition", "audio_classification",
    "speech_recognition", "llm", "custom",
]  # fmt: skip
RunCommand = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]
Argument = Literal[
    "data_url", "val_data_url", "model_load_dir", "train_out", "train_model_out", "train_log", "num_nodes",
    "node_ids", "gpu_num_per_node",
]  # fmt: skip
ArgumentMapping = dict[Argument, ParameterName | None]
"""Name in the program of each argument of the launch contract; null: not passed."""
Framework = Annotated[str, StringConstraints(max_length=64)]
ImageId = Annotated[str, StringConstraints(max_length=40)]


class Accepts(Schema):
    """Which datasets an algorithm can learn from; an empty list is any."""

    data_types: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=20)] = Field(
        default_factory=list
    )
    annotation_types: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=20)] = Field(
        default_factory=list
    )


def unique_names(parameters: list[Parameter] | None, mapping: Mapping[Argument, str | None] | None) -> None:
    """Refuse an argument name that occurs twice."""
    taken: set[str] = set()
    names = [parameter.name for parameter in parameters or []]
    names += [name for argument in ARGUMENTS if (name := (mapping or {}).get(argument))]
    for name in names:
        if name in taken:
            words = f"the argument {name!r} occurs twice among parameters and argument_mapping"
            raise unfit("argument_twice", words, name=name)
        taken.add(name)


class Settings(Schema):
    """How the code is run: belongs to a version."""

    run_command: RunCommand = "python train.py"
    parameters: Annotated[list[Parameter], Field(max_length=100)] = Field(default_factory=list)
    argument_mapping: ArgumentMapping = Field(default_factory=dict)
    image_id: ImageId | None = None
    """Runtime for training; null: chosen with the training job."""
    serving_image_id: ImageId | None = None
    framework: Framework = ""
    accepts: Accepts = Field(default_factory=Accepts)
    file_output: bool = True
    """Whether ``train_out`` is passed."""
    model_output: bool = True
    """Whether ``train_model_out`` is passed."""

    @model_validator(mode="after")
    def _unique(self) -> Settings:
        unique_names(self.parameters, self.argument_mapping)
        return self


class AlgorithmCreate(Settings):
    """A new algorithm with its first version."""

    name: Name
    description: Description = ""
    category: Category = "custom"
    source: CodeSource


class AlgorithmUpdate(Schema):
    """Changes; what is absent stays. How the code is run belongs to a version: changing it makes the next one."""

    name: Name | None = None
    description: Description | None = None
    category: Category | None = None
    visibility: Visibility | None = None
    run_command: RunCommand | None = None
    parameters: Annotated[list[Parameter], Field(max_length=100)] | None = None
    argument_mapping: ArgumentMapping | None = None
    image_id: ImageId | None = None
    serving_image_id: ImageId | None = None
    framework: Framework | None = None
    accepts: Accepts | None = None
    file_output: bool | None = None
    model_output: bool | None = None

    @model_validator(mode="after")
    def _nulls(self) -> AlgorithmUpdate:
        refuse_nulls(self, but=("image_id", "serving_image_id"))
        return self


class AlgorithmVersionCreate(Schema):
    """Another version from new code; what is absent is taken from the current version."""

    source: CodeSource
    note: Description = ""
    run_command: RunCommand | None = None
    parameters: Annotated[list[Parameter], Field(max_length=100)] | None = None
    argument_mapping: ArgumentMapping | None = None


class AlgorithmFork(Schema):
    """A copy of one's own."""

    name: Name
    description: Description | None = None
    version: Annotated[str | None, StringConstraints(max_length=12)] = None
    """Default: the current one."""


class FileChange(Schema):
    """One file of an edit."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    text: Annotated[str | None, StringConstraints(max_length=2_000_000)]
    """New text; null deletes the file."""


class FilesEdit(Schema):
    """Changes of files: they make the next version."""

    changes: Annotated[list[FileChange], Field(min_length=1, max_length=200)]
    note: Description = ""


class ExportRequest(Schema):
    """Where files are put: a folder of one's own area."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class ExportResult(Schema):
    """What was put there."""

    path: str
    files: int
    size_bytes: int


class AlgorithmQuery(OwnedQuery):
    """Query of the list of algorithms."""

    category: Category | None = None


class FileQuery(Schema):
    """Which file."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class FilesQuery(CursorQuery):
    """Page of files."""


class AlgorithmVersionRead(VersionRead):
    """A version: code and how it is run."""

    algorithm_id: str
    run_command: str
    parameters: list[Parameter]
    argument_mapping: dict[str, str | None]
    image_id: str | None
    image_name: str | None
    serving_image_id: str | None
    framework: str
    accepts: Accepts
    file_output: bool
    model_output: bool


class AlgorithmRead(OwnedRead):
    """An algorithm and its current version."""

    description: str
    category: Category
    framework: str
    current_version: str
    version_count: int
    current: AlgorithmVersionRead
