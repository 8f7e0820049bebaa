"""What Tab offers after ``%aispace``: verbs, options, kinds, names, ids and versions."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult
    from IPython.core.interactiveshell import InteractiveShell

LINE: Final = re.compile(r"^\s*(?:[\w.,\s]+=\s*)?(%%?)aispace\s+(.*)$", re.DOTALL)
PATIENCE: Final = 2.0
"""Seconds that Tab waits for the platform."""
KEPT: Final = 5.0
"""Seconds for which names are remembered."""
LIMIT: Final = 50
KINDS: Final = {
    "spec": "specs", "image": "images", "dataset": "datasets", "validation": "datasets", "algorithm": "algorithms",
    "job": "jobs", "model": "models", "service": "services",
}  # fmt: skip
"""Collection of the client, by the name of the argument."""


class Names:
    """Names of the platform, asked for when somebody presses Tab, and remembered for a moment."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, list[str]]] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="aispace-completion")

    def get(self, what: str, read: Callable[[Any], list[str]]) -> list[str]:
        """Give the names of a kind; none when the platform is away or slow."""
        known = self._kept.get(what)
        if known is not None and time.monotonic() - known[0] < KEPT:
            return known[1]
        try:
            found = self._pool.submit(self._read, read).result(PATIENCE)
        except TooSlow:
            return known[1] if known else []
        self._kept[what] = (time.monotonic(), found)
        return found

    def _read(self, read: Callable[[Any], list[str]]) -> list[str]:
        from aispace.client import AISpaceClient
        from aispace.errors import AISpaceError

        try:
            with AISpaceClient() as client:
                return read(client)
        except AISpaceError:
            # Tab is no place for a message: the line itself will say what is wrong.
            return []

    def of(self, collection: str, typed: str) -> list[str]:
        """Names of a collection; after ``name:`` of a dataset its versions."""
        name, colon, _ = typed.partition(":")
        if colon and collection == "datasets":
            return self.get(
                f"versions {name}",
                lambda client: [f"{name}:{v.version}" for v in client.datasets.versions(client.datasets.find(name).id)],
            )
        return self.get(
            collection, lambda client: [one.name for one in getattr(client, collection).page(limit=LIMIT).items]
        )

    def ids(self, typed: str) -> list[str]:
        """Ids that begin so: of the kind that the prefix names, else what changed last."""
        from aispace.commands.naming import PREFIXES

        kind = PREFIXES.get(typed.partition("_")[0]) if "_" in typed else None
        if kind is not None:
            return self.get(
                f"ids {kind}", lambda client: [one.id for one in getattr(client, kind).page(limit=LIMIT).items]
            )

        def recent(client: Any) -> list[str]:
            overview = client.about.overview()
            running = [one.object_id or one.id for one in overview.running]
            return list(dict.fromkeys([*running, *(one.id for area in overview.recent.values() for one in area)]))

        return self.get("recent", recent)


def options_of(parser: argparse.ArgumentParser) -> list[str]:
    """List the long options of a parser."""
    return sorted({name for action in parser._actions for name in action.option_strings if name.startswith("--")})


def verbs_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Give the parser of each verb."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _values(action: argparse.Action, typed: str, names: Names, variables: Iterable[str]) -> list[str]:
    if action.choices is not None:
        return [str(choice) for choice in action.choices]
    if action.dest in ("id", "ids"):
        return names.ids(typed)
    if action.dest == "input":
        name, equals, dataset = typed.partition("=")
        return [f"{name}={one}" for one in names.of("datasets", dataset)] if equals else [*variables]
    if action.dest == "output":
        return []
    collection = KINDS.get(action.dest)
    return names.of(collection, typed) if collection else []


def complete(
    parser: argparse.ArgumentParser, words: list[str], typed: str, names: Names, variables: Iterable[str] = ()
) -> list[str]:
    """Offer what fits at the end of a line of one verb.

    Parameters
    ----------
    words : list of str
        What is finished, without the verb.
    typed : str
        The beginning of the next word.
    """
    by_option = {name: action for action in parser._actions for name in action.option_strings}
    last = by_option.get(words[-1]) if words else None
    if last is not None and last.nargs != 0:
        offered = _values(last, typed, names, variables)
    elif typed.startswith("-"):
        offered = options_of(parser)
    else:
        free = [action for action in parser._actions if not action.option_strings]
        given = 0
        for number, word in enumerate(words):
            before = by_option.get(words[number - 1]) if number else None
            given += not word.startswith("-") and (before is None or before.nargs == 0)
        many = free[-1] if free and free[-1].nargs in ("+", "*") else None
        action = free[given] if given < len(free) else many
        offered = _values(action, typed, names, variables) if action else options_of(parser)
    return [one for one in dict.fromkeys(offered) if one.startswith(typed)]


def matcher_for(shell: InteractiveShell) -> Callable[[CompletionContext], SimpleMatcherResult]:
    """Make the matcher that IPython asks."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    names = Names()

    def aispace_matcher(context: CompletionContext) -> SimpleMatcherResult:
        found = LINE.match(context.line_with_cursor[: context.cursor_position])
        if found is None or (found[1] == "%%" and context.cursor_line > 0):
            return {"completions": []}
        before, typed = re.match(r"^(.*?)(\S*)$", found[2], re.DOTALL).groups()  # type: ignore[union-attr]  # it always matches
        offered = offers(found[1], before.split(), typed, names, _variables(shell))
        return {
            "completions": [SimpleCompletion(text=one, type="aispace") for one in offered],
            "matched_fragment": typed,
            "suppress": True,
        }

    marked: Callable[[CompletionContext], SimpleMatcherResult] = context_matcher(identifier="aispace")(aispace_matcher)
    return marked


def offers(kind: str, words: list[str], typed: str, names: Names, variables: Iterable[str] = ()) -> list[str]:
    """Offer the next word after ``%aispace`` or ``%%aispace``."""
    if kind == "%%":
        if not words:
            return [one for one in ("train",) if one.startswith(typed)]
        from .cell_magic import cell_parser

        return complete(cell_parser(), words[1:], typed, names, variables)
    from aispace.cli import parser

    verbs = verbs_of(parser())
    if not words:
        return [verb for verb in verbs if verb.startswith(typed)]
    return complete(verbs[words[0]], words[1:], typed, names) if words[0] in verbs else []


def _variables(shell: InteractiveShell) -> list[str]:
    hidden = shell.user_ns_hidden
    return [name for name in shell.user_ns if not name.startswith("_") and name not in hidden]
