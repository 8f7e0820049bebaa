"""Run a notebook cell as a workload: ``python -m aispace_runtime.cell``.

The working folder holds the cell: ``cell.py`` (its text), ``cell.json`` (the names of what goes in and out) and, where
values go in, ``values.pickle``. The cell runs as ``__main__`` in the folder of the results, so that the files it writes
are kept. Standard library only.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import pickle  # the values are those of the notebook whose cell this is, and both are the same person's
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from .dataset import dataset
from .launch import current

CODE = "cell.py"
DEFINITION = "cell.json"
VALUES = "values.pickle"
VARIABLES = "variables"
"""Folder of the results in which variables lie, ``<name>.pickle`` each."""
PROTOCOL = 4
"""Of pickle: read by every Python that a runtime or a notebook may have."""


def _names(arguments: Sequence[str]) -> dict[str, str]:
    parser = argparse.ArgumentParser(prog="aispace_runtime.cell", allow_abbrev=False)
    for name in ("data_url", "val_data_url", "train_out"):
        parser.add_argument(f"--{name}")
    given, _ = parser.parse_known_args(arguments)
    return {name: value for name, value in vars(given).items() if value}


def _read_values(folder: Path) -> dict[str, Any]:
    path = folder / VALUES
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        values: dict[str, Any] = pickle.load(file)  # noqa: S301 - see the import
    return values


def _execute(source: str, path: Path, namespace: dict[str, Any]) -> None:
    """Run a cell as a notebook does: the value of a last expression is printed."""
    tree = ast.parse(source, str(path))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, str(path), "exec"), namespace)  # noqa: S102 - running the owner's cell is the purpose
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), str(path), "eval"), namespace)  # noqa: S307 - as above
        if value is not None:
            print(repr(value), flush=True)


def _own(trace: TracebackType | None, path: Path) -> TracebackType | None:
    """Leave out the frames of this module."""
    while trace is not None and trace.tb_frame.f_code.co_filename != str(path):
        trace = trace.tb_next
    return trace


def _keep(names: Sequence[str], namespace: dict[str, Any], out: Path) -> list[str]:
    """Write the variables that were asked for; give what went wrong."""
    wrong = []
    for name in names:
        if name not in namespace:
            wrong.append(f"the cell made no variable {name!r}")
            continue
        folder = out / VARIABLES
        folder.mkdir(parents=True, exist_ok=True)
        try:
            data = pickle.dumps(namespace[name], PROTOCOL)
        except Exception as error:  # any object may refuse in its own way
            wrong.append(f"the variable {name!r} cannot be kept: {error}")
            continue
        (folder / f"{name}.pickle").write_bytes(data)
        print(f"kept {name}: {len(data):,} bytes", flush=True)
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cell of the working folder.

    Returns
    -------
    int
        0; or 1 when the cell raised, or did not make what it should.
    """
    given = _names(sys.argv[1:] if arguments is None else arguments)
    folder = Path.cwd()
    definition = json.loads((folder / DEFINITION).read_text(encoding="utf-8"))
    path = folder / CODE
    out = Path(given.get("train_out") or current().out).absolute()
    out.mkdir(parents=True, exist_ok=True)
    module = ModuleType("__main__")
    module.__file__ = str(path)
    sys.modules["__main__"] = module
    namespace = module.__dict__
    try:
        namespace.update(_read_values(folder))
    except Exception as error:  # a class of a package that this runtime lacks fails in its own way
        print(f"The inputs cannot be read in this runtime: {error}", file=sys.stderr, flush=True)
        return 1
    for name, argument in definition.get("datasets", {}).items():
        namespace[name] = dataset(given[argument])
    os.chdir(out)
    try:
        _execute(path.read_text(encoding="utf-8"), path, namespace)
    except Exception as error:  # whatever the cell raises is told as its own
        traceback.print_exception(type(error), error, _own(error.__traceback__, path))
        return 1
    wrong = _keep(definition.get("variables", []), namespace, out)
    wrong += [f"the cell wrote no file {name!r}" for name in definition.get("files", []) if not (out / name).is_file()]
    for message in wrong:
        print(f"Output: {message}.", file=sys.stderr, flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
