"""``%aispace``: the verbs of the command in a notebook; ``%%aispace train``: the cell as a job."""

from __future__ import annotations

import contextlib
import io
import shlex
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class

if TYPE_CHECKING:
    import argparse

    from aispace.client import AISpaceClient
    from IPython.core.interactiveshell import InteractiveShell

HELP = """The verbs of AI Space.

  %aispace                     what runs and what needs you
  %aispace ls jobs             list objects of a kind; the result is a list of objects
  %aispace show job_0190...    one object; j = %aispace show ... keeps it
  %aispace logs -f job_0190... its log
  %aispace VERB -h             about one verb: options and examples
  %%aispace train -h           run the cell as a training job
"""


@magics_class
class AISpaceMagics(Magics):
    """The magics."""

    shell: InteractiveShell

    @line_cell_magic
    def aispace(self, line: str, cell: str | None = None) -> Any:
        """Run a verb of AI Space; with a cell, ``train`` runs the cell as a job. ``%aispace help`` lists the verbs."""
        from .answer import Refusal

        try:
            words = shlex.split(line)
        except ValueError as error:
            raise Refusal(f"✕ {error}: {line}") from None
        with refusals():
            if cell is not None:
                from .cell_magic import run_cell

                if words[:1] != ["train"]:
                    raise Refusal("✕ Only 'train' takes a cell: %%aispace train ...")
                return run_cell(self.shell, words[1:], cell)
            return self._verb(words or ["status"])

    def _verb(self, words: list[str]) -> Any:
        from aispace import cli
        from aispace.commands import elsewhere

        from .answer import NotebookTerminal, Refusal

        if words[0] in ("help", "-h", "--help"):
            print(HELP)
            words = ["-h"]
        if words[0] in elsewhere.PLACES:
            raise Refusal(f"✕ {words[0]} is a process of an installation: run it in a terminal.")
        given = parsed(cli.parser(), words)
        if given is None:
            return None
        terminal = NotebookTerminal(as_json=given.json, quiet=given.quiet)
        if given.local:
            given.act(given, terminal)
            return terminal.answer
        with client_of(given) as client:
            if given.verb == "attach":
                from .cell_magic import attach

                return attach(self.shell, client, given.job, given.run)
            given.act(given, terminal, client)
        return terminal.answer


def client_of(given: argparse.Namespace) -> AISpaceClient:
    """Make the client that a line asks for."""
    from aispace.client import AISpaceClient

    return AISpaceClient(given.url, given.token)


def parsed(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace | None:
    """Parse a line; ``None`` when it only asked for help, which is printed.

    Raises
    ------
    Refusal
        The line is wrong.
    """
    from .answer import Refusal

    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            return parser.parse_args(words)
    except SystemExit as end:
        if end.code in (0, None):
            return None
        raise Refusal(f"✕ {said.getvalue().strip()}") from None


@contextlib.contextmanager
def refusals() -> Any:
    """Turn what the platform or the line refuses into one message.

    Raises
    ------
    Refusal
        With that message.
    """
    from aispace.cli import refusal
    from aispace.errors import AISpaceError

    from .answer import Refusal

    try:
        yield
    except AISpaceError as error:
        raise Refusal(refusal(error)) from error
    except LookupError as error:
        raise Refusal(f"✕ Not found: {error.args[0] if error.args else error}") from error
    except (TimeoutError, OSError, UnicodeError) as error:
        raise Refusal(f"✕ {error}") from error


def register(shell: InteractiveShell) -> None:
    """Add magics and completion to a shell; a second time changes nothing."""
    from .completion import matcher_for

    if "AISpaceMagics" in shell.magics_manager.registry:
        return
    shell.register_magics(AISpaceMagics)
    completer = shell.Completer
    if completer is not None:
        completer.custom_matchers.append(matcher_for(shell))
