"""From bytes of a request to validated values; every error names its field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from aispace.errors import AISpaceError, Invalid
from aispace.schemas import NAME_HELP, NAME_PATTERN, Schema, params_of
from pydantic import TypeAdapter, ValidationError

ETAG = re.compile(r'^(?:W/)?"(\d{1,18})"$')
NUL = "\x00"
LONGEST_MESSAGE = 500
"""Characters of what is said of one field: a wrong value in it can be of any length."""


class BadRequest(AISpaceError):
    """The request as a whole cannot be read."""

    status = 400


def invalid_fields(error: ValidationError, given: Any, outer: str = "") -> AISpaceError:
    """Turn pydantic's errors into ours.

    Parameters
    ----------
    given : object
        What was validated: parts of a location that are not in it (tags of unions) are left out of field names.
    outer : str
        Used as the field's name for an error of the whole value.
    """
    fields = []
    for item in error.errors(include_url=False, include_input=False):
        context = item.get("ctx", {})
        about = context.get("of_field")
        name = _field_name((*item["loc"], about) if about else item["loc"], given) or outer
        message = item["msg"].removeprefix("Value error, ")[:LONGEST_MESSAGE]
        if context.get("pattern") == NAME_PATTERN:
            message = f"Use {NAME_HELP}"
        params = params_of(context)
        told: dict[str, Any] = {"field": name, "message": message, "code": item["type"]}
        fields.append({**told, "params": params} if params else told)
    first = fields[0]
    more = f" ({len(fields)} fields are wrong.)" if len(fields) > 1 else ""
    return AISpaceError(
        "invalid", f"Not done. {first['field'] or 'Request'}: {first['message']}.{more}", status=422, fields=fields
    )


def _field_name(location: Sequence[int | str], given: Any) -> str:
    names: list[str] = []
    here = given
    for index, part in enumerate(location):
        in_list = isinstance(here, list) and isinstance(part, int) and part < len(here)
        if in_list or (isinstance(here, Mapping) and part in here):
            here = here[part]
        elif index < len(location) - 1:
            continue  # the tag of a union, not a key
        elif isinstance(part, str) and ("[" in part or not part.isidentifier()):
            continue  # the name of a validator
        names.append(str(part))
    return ".".join(names)


def _takes_many(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (list, tuple, set, frozenset):
        return True
    if origin in (Union, UnionType):
        return any(_takes_many(argument) for argument in get_args(annotation))
    return annotation in (list, tuple, set, frozenset)


@lru_cache(maxsize=512)
def _many_fields(model: type[Schema]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in model.model_fields.items() if _takes_many(field.annotation))


def parse_query(model: type[Schema] | None, arguments: Mapping[str, list[bytes]]) -> Schema | None:
    """Validate query parameters.

    Raises
    ------
    AISpaceError
        422 for an unknown parameter, a repeated one that takes one value, text that is not UTF-8, a wrong value.
    """
    values: dict[str, Any] = {}
    many = _many_fields(model) if model is not None else frozenset()
    for name, raw in arguments.items():
        try:
            texts = [item.decode("utf-8") for item in raw]
            name.encode("utf-8")
        except UnicodeError:
            raise Invalid(_printable(name), "It is not UTF-8 text.", code="unicode") from None
        if NUL in name or any(NUL in text for text in texts):
            raise Invalid(_printable(name), "It holds a NUL character.", code="nul")
        if model is None:
            raise Invalid(name, "This parameter is not known here.", code="extra_forbidden")
        if name not in many and len(texts) > 1:
            raise Invalid(name, "It is given more than once.", code="repeated")
        values[name] = texts if name in many else texts[0]
    if model is None:
        return None
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid_fields(error, values, "query") from None


def _printable(name: str) -> str:
    return name.encode("ascii", "backslashreplace").decode().replace(NUL, "\\x00")


_adapters: dict[int, tuple[Any, TypeAdapter[Any]]] = {}


def adapter(shape: Any) -> TypeAdapter[Any]:
    """Give the validator and serializer of a type that an operation names; each is made once."""
    found = _adapters.get(id(shape))
    if found is None:
        found = _adapters[id(shape)] = (shape, TypeAdapter(shape))  # keeps the shape: its id stays its own
    return found[1]


def parse_body(shape: Any, body: bytes) -> Any:
    """Validate a JSON body.

    Raises
    ------
    AISpaceError
        400 when it is not JSON, 422 with the list of fields when values are wrong.
    """
    if not body.strip():
        body = b"{}"
    try:
        value = adapter(shape).validate_json(body)
    except ValidationError as error:
        if error.errors(include_url=False, include_context=False, include_input=False)[0]["type"] == "json_invalid":
            raise BadRequest("not_json", "Not done. The body is not valid JSON. Send JSON in UTF-8.") from None
        raise invalid_fields(error, _loads(body), "body") from None
    if b"\\u0000" in body and (path := _nul(_loads(body))) is not None:
        raise Invalid(path, "It holds a NUL character.", code="nul")
    return value


def _loads(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _nul(value: Any, path: str = "") -> str | None:
    """Find the first text with a NUL: databases and file systems refuse it."""
    if isinstance(value, str):
        return path if NUL in value else None
    pairs: Any = ()
    if isinstance(value, dict):
        if any(NUL in key for key in value):
            return path
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, item in pairs:
        found = _nul(item, f"{path}.{key}" if path else str(key))
        if found is not None:
            return found
    return None


def etag_revision(header: str) -> int | None:
    """Read ``If-Match``: the revision, ``None`` for ``*``, -1 (which no object has) for anything else."""
    header = header.strip()
    if header == "*":
        return None
    match = ETAG.match(header)
    return int(match.group(1)) if match else -1
