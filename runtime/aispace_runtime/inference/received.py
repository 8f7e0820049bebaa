"""From a request's body to the ``data`` of a script."""

from __future__ import annotations

import contextlib
import email.parser
import email.policy
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from . import jsontext
from .errors import InferenceError

RESERVED = ("data_path", "data_name")
"""Keys that only the platform sets: a script opens what ``data_path`` names."""
JSON_TYPES = ("application/json", "text/json", "")
NAME = re.compile(r"""filename\*=UTF-8''([^;\s]+)|filename="([^"]*)"|filename=([^;\s]+)""", re.IGNORECASE)


def file_name(disposition: str) -> str:
    """Read the name of a file out of ``Content-Disposition``; ``"data"`` without one."""
    found = NAME.search(disposition)
    name = unquote(found[1]) if found and found[1] else (found[2] or found[3] or "") if found else ""
    return Path(name.replace("\\", "/").replace("\0", "")).name[:255] or "data"


@contextlib.contextmanager
def received(body: bytes, content_type: str, disposition: str) -> Iterator[Any]:
    """Give the ``data`` of a call; files of it are deleted at the end.

    Raises
    ------
    InferenceError
        The body cannot be read, or it sets what only the platform sets.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media in JSON_TYPES:
        try:
            value = jsontext.loads(body)
        except (ValueError, RecursionError):
            raise InferenceError(400, "bad_json", "The body is not valid JSON.") from None
        _check(value)
        yield value
    elif media == "multipart/form-data":
        with tempfile.TemporaryDirectory(prefix="aispace-") as folder:
            yield _form(body, content_type, Path(folder))
    else:
        with tempfile.TemporaryDirectory(prefix="aispace-") as folder:
            yield _file(Path(folder), file_name(disposition), body)


def _check(value: Any) -> None:
    taken = [key for key in RESERVED if isinstance(value, dict) and key in value]
    if taken:
        raise InferenceError(422, "invalid", f"{taken[0]} is set by the platform. Send the file itself.")


def _file(folder: Path, name: str, data: bytes) -> dict[str, Any]:
    suffix = re.sub(r"[^A-Za-z0-9.]", "", Path(name).suffix)[:16]
    descriptor, path = tempfile.mkstemp(suffix=suffix, dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    return {"data_path": path, "data_name": name}


def _form(body: bytes, content_type: str, folder: Path) -> dict[str, Any]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    data: dict[str, Any] = {}
    files = []
    for part in message.iter_parts() if message.is_multipart() else ():
        field = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        if part.get_filename() is not None:
            files.append(_file(folder, file_name(str(part["content-disposition"])), content))
        elif isinstance(field, str):
            _check({field: None})
            data[field] = content.decode("utf-8", "replace")
    if len(files) != 1:
        raise InferenceError(422, "invalid", f"The form has {len(files)} files. Send one.")
    return {**data, **files[0]}
