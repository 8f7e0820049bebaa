"""From a run command, a mapping and values to the arguments of a process. There is no shell anywhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Container, Mapping
from typing import Any, Final

from ..errors import Invalid
from .parameters import Value, write_value

PYTHON: Final = re.compile(r"^python(3(\.\d{1,2})?)?$")
ARGUMENTS: Final = (
    "data_url",
    "val_data_url",
    "model_load_dir",
    "train_out",
    "train_model_out",
    "train_log",
    "num_nodes",
    "node_ids",
    "gpu_num_per_node",
)
"""Arguments of the launch contract, in the order in which they are passed."""
SHELL: Final = frozenset("();<>|&")
MAX_ARGUMENTS: Final = 200


def split_command(text: str, field: str = "run_command") -> list[str]:
    """Split a run command into words as a shell would, and refuse what only a shell can do.

    Raises
    ------
    Invalid
        It does not begin with ``python``, has an open quote, or needs a shell.
    """
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.commenters = ""
    lexer.wordchars += "@%+{}[]^!:,=\\"
    try:
        words = list(lexer)
    except ValueError:
        raise Invalid(field, "Run command: a quotation mark is not closed. Close it.", code="quotation_open") from None
    if not words or not PYTHON.match(words[0]):
        raise Invalid(
            field,
            "Run command: only Python is started. Begin with 'python', for instance 'python train.py'.",
            code="not_python",
        )
    if len(words) < 2:
        raise Invalid(
            field, "Run command: nothing to run. Name the script, for instance 'python train.py'.", code="not_python"
        )
    if len(words) > MAX_ARGUMENTS:
        raise Invalid(
            field,
            f"Run command: at most {MAX_ARGUMENTS} words; yours has {len(words)}.",
            code="too_many_words",
            params={"limit": MAX_ARGUMENTS},
        )
    for word in words:
        if word and set(word) <= SHELL:
            raise Invalid(
                field,
                f"Run command: {word!r} is for a shell, and there is none. Put several steps into one Python script, "
                "or put quotation marks around it.",
                code="no_shell",
            )
    if "\0" in text:
        raise Invalid(field, "Run command: it holds the character NUL. Remove it.", code="nul")
    return words


def script_of(words: list[str]) -> str | None:
    """Name the script that a command runs; None for ``-m`` and ``-c``."""
    for word in words[1:]:
        if word in ("-m", "-c"):
            return None
        if not word.startswith("-"):
            return word.removeprefix("./")
    return None


def check_command(text: str, files: Container[str], field: str = "run_command") -> list[str]:
    """Split a run command and see that its script is among the files.

    Raises
    ------
    Invalid
        As `split_command`; or the script is not there.
    """
    words = split_command(text, field)
    script = script_of(words)
    if script is not None and script not in files:
        raise Invalid(
            field,
            f"Run command: the code has no file {script!r}. Name one that it has.",
            code="script_missing",
            params={"script": script},
        )
    return words


def argument_names(*mappings: Mapping[Any, str | None] | None) -> dict[str, str | None]:
    """Merge argument mappings; later ones win.

    Returns
    -------
    dict
        Name in the user's program for each argument of the launch contract, or None when it is not passed. What no
        mapping mentions has its own name; ``train_log`` is passed only when a mapping names it.
    """
    names: dict[str, str | None] = {name: None if name == "train_log" else name for name in ARGUMENTS}
    for mapping in mappings:
        names.update(mapping or {})
    return names


def build_command(
    words: list[str],
    names: Mapping[str, str | None],
    places: Mapping[str, str],
    values: Mapping[str, Value],
) -> list[str]:
    """Write the command of a run.

    Parameters
    ----------
    words : list of str
        The run command, split.
    names : mapping
        `argument_names`.
    places : mapping
        Value of each argument of the launch contract that this run has.
    values : mapping
        Parameters.
    """
    command = list(words)
    for argument in ARGUMENTS:
        name = names.get(argument)
        if name and argument in places:
            command.append(f"--{name}={places[argument]}")
    command += [f"--{name}={write_value(value)}" for name, value in values.items()]
    return command
