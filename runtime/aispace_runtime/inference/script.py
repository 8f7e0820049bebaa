"""A user's own script: one class with ``inference(self, data)``.

Loaded once: ``__init__`` may take ``args`` with ``model_path`` (folder of the model, ending in ``/``; empty without
one), ``use_gpu`` and the run parameters of the service. ``data`` of a call is

- ``{"data_path": ..., "data_name": ...}`` for an uploaded file (its path here, the caller's name of it), with the other
  fields of a form beside them;
- the value itself for a JSON body;
- one array for each declared input of ``config.json`` for a request of the Open Inference Protocol.

What it returns becomes the answer: JSON values, arrays, bytes, a picture of Pillow, or ``(bytes, media type)``.
"""

from __future__ import annotations

import importlib.util
import inspect
import logging
import sys
import traceback
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import InferenceError, ModelError
from .model import Model, configured_tensors, read_config

MODULE = "aispace_script"
MOST_OF_MESSAGE = 300

log = logging.getLogger("aispace.inference")


class Script(Model):
    """A script that answers.

    Parameters
    ----------
    file : pathlib.Path
        The Python file; others of its folder can be imported from it.
    model : pathlib.Path, optional
        Folder of the model that it uses.
    name, version : str
        How the platform calls it.
    parameters : mapping
        Run parameters: attributes of ``args``.
    mapping : mapping, optional
        Other names for ``model_path`` and ``use_gpu``.

    Raises
    ------
    ModelError
        It cannot be imported, has not exactly one such class, or its ``__init__`` failed.
    """

    platform = "aispace_script"

    def __init__(
        self,
        file: Path,
        model: Path | None,
        name: str,
        version: str,
        *,
        parameters: Mapping[str, Any],
        mapping: Mapping[str, str] | None = None,
        use_gpu: bool = False,
    ) -> None:
        super().__init__(read_config(model) if model is not None else {}, name, version)
        self.inputs = configured_tensors(self.config, "inputs")
        self.outputs = configured_tensors(self.config, "outputs")
        self.file = file
        given = {"model_path": f"{model}/" if model is not None else "", "use_gpu": use_gpu}
        names = mapping or {}
        passed = {names.get(key, key): value for key, value in given.items()}
        self._object = self._make(types.SimpleNamespace(**{**parameters, **passed}))

    def _make(self, args: types.SimpleNamespace) -> Any:
        if not self.file.is_file():
            raise ModelError(f"The script {self.file.name} is missing.")
        sys.path.insert(0, str(self.file.parent))
        if importlib.util.find_spec("logger") is None:
            sys.modules["logger"] = _logger_module()
        spec = importlib.util.spec_from_file_location(MODULE, self.file)
        if spec is None or spec.loader is None:
            raise ModelError(f"{self.file.name} is no Python file.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[MODULE] = module
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:  # a script raises what it likes
            raise self._broken("could not be imported", error) from error
        found = [
            item
            for item in vars(module).values()
            if isinstance(item, type) and item.__module__ == MODULE and callable(getattr(item, "inference", None))
        ]
        if len(found) != 1:
            names = ", ".join(item.__name__ for item in found)
            raise ModelError(
                f"{self.file.name} needs one class with a method inference(self, data); "
                + (f"it has {len(found)}: {names}." if found else "it has none.")
            )
        try:
            takes = inspect.signature(found[0]).parameters
            return found[0](args) if takes else found[0]()
        except (Exception, SystemExit) as error:  # a script raises what it likes
            raise self._broken(f"failed in {found[0].__name__}.__init__", error) from error

    def _broken(self, what: str, error: BaseException) -> ModelError:
        log.error("%s", "".join(traceback.format_exception(error)).rstrip())
        return ModelError(f"{self.file.name} {what}: {self.describe(error)}")

    def describe(self, error: BaseException) -> str:
        """Write an error in one line: what, and where in the script."""
        line: int | None = None
        for frame in traceback.extract_tb(error.__traceback__):
            if Path(frame.filename) == self.file:
                line = frame.lineno
        if line is None and isinstance(error, SyntaxError):
            line = error.lineno
        text = f"{type(error).__name__}: {error}".replace("\n", " ")[:MOST_OF_MESSAGE]
        return f"{text} ({self.file.name}, line {line})" if line else f"{text} ({self.file.name})"

    def infer(self, data: Any, request_id: str = "") -> Any:
        """Call the script.

        Raises
        ------
        InferenceError
            As the script raised it, or 500 with the line of the log.
        """
        try:
            return self._object.inference(data)
        except InferenceError:
            raise
        except (Exception, SystemExit) as error:  # a script raises what it likes
            log.error("request %s failed\n%s", request_id, "".join(traceback.format_exception(error)).rstrip())
            raise InferenceError(500, "script_failed", f"The script failed. {self.describe(error)}") from error

    def run(self, feed: Mapping[str, Any], names: list[str] | None = None) -> dict[str, Any]:
        """Answer in tensors: the script gets one array for each input and gives a mapping of the outputs."""
        import numpy

        answer = self.infer(dict(feed))
        wanted = names or [spec.name for spec in self.outputs]
        if not isinstance(answer, Mapping) or any(name not in answer for name in wanted):
            raise InferenceError(
                500,
                "bad_answer",
                f"The script has to return a mapping with {', '.join(wanted)}, as its config.json declares.",
            )
        return {name: numpy.asarray(answer[name]) for name in wanted}


def _logger_module() -> types.ModuleType:
    """Make the module ``logger`` that scripts expect: ``Logger().logger`` writes into the service's log."""

    class Logger:
        def __init__(self) -> None:
            self.logger = logging.getLogger("script")

    module = types.ModuleType("logger")
    vars(module)["Logger"] = Logger
    return module
