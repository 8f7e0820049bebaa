"""The OpenAPI document: valid, complete, and the same wherever it is asked for."""

from __future__ import annotations

import json

import httpx
import pytest
from aispace.cli import main
from aispace_server.openapi import build
from aispace_server.routes import collect
from openapi_spec_validator import OpenAPIV31SpecValidator
from server_thread import RunningServer


def test_document_is_valid() -> None:
    OpenAPIV31SpecValidator(build()).validate()


def test_document_has_every_operation_with_its_answer() -> None:
    document = build()
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))
    for route in collect():
        if route.path != "/stream":
            assert route.path in document["paths"]
    for path, methods in document["paths"].items():
        for verb, one in methods.items():
            good = [code for code in one["responses"] if code.startswith("2")]
            assert len(good) == 1, (path, verb)
            assert "default" in one["responses"]
            assert one["summary"]


def test_query_parameters_and_conditions_are_described() -> None:
    document = build(collect(("tokens", "users")))
    listed = {p["name"]: p for p in document["paths"]["/tokens"]["get"]["parameters"]}
    assert listed["limit"]["schema"] == {"default": 50, "maximum": 200, "minimum": 1, "type": "integer"}
    assert listed["q"]["schema"] == {"maxLength": 64, "type": "string"}
    changed = document["paths"]["/users/{id}"]["patch"]
    assert {p["name"] for p in changed["parameters"]} == {"id", "If-Match"}
    assert {"412", "428", "422", "404"} <= changed["responses"].keys()
    assert changed["x-aispace-permission"] == "write:user"


def test_document_is_served_and_printed(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    served = httpx.get(f"{server.url}/api/v1/openapi.json", trust_env=False)
    assert served.status_code == 200
    assert main(["openapi"]) == 0
    assert json.loads(capsys.readouterr().out) == served.json() == build()
