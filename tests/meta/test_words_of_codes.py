"""Every code that the server can answer with has words in the interface; each word has its Chinese twin elsewhere.

The codes are read out of the sources: what is given to our error classes, as ``code=`` and as a stored reason.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from aispace.algorithms import presets
from aispace.images.presets import PRESETS
from aispace.workloads.reasons import TEXT

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "core/aispace", ROOT / "server_extension/aispace_server")
CODE = re.compile(r"[a-z][a-z0-9_]*")
EVENT = re.compile(r"[a-z_]+\.[a-z_]+")
NOT_ANSWERED = ("backup", "client", "commands", "tour", "gateway")
"""Folders whose errors are met by programs and terminals only, never by a page."""
ERRORS_BY_FACES = {"bad_request", "offline", "unexpected"}
"""Made of an HTTP status by Tornado, or by the browser's client itself."""
NO_WORDS_NEEDED = {"workload_failed": "a need, shown as the event workload.failed"}


@cache
def _trees() -> dict[Path, ast.Module]:
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for folder in SOURCES
        for path in sorted(folder.rglob("*.py"))
        if not set(path.relative_to(folder).parts[:-1]) & set(NOT_ANSWERED)
        and path.name not in {"cli.py"}
        and "presets" not in path.parts
    }


def _called(node: ast.Call) -> str:
    return (
        node.func.id
        if isinstance(node.func, ast.Name)
        else node.func.attr
        if isinstance(node.func, ast.Attribute)
        else ""
    )


def _text(node: ast.expr | None) -> Iterator[str]:
    """Give the constants that an expression can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _text(node.body)
        yield from _text(node.orelse)


def _codes(node: ast.Call, place: int) -> list[str]:
    """Give the code that stands at a place of a call's arguments."""
    return [code for argument in node.args[place : place + 1] for code in _text(argument)]


@cache
def _error_classes() -> frozenset[str]:
    """Name the classes that are errors of ours and take their code first."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in _trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"AISpaceError"}
    while more := {name for name, parents in bases.items() if parents & known} - known:
        known |= more
    return frozenset(known)


def _given(kind: str) -> dict[str, str]:
    """Find codes of a kind and a place where each is given."""
    codes: dict[str, str] = {}
    places = defaultdict(list)
    for path, tree in _trees().items():
        for node in ast.walk(tree):
            found: list[str] = []
            if isinstance(node, ast.Call):
                name = _called(node)
                by_keyword = [code for word in node.keywords if word.arg == "code" for code in _text(word.value)]
                first = list(_text(node.args[0])) if node.args else []
                if kind == "errors":
                    if name in _error_classes() - {"Invalid", "Forbidden", "NotFound", "InUse", "NameTaken"}:
                        found += [code for code in first if CODE.fullmatch(code)]
                    if name == "__init__" and ast.unparse(node.func).startswith("super()"):
                        found += [code for code in first if CODE.fullmatch(code) and path.name == "errors.py"]
                    if name in _error_classes() - {"Invalid"}:
                        found += by_keyword
                elif kind == "fields" and name in {"Invalid", "_refuse", "refuse"}:
                    found += by_keyword
                    if name == "_refuse" and isinstance(node.func, ast.Name):  # its code may be its second argument
                        found += [code for code in _codes(node, 1) if CODE.fullmatch(code)]
                elif kind == "fields" and name == "UnsafePath":
                    found += _codes(node, 0)
                elif kind == "fields" and name in {"unfit", "wrong"}:
                    found += _codes(node, 0 if name == "unfit" else 2)
                elif kind == "reasons":
                    if name in {"Reason", "RefusedFile", "ModelWarning"}:
                        found += by_keyword
                    if name in {"reason", "make"} and ("reasons" in ast.unparse(node.func) or name == "reason"):
                        found += [code for code in first if CODE.fullmatch(code)]
                elif kind == "events" and "record" in name:
                    found += [code for argument in node.args for code in _text(argument) if EVENT.fullmatch(code)]
            elif isinstance(node, ast.Dict) and kind in {"fields", "reasons"}:
                pairs = {
                    key.value: value
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant)
                }
                if "code" in pairs and ("field" in pairs) == (kind == "fields"):
                    found += [code for code in _text(pairs["code"]) if CODE.fullmatch(code)]
            for code in found:
                places[code].append(f"{path.relative_to(ROOT)}:{node.lineno}")
    for code, where in places.items():
        codes[code] = where[0]
    return codes


@cache
def _words() -> dict[str, set[str]]:
    """Ask the front end which codes it has words for."""
    answer = subprocess.run(
        ["node", "scripts/words.mjs"], cwd=ROOT / "labextension", check=True, capture_output=True, text=True
    )
    return {kind: set(codes) for kind, codes in json.loads(answer.stdout).items()}


def _without_words(codes: dict[str, str], *kinds: str) -> list[str]:
    have = set().union(*(_words()[kind] for kind in kinds)) | set(NO_WORDS_NEEDED)
    return [f"{code}  ({where})" for code, where in sorted(codes.items()) if code not in have]


def test_every_error_code_of_the_server_has_words() -> None:
    codes = _given("errors")
    assert {"not_found", "name_taken", "changed_meanwhile", "in_use"} <= set(codes)
    codes |= dict.fromkeys(ERRORS_BY_FACES, "the faces")
    assert _without_words(codes, "errors") == [], "add them to labextension/src/components/errorWords.ts"


def test_every_code_of_a_refused_field_has_words() -> None:
    codes = _given("fields")
    assert {"name_taken", "missing", "archive_unknown"} <= set(codes)
    assert _without_words(codes, "fields", "errors") == [], "add them to labextension/src/components/fieldWords.ts"


def _refusals_without_a_code() -> Iterator[str]:
    """Find refusals of fields that no face can put into words of its own."""
    for path, tree in _trees().items():
        where = path.relative_to(ROOT)
        shapes = path.name.endswith("schemas.py") or path.name in {"requests.py", "annotations.py", "parameters.py"}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) == "Invalid":
                codes = [list(_text(word.value)) or ["told"] for word in node.keywords if word.arg == "code"]
                if not codes or "invalid" in codes[0]:
                    yield f"Invalid without a code of its own  ({where}:{node.lineno})"
            if isinstance(node, ast.Dict):
                pairs = dict(zip(map(ast.unparse, filter(None, node.keys)), node.values, strict=False))
                if "'field'" in pairs and set(_text(pairs.get("'code'"))) & {"invalid", "value_error"}:
                    yield f"a field's code says nothing  ({where}:{node.lineno})"
            if (
                shapes
                and isinstance(node, ast.Raise)
                and isinstance(node.exc, ast.Call)
                and _called(node.exc) == "ValueError"
            ):
                yield f"ValueError in a shape: raise `unfit` or `wrong` of aispace.schemas  ({where}:{node.lineno})"


def test_every_refusal_of_a_field_has_a_code_of_its_own() -> None:
    """Without one a Chinese page could only show the server's English sentence."""
    assert list(_refusals_without_a_code()) == []


def test_every_reason_has_words() -> None:
    codes = _given("reasons") | dict.fromkeys(TEXT, "workloads/reasons.py")
    assert {"exit_code", "path_exists"} <= set(codes)
    assert _without_words(codes, "reasons", "errors") == [], "add them with registerReasons"


def test_every_event_has_words() -> None:
    codes = _given("events")
    assert {"dataset.created", "user.signed_in"} <= set(codes)
    assert _without_words(codes, "events") == [], "add them with registerEvents"


def test_what_comes_with_the_platform_is_described_in_both_languages() -> None:
    texts = {preset.description for preset in PRESETS}
    keys = presets.keys()
    for key in keys:
        described = json.loads((presets.FOLDER / key / "algorithm.json").read_text(encoding="utf-8"))
        texts.add(described["description"])
        for parameter in described["parameters"]:
            texts |= {parameter[part] for part in ("help", "unit") if parameter.get(part)}
    assert len(texts) > 10
    assert sorted(texts - _words()["presets"]) == [], "add them to labextension/src/components/presetWords.ts"
