"""What answers, as the command line names it: the same for a server and for a batch."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from .errors import ModelError
from .loading import load_model
from .model import Model
from .script import Script

PARAMETERS = "AISPACE_PARAMETERS"
MAPPING = "AISPACE_ARGUMENT_MAPPING"


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `load` reads."""
    parser.add_argument("--model", type=Path, help="folder of the model")
    parser.add_argument("--script", type=Path, help="Python file with a class that has inference(self, data)")
    parser.add_argument("--name", default="model", help="name of the model in /v2/models/<name>")
    parser.add_argument("--version", default="V0001")
    parser.add_argument("--threads", type=int, default=0, help="threads of one run; 0 lets the model's size decide")
    parser.add_argument(
        "--workers", type=int, default=0, help="runs at the same time; 0: 1 for a script, 2 for a model"
    )
    parser.add_argument("--accelerators", type=int, default=0, help="how many there are, for a script")


def workers(options: argparse.Namespace) -> int:
    """Tell how many runs may go on at once: scripts need not be safe for threads."""
    given: int = options.workers
    return given or (1 if options.script else 2)


def load(options: argparse.Namespace) -> Model:
    """Load the script, or else the model.

    Raises
    ------
    ModelError
        Neither is given, or it cannot be loaded.
    """
    if options.script is not None:
        return Script(
            options.script,
            options.model,
            options.name,
            options.version,
            parameters=_values(PARAMETERS),
            mapping=_values(MAPPING),
            use_gpu=options.accelerators > 0,
        )
    if options.model is None:
        raise ModelError("Neither a model nor a script is given.")
    return load_model(options.model, options.name, options.version, options.threads)


def _values(variable: str) -> dict[str, Any]:
    try:
        found = json.loads(os.environ.get(variable) or "{}")
    except ValueError as error:
        raise ModelError(f"{variable} is not JSON.") from error
    if not isinstance(found, dict):
        raise ModelError(f"{variable} is not a JSON object.")
    return found
