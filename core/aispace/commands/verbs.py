"""How a verb is declared."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Verbs = Any


def verb(
    verbs: Verbs,
    shared: argparse.ArgumentParser,
    name: str,
    run: Callable[..., Any],
    *,
    purpose: str,
    examples: str,
    local: bool = False,
) -> argparse.ArgumentParser:
    """Add a verb.

    Parameters
    ----------
    run : callable
        Called with the arguments, the terminal and, unless ``local``, a client.
    purpose : str
        One line.
    examples : str
        Commands, one a line; the tests parse them.
    local : bool
        The verb works on the folder of an installation on this machine, not through REST.

    Returns
    -------
    argparse.ArgumentParser
        To add the verb's own arguments to.
    """
    written = "\n".join(f"  {line.strip()}" for line in examples.strip().splitlines())
    parser = verbs.add_parser(
        name,
        help=purpose,
        description=purpose,
        parents=[shared],
        epilog=f"examples:\n{written}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(act=run, local=local)  # not "run": some verbs have an option --run
    return parser
