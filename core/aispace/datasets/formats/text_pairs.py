"""Pairs of text files: ``name.txt`` has a text on each line, ``name_result.txt`` its labels on the same line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from ...storage.paths import UnsafePath, safe_path
from ..contents import MAX_TEXT, TEXT_TYPE, facts
from ..layouts import Found, Placed

RESULT: Final = "_result.txt"
MAX_RESULT: Final = 64 << 20
"""Bytes of one file of labels."""
Refuse = Callable[[str, str, str, int | None], None]


def is_result(path: str) -> bool:
    """Tell by its name whether a file may hold the labels of another."""
    return path.lower().endswith(RESULT)


def partner(path: str) -> str:
    """Name the file of texts that a file of labels belongs to."""
    return f"{path[: -len(RESULT)]}{path[-4:]}"


def has_pairs(paths: Sequence[str]) -> bool:
    """Tell whether there is a file of texts with one of labels beside it."""
    known = set(paths)
    return any(is_result(path) and partner(path) in known for path in paths)


def place_pairs(
    files: Sequence[Found], results: Mapping[str, bytes], read: Callable[[Found], str | None], refuse: Refuse
) -> Iterator[Placed]:
    """Give a sample for each line of a text.

    Parameters
    ----------
    results : mapping
        The files of labels.
    read : callable
        Gives what a file of texts holds; ``None`` where it was not kept, in a look at the names.
    refuse : callable
        Is told path, code, message and line of what is left out.
    """
    known = {item.path: item for item in files}
    labelled = {partner(path): path for path in results}
    root = _root(list(known))
    for path, item in sorted(known.items()):
        if is_result(path):
            if partner(path) not in known:
                refuse(path, "text_missing", "the file of its texts did not come", None)
            continue
        result = labelled.get(path)
        if result is None:
            name = path[:-4].rpartition("/")[2] + RESULT
            refuse(path, "labels_missing", f"there is no file {name!r} beside it", None)
            continue
        labels = _lines(results[result].decode("utf-8-sig", "replace"))
        content = read(item)
        texts = _lines(content) if content is not None else [None] * len(labels)
        for number in range(max(len(texts), len(labels))):
            if number >= len(texts):
                refuse(result, "text_missing", "the file of texts has fewer lines", number + 1)
            elif number >= len(labels):
                refuse(path, "labels_missing", "the file of labels has fewer lines", number + 1)
            else:
                placed = _line(f"{path[len(root) :]}/{number + 1:08}.txt", texts[number], labels[number])
                if placed is None:
                    refuse(path, "text_empty", "the line has no text, or one that cannot be kept", number + 1)
                else:
                    yield placed


def _root(paths: Sequence[str]) -> str:
    folders = {path[: path.rfind("/") + 1] for path in paths}
    return folders.pop() if len(folders) == 1 else ""


def _lines(text: str) -> list[str]:
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines and not lines[-1] else lines


def _line(path: str, text: str | None, labels: str) -> Placed | None:
    try:
        path = safe_path(path)
    except UnsafePath:
        return None
    objects = [{"label": label} for label in dict.fromkeys(labels.split())]
    if text is None:
        return Placed(Found(path, "-", 0, TEXT_TYPE), path, objects=objects)
    if not text.strip() or len(text.encode()) > MAX_TEXT:
        return None
    known = facts(text, TEXT_TYPE)
    return Placed(Found(path, known["sha256"], known["size"], TEXT_TYPE), path, objects=objects, text=text)
