"""The `aispace` command: the verbs of the client in a terminal.

Exit codes: 0 done, 1 the work failed, 2 usage, 3 refused (quota, permission, state), 4 not found, 5 service away,
130 interrupted (a job goes on).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Sequence
from typing import Final

from ._version import __version__
from .client import AISpaceClient
from .commands import (
    attach,
    backups,
    data,
    doctor,
    elsewhere,
    keeping,
    labels,
    laptop,
    listing,
    platform_care,
    releases,
    serve,
    templates,
    tensorboard,
    tour_command,
    train,
)
from .commands.terminal import Terminal
from .commands.words import words
from .errors import AISpaceError

FAILED: Final = 1
USAGE: Final = 2
REFUSED: Final = 3
NOT_FOUND: Final = 4
AWAY: Final = 5
INTERRUPTED: Final = 130
EXIT_CODES: Final = (
    "  0 done, 1 the work failed, 2 usage, 3 refused, 4 not found, 5 service away, 130 interrupted (a job goes on)"
)
MODULES: Final = (
    listing,
    data,
    train,
    templates,
    tensorboard,
    attach,
    serve,
    releases,
    tour_command,
    platform_care,
    backups,
    keeping,
    labels,
    laptop,
    doctor,
)


def parser() -> argparse.ArgumentParser:
    """Build the parser of all verbs."""
    say = words()
    say.install()
    shared = argparse.ArgumentParser(add_help=False)
    group = shared.add_argument_group("for every verb")
    group.add_argument("--json", action="store_true", help="print exactly one JSON document, in the shape of REST")
    group.add_argument("--quiet", action="store_true", help="no talk and no progress")
    group.add_argument(
        "--url", help="address of the platform; default: $AISPACE_URL, else your own platform on this machine"
    )
    group.add_argument("--token", help="hub or personal access token; default: $AISPACE_TOKEN, $JUPYTERHUB_API_TOKEN")
    processes = "\n".join(f"  {name:10} {purpose}" for name, (_, purpose) in elsewhere.PLACES.items())
    main_parser = argparse.ArgumentParser(
        prog="aispace",
        description="The whole life of a model: data, labels, algorithm, training, model, service.",
        epilog=f"processes of an installation:\n{processes}\n\nexit codes:\n{EXIT_CODES}\n\n"
        "aispace VERB -h tells about a verb, with examples.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main_parser.add_argument("--version", action="version", version=f"aispace {__version__}")
    verbs = main_parser.add_subparsers(metavar="VERB", dest="verb", required=True)
    for module in MODULES:
        module.register(verbs, shared)
    say.explain(main_parser)
    return main_parser


def _code(error: AISpaceError) -> int:
    if error.status == 404:
        return NOT_FOUND
    if error.status >= 500:
        return AWAY
    return USAGE if error.status == 422 else REFUSED


def _explain(error: AISpaceError, as_json: bool) -> None:
    if as_json:
        body = {"error": {"code": error.code, "message": error.message, "details": error.details}}
        print(json.dumps(body, ensure_ascii=False), file=sys.stderr)
        return
    print(refusal(error), file=sys.stderr)


def refusal(error: AISpaceError) -> str:
    """Write an error for a person: what, which fields, code and request id."""
    say = words()
    lines = [f"✕ {say.error(error)}"]
    for field in error.details.get("fields", []):
        if field["message"] != error.message:
            lines.append(f"  {field['field']}: {say.field(field, error.details.get('params', {}))}")
    request = getattr(error, "request_id", "")
    lines.append(f"  {error.code}" + (f" · req {request}" if request else ""))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb.

    Returns
    -------
    int
        The exit code.
    """
    line = list(sys.argv[1:] if arguments is None else arguments)
    process = elsewhere.find(line[0]) if line else None
    if process is not None:
        return process(line[1:]) or 0
    given = parser().parse_args(line)
    terminal = Terminal(as_json=given.json, quiet=given.quiet)
    try:
        if given.local:
            return int(given.act(given, terminal) or 0)
        with AISpaceClient(given.url, given.token) as client:
            return int(given.act(given, terminal, client) or 0)
    except AISpaceError as error:
        terminal.end_progress()
        _explain(error, given.json)
        return _code(error)
    except LookupError as error:
        terminal.end_progress()
        missing = f"Not found: {error.args[0]}. `aispace ls KIND` and `aispace search TEXT` show what there is."
        print(f"✕ {words()(missing)}", file=sys.stderr)
        return NOT_FOUND
    except TimeoutError as error:
        terminal.end_progress()
        print(f"✕ {words()(str(error))}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # Whoever read the output has enough, as `head` does; Python must not complain at its end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (OSError, UnicodeError, json.JSONDecodeError, csv.Error) as error:
        terminal.end_progress()
        name = getattr(error, "filename", None)
        print(f"✕ {name}: {error.strerror}" if isinstance(error, OSError) and name else f"✕ {error}", file=sys.stderr)
        return NOT_FOUND if isinstance(error, FileNotFoundError) else USAGE
    except KeyboardInterrupt:
        terminal.end_progress()
        print(words()("interrupted; what was started on the platform goes on"), file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
