"""Estimators of scikit-learn: ``*.joblib``, ``*.pkl`` or ``*.skops``."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import InferenceError, ModelError
from .model import Model, TensorSpec, configured_tensors, read_config

SUFFIXES = (".joblib", ".pkl", ".skops")

log = logging.getLogger("aispace.inference")


def estimator_file(directory: Path) -> Path | None:
    """Find the file with the estimator; ``model.*`` is taken first.

    Raises
    ------
    ModelError
        There are several, and none is called model.
    """
    found = sorted(path for path in directory.iterdir() if path.suffix in SUFFIXES and path.is_file())
    named = [path for path in found if path.stem == "model"]
    if len(named or found) > 1:
        names = ", ".join(path.name for path in named or found)
        raise ModelError(f"The model has several files that could serve: {names}. Call one of them model.joblib.")
    return next(iter(named or found), None)


class SklearnModel(Model):
    """An estimator or pipeline with ``predict`` and, of classifiers, ``predict_proba``.

    A ``.joblib`` or ``.pkl`` file is a pickle: whoever made it decides what loading does, with the rights of the
    service's owner, as a script would. A ``.skops`` file is loaded only when all of its types are known to be safe.

    Parameters
    ----------
    directory : pathlib.Path
        Holds the file and, for labels, names and types, ``config.json``.
    name, version : str
        How the platform calls it.

    Raises
    ------
    ModelError
        The file is missing, unreadable, or no estimator.
    """

    platform = "sklearn_sklearn"

    def __init__(self, directory: Path, name: str, version: str) -> None:
        super().__init__(read_config(directory), name, version)
        file = estimator_file(directory)
        if file is None:
            raise ModelError(f"The model has no .joblib, .pkl or .skops file (looked in {directory.name}/).")
        self._estimator = _load(file)
        if not callable(getattr(self._estimator, "predict", None)):
            raise ModelError(f"{file.name} holds a {type(self._estimator).__name__}, which has no predict().")
        self._probabilities = callable(getattr(self._estimator, "predict_proba", None))
        classes = [str(label) for label in getattr(self._estimator, "classes_", ())]
        self.labels = self.labels or classes
        self.inputs = configured_tensors(self.config, "inputs") or self._inputs()
        self.outputs = self._outputs()
        self.seconds_a_row = self.warm_up()

    def _inputs(self) -> tuple[TensorSpec, ...]:
        count = getattr(self._estimator, "n_features_in_", None)
        if count is None:
            raise ModelError("The estimator does not tell how many features it takes. Declare inputs in config.json.")
        return (TensorSpec("X", "FP64", (-1, int(count))),)

    def _outputs(self) -> tuple[TensorSpec, ...]:
        declared = configured_tensors(self.config, "outputs")
        if len(declared) == 1 + self._probabilities:
            return declared
        classes = getattr(self._estimator, "classes_", None)
        if classes is None:
            return (TensorSpec("prediction", "FP64", (-1,)),)
        datatype = "INT64" if classes.dtype.kind in "iub" else "FP64" if classes.dtype.kind == "f" else "BYTES"
        label = TensorSpec("label", datatype, (-1,))
        probabilities = TensorSpec("probabilities", "FP64", (-1, len(classes)))
        return (label, probabilities) if self._probabilities else (label,)

    def run(self, feed: Mapping[str, Any], names: list[str] | None = None) -> dict[str, Any]:
        """Run the estimator: see `Model.run`."""
        import numpy

        rows = self._rows(feed)
        try:
            values = [self._estimator.predict(rows)]
            if self._probabilities and len(self.outputs) > 1:
                values.append(self._estimator.predict_proba(rows))
        except Exception as error:  # estimators raise what they like
            log.exception("the model failed")
            raise InferenceError(
                500, "model_failed", "The model failed on this input. The log of the service tells why."
            ) from error
        found = {spec.name: numpy.asarray(value) for spec, value in zip(self.outputs, values, strict=True)}
        return {name: found[name] for name in names or found}

    def _rows(self, feed: Mapping[str, Any]) -> Any:
        import numpy

        if len(self.inputs) == 1:
            spec = self.inputs[0]
            rows = feed[spec.name]
            return rows.ravel() if spec.datatype == "BYTES" and rows.shape[1:] in ((), (1,)) else rows
        columns = [feed[spec.name].reshape(len(feed[spec.name]), -1) for spec in self.inputs]
        if any(column.dtype.kind == "O" for column in columns):
            columns = [column.astype(object) for column in columns]
        return numpy.concatenate(columns, axis=1)


def _load(file: Path) -> Any:
    try:
        if file.suffix == ".skops":
            return _load_skops(file)
        import joblib

        return joblib.load(file)
    except ImportError as error:
        raise ModelError(
            f"{file.name} needs {error.name}, which the runtime lacks. Choose an image with it."
        ) from error
    except ModelError:
        raise
    except Exception as error:  # unpickling raises what the file likes
        raise ModelError(f"{file.name} could not be loaded: {type(error).__name__}: {error}") from error


def _load_skops(file: Path) -> Any:
    import skops.io

    unknown = skops.io.get_untrusted_types(file=file)
    if unknown:
        raise ModelError(
            f"{file.name} holds types that skops does not trust: {', '.join(unknown)}. Use joblib instead."
        )
    return skops.io.load(file)
