"""OpenAPI 3.1, made of the route table and the schemas: the code is the source, the document follows."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from http.client import responses
from typing import Any

from aispace._version import __version__
from aispace.schemas import Schema
from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from .handlers.operation import JSON, Operation, operation_of
from .handlers.parsing import adapter
from .routes import Route, collect

REFERENCE = "#/components/schemas/{model}"
VERBS = ("get", "put", "post", "delete", "options", "head", "patch")
DESCRIPTION = """\
The REST interface of AI Space, the same below `/aispace/api/v1` of a user's Jupyter server and below
`/services/aispace/api/v1` of the hub.

Every error, that of an unknown path included, has the shape `Error`. Lists page by `limit` and `offset`, or by
`cursor`. Objects carry an `ETag`; where `If-Match` is listed a change without it is refused (428), and one made against
another revision too (412, with the current value). A create with an `Idempotency-Key` is done once. Live things come
over the WebSocket `/stream`.
"""


class FieldProblem(Schema):
    """What is wrong with one field."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    field: str
    """Name, with dots into nested values."""
    message: str
    code: str
    params: dict[str, Any] | None = None
    """Numbers, names and limits in its message, for translation."""


class ErrorDetails(Schema):
    """Particulars of an error: what there is of them."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    fields: list[FieldProblem] | None = None
    params: dict[str, Any] | None = None
    """Numbers, names and limits in the message, for translation."""


class ErrorBody(Schema):
    """What went wrong."""

    code: str
    """For programs: stable."""
    message: str
    """For people: what did not happen, why, what to do."""
    details: ErrorDetails
    request_id: str


class Error(Schema):
    """The shape of every error."""

    error: ErrorBody


def described(route: Route) -> Iterable[tuple[str, Operation]]:
    """Give the operations of a route."""
    for verb in VERBS:
        found = operation_of(route.handler, verb)
        if found is not None:
            yield verb, found


class Shapes:
    """All types of the document, each written once below ``components``."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        wanted: dict[tuple[int, JsonSchemaMode], TypeAdapter[Any]] = {}
        for one in operations:
            for shape, mode in ((one.query, "validation"), (one.body, "validation"), (one.response, "serialization")):
                if shape is not None:
                    wanted[id(shape), mode] = adapter(shape)  # type: ignore[index]  # pydantic's word for the mode
        wanted[id(Error), "serialization"] = adapter(Error)
        found, extra = TypeAdapter.json_schemas(
            [(key, mode, made) for (key, mode), made in wanted.items()], ref_template=REFERENCE
        )
        self._found = found
        self.components: dict[str, Any] = extra.get("$defs", {})

    def of(self, shape: Any, mode: JsonSchemaMode) -> dict[str, Any]:
        """Give the schema of a type."""
        return self._found[id(shape), mode]

    def resolved(self, shape: Any, mode: JsonSchemaMode) -> dict[str, Any]:
        """Give it without the reference at its top."""
        schema = self.of(shape, mode)
        name = schema.get("$ref", "").rpartition("/")[2]
        return self.components[name] if name else schema


def build(routes: Iterable[Route] | None = None) -> dict[str, Any]:
    """Make the document.

    Parameters
    ----------
    routes : iterable of Route, optional
        Default: those of all domains.

    Returns
    -------
    dict
        JSON values.
    """
    table = list(collect() if routes is None else routes)
    pairs = [(route, verb, one) for route in table for verb, one in described(route)]
    shapes = Shapes(one for _, _, one in pairs)
    paths: dict[str, Any] = {}
    for route, verb, one in pairs:
        paths.setdefault(route.path, {})[verb] = _operation(route, verb, one, shapes)
    tags = list(dict.fromkeys(route.tag for route in table if route.path in paths))
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": "AI Space", "version": __version__, "description": DESCRIPTION},
        "servers": [{"url": "/aispace/api/v1"}],
        "tags": [{"name": tag} for tag in tags],
        "paths": paths,
        "components": {
            "schemas": shapes.components,
            "responses": {
                "Error": {
                    "description": "It was not done.",
                    "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
                    "content": {JSON: {"schema": shapes.of(Error, "serialization")}},
                }
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A personal access token, or a token of the hub.",
                }
            },
        },
        "security": [{"token": []}],
    }


def _operation(route: Route, verb: str, one: Operation, shapes: Shapes) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in route.parts
    ]
    parameters += _query(one, shapes)
    parameters += _headers(one)
    made: dict[str, Any] = {
        "operationId": verb + re.sub(r"[^A-Za-z0-9]+", "_", route.path).rstrip("_"),
        "summary": one.summary,
        "tags": [route.tag],
        "responses": _responses(route, verb, one, shapes),
    }
    if parameters:
        made["parameters"] = parameters
    if one.body is not None:
        schema = shapes.of(one.body, "validation")
        required = not _may_be_empty(shapes.resolved(one.body, "validation"))
        made["requestBody"] = {"required": required, "content": {JSON: {"schema": schema}}}
    elif one.raw_body is not None:
        made["requestBody"] = {"required": True, "content": {one.raw_body: {"schema": {}}}}
    if one.access == "public":
        made["security"] = []
    if one.permission is not None:
        made["x-aispace-permission"] = one.permission
    if one.deprecated:
        made["deprecated"] = True
    return made


def _may_be_empty(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "object" and not schema.get("required")


def _query(one: Operation, shapes: Shapes) -> list[dict[str, Any]]:
    if one.query is None:
        return []
    schema = shapes.resolved(one.query, "validation")
    needed = set(schema.get("required", ()))
    made = []
    for name, given in schema.get("properties", {}).items():
        described = {**given}
        text = described.pop("description", None)
        described.pop("title", None)
        # A query cannot say null: to leave a parameter out is the same.
        if "anyOf" in described:
            kept = [choice for choice in described.pop("anyOf") if choice.get("type") != "null"]
            described = {**described, **kept[0]} if len(kept) == 1 else {**described, "anyOf": kept}
        if described.get("default", 0) is None:
            del described["default"]
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": name in needed, "schema": described}
        if text:
            parameter["description"] = text
        made.append(parameter)
    return made


def _headers(one: Operation) -> list[dict[str, Any]]:
    made = []
    if one.if_match:
        made.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": "The ETag of the object that you read, or `*`.",
                "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[0-9]{1,18}")$'},
            }
        )
    if one.idempotent:
        made.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "Makes it safe to send the request again: it is done once.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "maxLength": 255},
            }
        )
    return made


def _responses(route: Route, verb: str, one: Operation, shapes: Shapes) -> dict[str, Any]:
    success: dict[str, Any] = {"description": responses.get(one.status, "Done")}
    headers: dict[str, Any] = {"X-Request-Id": {"schema": {"type": "string"}}}
    if one.etag:
        headers["ETag"] = {"schema": {"type": "string"}}
    if one.location:
        headers["Location"] = {"schema": {"type": "string"}, "description": "Relative to the request's address."}
    success["headers"] = headers
    if one.response is not None:
        success["content"] = {one.media_type: {"schema": shapes.of(one.response, "serialization")}}
    elif one.media_type != JSON:
        success["content"] = {one.media_type: {"schema": {}}}
    error = {"$ref": "#/components/responses/Error"}
    made = {str(one.status): success}
    codes = [413, 415, 422] if one.body is not None or one.raw_body is not None else [422]
    if one.access == "user":
        codes += [401, 403]
    if route.parts:
        codes.append(404)
    if one.if_match:
        codes += [412, 428]
    if verb != "get":
        codes.append(409)
    for code in sorted(codes):
        made[str(code)] = error
    made["default"] = error
    return made


def main(argv: list[str] | None = None) -> int:
    """Print the document."""
    parser = argparse.ArgumentParser(
        prog="aispace openapi",
        description="Print the OpenAPI 3.1 document of the REST interface.",
        epilog="examples:\n  aispace openapi\n  aispace openapi --compact\n  aispace openapi > openapi.json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--compact", action="store_true", help="on one line")
    given = parser.parse_args(argv)
    json.dump(build(), sys.stdout, ensure_ascii=False, indent=None if given.compact else 1)
    sys.stdout.write("\n")
    return 0
