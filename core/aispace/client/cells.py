"""Notebook cells as training jobs: a cell is an algorithm of its own, and its run an ordinary run."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import pickle
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ..algorithms.schemas import AlgorithmRead, AlgorithmVersionRead
from ..errors import Conflict, Invalid
from ..training.schemas import RunRead, TrainingJobRead
from .algorithms import Algorithms, Images
from .collection import Resource
from .datasets import Datasets
from .operations import Specs
from .training import Jobs

RUN_COMMAND: Final = "python -m aispace_runtime.cell"
PREFIX: Final = "cell-"
"""Begins the name of the algorithm that holds the cell of a job."""
NAME_LENGTH: Final = 50 - len(PREFIX)
ROLES: Final = (("training", "data_url"), ("validation", "val_data_url"))
"""What the first and the second dataset of a cell are to its run."""
VALUES_LIMIT: Final = 16 << 20
"""Bytes of all values together; what is larger belongs into a dataset or a file."""
PICKLE_PROTOCOL: Final = 4
NOTE: Final = "cell "


@dataclass(frozen=True)
class CellInputs:
    """What goes into a cell and comes out of it, by name.

    Attributes
    ----------
    datasets : mapping
        Name in the cell to ``dataset[:version[/split]]``; at most two.
    values : mapping
        Name in the cell to a small object that pickle takes.
    variables : sequence of str
        Names of variables that come back.
    files : sequence of str
        Paths of files, as the cell writes them, that come back.
    """

    datasets: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    variables: Sequence[str] = ()
    files: Sequence[str] = ()


class Cells(Resource):
    """Run cells as jobs and fetch what they made."""

    def __init__(self, algorithms: Algorithms, images: Images, datasets: Datasets, specs: Specs, jobs: Jobs) -> None:
        super().__init__(jobs.transport)
        self.algorithms, self.images, self.datasets, self.specs, self.jobs = algorithms, images, datasets, specs, jobs

    def submit(
        self,
        code: str,
        *,
        name: str = "cell",
        image: str | None = None,
        spec: str | None = None,
        inputs: CellInputs | None = None,
        **settings: Any,
    ) -> TrainingJobRead:
        """Queue a cell; a job of this name gets its next run.

        Parameters
        ----------
        code : str
            Python, as it stands in the cell.
        name : str
            Of the job, 1 to 45 characters.
        image, spec : str, optional
            Name or id; default: a preset runtime, and the cheapest spec.
        **settings
            ``max_hours``, ``priority``, ``retries``, ``environment``, ``seed`` of the REST route.

        Raises
        ------
        Invalid
            The cell is no Python, or an input cannot be sent.
        """
        wanted = inputs or CellInputs()
        check_code(code)
        if not 1 <= len(name) <= NAME_LENGTH:
            raise Invalid("name", f"Name: 1 to {NAME_LENGTH} characters; yours has {len(name)}.")
        found = self._find_datasets(wanted.datasets)
        image_id = self.images.find(image).id if image else self._preset_image()
        spec_id = self.specs.find(spec).id if spec else self.specs.cheapest("training").id
        algorithm = self._algorithm(name, self._files(code, wanted))
        request = {
            "algorithm": {"algorithm_id": algorithm.algorithm_id, "version": algorithm.version},
            "image_id": image_id,
            "spec_id": spec_id,
            "inputs": found,
            **{key: value for key, value in settings.items() if value is not None},
        }
        mine = [job for job in self.jobs.list(q=name, scope="mine") if job.name == name]
        if not mine:
            version = request.pop("algorithm")
            return self.jobs.submit(
                name, version["algorithm_id"], request.pop("spec_id"), algorithm_version=version["version"], **request
            )
        if mine[0].latest.algorithm.id != algorithm.algorithm_id:
            raise Conflict(
                "name_taken", f"Not started. {name!r} is a job that was not made of a cell. Choose another --name."
            )
        self.jobs.modify(mine[0].id, **request)
        return self.jobs.get(mine[0].id)

    def definition(self, run: RunRead) -> dict[str, Any] | None:
        """Read what a run of a cell takes and gives; ``None`` when it is no run of a cell."""
        version = self.algorithms.version(run.algorithm.id, run.algorithm.version)
        if version.run_command != RUN_COMMAND:
            return None
        path = f"/algorithms/{run.algorithm.id}/versions/{run.algorithm.version}/files/content"
        answer = self.transport.send("GET", path, params={"path": "cell.json"})
        definition: dict[str, Any] = json.loads(answer.content)
        return definition

    def variable(self, run: RunRead, name: str) -> Any:
        """Give a variable that a run made.

        Raises
        ------
        Invalid
            Its class is not known here.
        """
        data = self._output(run, f"variables/{name}.pickle")
        try:
            # The bytes are what the caller's own cell wrote, in a run of his own.
            return pickle.loads(data)  # noqa: S301
        except Exception as error:  # a class may refuse in its own way
            raise Invalid(
                "output",
                f"{name!r} was made, but cannot be read here: {error}. Install in this kernel what the runtime has, "
                f"or take the file: aispace show {run.job_id}.",
            ) from None

    def file(self, run: RunRead, path: str, target: Path) -> Path:
        """Save a file that a run made; an existing one is not replaced.

        Raises
        ------
        Conflict
            There is a file of this name.
        """
        if target.exists():
            raise Conflict(
                "file_exists", f"Not saved. There is a file {target} already. Move it away, and fetch again."
            )
        return self._save(f"/training-jobs/{run.job_id}/runs/{run.version}/outputs/content", target, path=path)

    # How a cell becomes a version of an algorithm

    def _files(self, code: str, wanted: CellInputs) -> dict[str, bytes]:
        definition = {
            "datasets": {name: argument for name, (_, argument) in zip(wanted.datasets, ROLES, strict=False)},
            "values": sorted(wanted.values),
            "variables": list(wanted.variables),
            "files": list(wanted.files),
        }
        files = {"cell.py": code.encode(), "cell.json": json.dumps(definition, indent=1).encode()}
        if wanted.values:
            files["values.pickle"] = pickle_values(wanted.values)
        return files

    def _algorithm(self, job: str, files: Mapping[str, bytes]) -> AlgorithmVersionRead:
        """Find the version with exactly these files, or make it."""
        digest = hashlib.sha256()
        for path, data in sorted(files.items()):
            digest.update(f"{path}\0{len(data)}\0".encode() + data)
        note = f"{NOTE}{digest.hexdigest()}"
        name = f"{PREFIX}{job}"
        mine = [one for one in self.algorithms.list(q=name, scope="mine") if one.name == name]
        if mine and mine[0].current.run_command != RUN_COMMAND:
            raise Conflict(
                "name_taken", f"Not started. The algorithm {name!r} was not made of a cell. Choose another --name."
            )
        for version in self.algorithms.versions(mine[0].id) if mine else ():
            if version.note == note:
                return version
        with tempfile.TemporaryDirectory(prefix="aispace-cell-") as folder:
            for path, data in files.items():
                (Path(folder) / path).write_bytes(data)
            if mine:
                return self.algorithms.add_version(mine[0].id, folder, note=note)
            made: AlgorithmRead = self.algorithms.create(
                name, folder, run_command=RUN_COMMAND, description="A notebook cell.", category="custom"
            )
        return self.algorithms.annotate_version(made.id, made.current_version, note)

    def _find_datasets(self, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
        if len(wanted) > len(ROLES):
            raise Invalid(
                "input", f"Inputs: a run takes at most {len(ROLES)} datasets; yours has {len(wanted)}. Leave some out."
            )
        return [
            self.datasets.reference(text) | {"role": role}
            for text, (role, _) in zip(wanted.values(), ROLES, strict=False)
        ]

    def _preset_image(self) -> str:
        usable = [one for one in self.images.list() if "training" in one.purposes and one.status != "failed"]
        preset = [one for one in usable if one.visibility == "preset"] or usable
        if not preset:
            raise LookupError("an image for training: make one, or name one with --image")
        return preset[0].id

    def _output(self, run: RunRead, path: str) -> bytes:
        route = f"/training-jobs/{run.job_id}/runs/{run.version}/outputs/content"
        return self.transport.send("GET", route, params={"path": path}).content


def check_code(code: str) -> None:
    """Refuse what is no Python before anything is queued.

    Raises
    ------
    Invalid
        With the line that cannot be read.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise Invalid(
            "code",
            f"Not started. Line {error.lineno} of the cell is no Python: {error.msg}. "
            "Magics and shell commands do not run in a job: leave them out.",
        ) from None
    if not tree.body:
        raise Invalid("code", "Not started. The cell is empty. Write below the first line what the job shall do.")


def check_file(path: str) -> str:
    """Refuse a name of an output that leads out of the folder of results.

    Raises
    ------
    Invalid
        It is absolute or has ``..``.
    """
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise Invalid("output", f"Output: {path!r} is no path within the results. Name a file as the cell writes it.")
    return str(pure)


def pickle_values(values: Mapping[str, Any]) -> bytes:
    """Pack values that a job can unpack.

    Raises
    ------
    Invalid
        One cannot be pickled, belongs to a class of the notebook, or all together are too large.
    """
    for name, value in values.items():
        try:
            data = pickle.dumps(value, PICKLE_PROTOCOL)
        except Exception as error:  # any object may refuse in its own way
            raise Invalid(
                "input", f"Input: {name!r} cannot be sent to the job: {error}. Make it in the cell instead."
            ) from None
        if _from_notebook(data):
            raise Invalid(
                "input",
                f"Input: {name!r} is of a class or a function of this notebook, which the job does not know. "
                "Send plain values, and define the class in the cell.",
            )
    whole = pickle.dumps(dict(values), PICKLE_PROTOCOL)
    if len(whole) > VALUES_LIMIT:
        raise Invalid(
            "input",
            f"Inputs: the values have {len(whole) / 2**20:.1f} MiB; at most {VALUES_LIMIT >> 20} MiB go by value. "
            "Make a dataset of them, or read them from a file.",
        )
    return whole


def _from_notebook(data: bytes) -> bool:
    """Tell whether a pickle names something of ``__main__``."""
    modules: set[str] = set()

    class Names(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            modules.add(module)
            return super().find_class(module, name)

    # The bytes were made just now of the caller's own object.
    Names(io.BytesIO(data)).load()
    return "__main__" in modules
