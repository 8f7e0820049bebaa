"""The words of the command line in the language of the terminal: English, or Chinese where the locale says so.

Commands are written in English. What a person reads is looked up on its way out, as a whole or as a pattern whose
``{}`` stand for what was put in; what the platform refuses is put into words by its code, with the words of the
interface (`scripts/words_of_errors.py`). Data that a program may read, in JSON or through a pipe, stays as it is.
"""

from __future__ import annotations

import argparse
import gettext
import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from ..errors import AISpaceError

FOLDER: Final = Path(__file__).parents[1] / "locale"
PUT_IN: Final = re.compile(r"(?:text|size|names|bytes)\((?:Number\()?p\.(\w+)\)?\)")
"""How the interface puts in a value of the error's ``params``."""


def language() -> str:
    """Tell the language of the terminal, as gettext finds it: ``zh_CN``, or ``en``."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        said = os.environ.get(variable, "")
        if said:
            return "zh_CN" if said.lower().startswith("zh") else "en"
    return "en"


def words() -> Words:
    """Give the words of the terminal's language."""
    return _words(language())


@cache
def _words(name: str) -> Words:
    folder = FOLDER / name
    if not folder.is_dir():
        return Words({}, {})
    return Words(*(json.loads((folder / file).read_text("utf-8")) for file in ("commands.json", "errors.json")))


class Words:
    """A language.

    Parameters
    ----------
    texts : mapping of str to str
        Translations; ``{}`` stands for anything, put in at the ``{}`` of the translation, or at ``{0}``, ``{1}``, ...
    errors : mapping
        As `scripts/words_of_errors.py` writes it.
    """

    def __init__(self, texts: Mapping[str, str], errors: Mapping[str, Mapping[str, list[str]]]) -> None:
        self.texts, self.errors = texts, errors
        patterns = sorted((text for text in texts if "{}" in text), key=len, reverse=True)
        self.patterns = [
            (re.compile("(.*?)".join(re.escape(part) for part in text.split("{}")), re.DOTALL), texts[text])
            for text in patterns
        ]

    def __call__(self, text: str) -> str:
        """Translate a text; one that is not known stays as it is."""
        if text in self.texts:
            return self.texts[text]
        for pattern, translated in self.patterns:
            match = pattern.fullmatch(text)
            if match is not None:
                return translated.format(*(self(part) for part in match.groups()))
        return text

    def error(self, error: AISpaceError) -> str:
        """Put an error into words: by its code, else by its text."""
        return self._by_code("errors", error.code, error.details.get("params", {}), error.message)

    def field(self, field: Mapping[str, Any], params: Mapping[str, Any]) -> str:
        """Put the error of a field into words."""
        return self._by_code("fields", field.get("code", ""), params, field["message"])

    def _by_code(self, kind: str, code: str, params: Mapping[str, Any], message: str) -> str:
        said = self(message)
        text, *puts = self.errors.get(kind, {}).get(code, ("",))
        if said != message or not text:
            return said
        for number, source in enumerate(puts, 1):
            match = PUT_IN.fullmatch(source)
            if match is None or match[1] not in params:
                return message
            value = params[match[1]]
            shown = ", ".join(map(str, value)) if isinstance(value, list | dict) else str(value)
            shown += "字节" if source.startswith(("size", "bytes")) else ""
            text = text.replace(f"%{number}", shown)
        return text

    def explain(self, parser: argparse.ArgumentParser) -> None:
        """Translate the help of a parser and of all its verbs."""
        if not self.texts:
            return
        parser.description = self(parser.description or "")
        parser.epilog = "\n".join(self._line(line) for line in (parser.epilog or "").split("\n"))
        for group in parser._action_groups:
            group.title = self(group.title or "")
        for action in parser._actions:
            if action.help and action.help is not argparse.SUPPRESS:
                action.help = self(action.help)
            if isinstance(action, argparse._SubParsersAction):
                for shown in action._choices_actions:
                    shown.help = self(shown.help or "")
                for verb in set(action.choices.values()):
                    self.explain(verb)

    def _line(self, line: str) -> str:
        """Translate a line of an epilog: ``  name       what it is for``, or a whole one."""
        match = re.fullmatch(r"(  \w+ +)(\S.*)", line)
        return match[1] + self(match[2]) if match and line not in self.texts else self(line)

    def install(self) -> None:
        """Have argparse say its own words in this language."""
        # It looks them up by this name at each use; a catalogue of its own would have to be compiled and bound.
        setattr(argparse, "_", self if self.texts else gettext.gettext)  # noqa: B010 - unknown to its types
