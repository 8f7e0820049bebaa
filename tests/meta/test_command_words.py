"""The command line speaks Chinese completely: every text that a person may read has its translation."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace import cli
from aispace.commands.terminal import Terminal
from aispace.commands.words import Words, language, words
from aispace.errors import AISpaceError

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(path for folder in ("commands", "client") for path in (ROOT / "core/aispace" / folder).glob("*.py"))
SAME = {"ID", "CPU", "id", "{} does not answer"}
"""What is said so in Chinese too."""
TEXTS = {"say", "progress", "LookupError", "Invalid", "Conflict", "Forbidden", "AISpaceError", "Unavailable"}
NO_WORDS = re.compile(r"[{}\s:.,;·→×/()-]*")


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[Words]:
    for name in ("LANGUAGE", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    yield words()
    monkeypatch.undo()
    words().install()


def pattern(node: ast.expr | None) -> str | None:
    """Give a text of the source with ``{}`` for what is put in; ``None`` for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = pattern(node.left), pattern(node.right)
        return None if left is None or right is None else left + right
    return None


def said() -> dict[str, str]:
    """Give what the commands say, with the module that says it."""
    found: dict[str, str] = {}
    for path in COMMANDS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in TEXTS and node.args:
                texts = [text for argument in node.args[:2] if (text := pattern(argument))]
                found |= dict.fromkeys(texts[-1:], path.name)
            if name == "object" and len(node.args) == 2:
                pairs = [part for part in ast.walk(node.args[1]) if isinstance(part, ast.Tuple) and part.elts]
                found |= {text: path.name for pair in pairs if (text := pattern(pair.elts[0]))}
            if name == "table":
                pairs = [part for part in ast.walk(node) if isinstance(part, ast.Tuple) and len(part.elts) == 2]
                found |= {text: path.name for pair in pairs if (text := pattern(pair.elts[0]))}
    return found


def helps(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Give every sentence of the help."""
    yield parser.description or ""
    yield from (group.title or "" for group in parser._action_groups)
    for action in parser._actions:
        if action.help and action.help is not argparse.SUPPRESS:
            yield action.help
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                yield from helps(verb)


def test_every_sentence_of_the_help_is_chinese(chinese: Words) -> None:
    english = [text for text in helps(cli.parser()) if text and not re.search(r"[\u4e00-\u9fff]", text)]
    assert english == [], "add them to core/aispace/locale/zh_CN/commands.json"


def test_everything_that_a_command_says_is_chinese(chinese: Words) -> None:
    missing = [
        f"{text!r} ({module})"
        for text, module in said().items()
        if text not in SAME and not NO_WORDS.fullmatch(text) and text not in chinese.texts
    ]
    assert missing == [], "add them to core/aispace/locale/zh_CN/commands.json"


def test_translations_put_in_as_much_as_the_texts_do(chinese: Words) -> None:
    for text, translated in chinese.texts.items():
        put_in = len(re.findall(r"\{\d?\}", translated))
        assert put_in <= text.count("{}"), text
        names = re.compile(r"%(?:\(\w+\))?[sr]")
        assert sorted(names.findall(text)) == sorted(names.findall(translated)), text


def test_words_of_errors_are_those_of_the_interface() -> None:
    spec = importlib.util.spec_from_file_location("words_of_errors", ROOT / "scripts/words_of_errors.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert json.loads(script.TARGET.read_text("utf-8")) == script.words(), "run: python scripts/words_of_errors.py"


def test_help_and_refusals_follow_the_locale(
    chinese: Words, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["train", "-h"])
    shown = capsys.readouterr().out
    assert shown.startswith("用法：")
    assert "提交训练任务。" in shown
    assert "示例：\n  aispace train" in shown
    with pytest.raises(SystemExit):
        cli.main(["show"])
    assert "缺少参数：NAME" in capsys.readouterr().err
    assert cli.main(["show", "lane/digits"]) == 2
    assert "'lane/digits'：没有类型'lane'。请使用下列之一：" in capsys.readouterr().err
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    with pytest.raises(SystemExit):
        cli.main(["train", "-h"])
    assert capsys.readouterr().out.startswith("usage: ")


def test_an_error_of_the_platform_is_told_by_its_code(chinese: Words) -> None:
    code = AISpaceError("permission_" + "missing", "Said in English.")
    assert chinese.error(code) == "Said in English."  # a code without words
    known = AISpaceError("account_disabled", "Not signed in. This account is disabled. Ask an administrator.")
    assert chinese.error(known).startswith("未登录")
    nobody = AISpaceError("account_disabled", "Something else about it")
    assert chinese.error(nobody) == chinese.error(known)


def test_json_and_pipes_stay_as_they_are(chinese: Words, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.object({"id": "x"}, [("dataset", "x")])
    terminal.table([], [("NAME", str)])
    terminal.say("nothing written")
    out, err = capsys.readouterr()
    assert out == "dataset  x\nNAME\n"
    assert err == "未写入任何内容\n"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANGUAGE": "zh:en", "LANG": "en_US"}, "zh_CN"),
        ({}, "en"),
    ],
)
def test_the_language_is_found_as_gettext_finds_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == expected
