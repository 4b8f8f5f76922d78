"""The guide and the examples of the API: one for each operation, and bodies that their schemas allow."""

from __future__ import annotations

import shlex
from typing import Any

import jsonschema
import pytest
from django.test import Client

from extery_site.api.examples import SITE, example_body


@pytest.fixture
def document(client: Client, db: None) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").json()
    return found


def test_every_operation_has_a_command_that_a_shell_can_read(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            command = operation["description"].rpartition("```sh\n")[2].removesuffix("\n```")
            words = shlex.split(command)
            assert words[0] == "curl"
            [address] = [word for word in words if word.startswith(SITE)]
            assert "{" not in address
            before = path.partition("{")[0]
            assert address.startswith(f"{SITE}{before}")
            assert ("POST" in words) == (method == "post")
            needs_token = any("TokenAuth" in one for one in operation.get("security") or [])
            assert ("Authorization: Bearer $TOKEN" in words) == needs_token


def test_every_body_fits_its_schema(document: dict[str, Any]) -> None:
    number = 0
    for methods in document["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            for body in content.values():
                if "example" in body:
                    schema = {**body["schema"], "components": document["components"]}
                    jsonschema.validate(body["example"], schema)
                    number += 1
    assert number > 30


def test_a_new_operation_gets_an_example_by_itself() -> None:
    schema = {
        "required": ["colour", "size", "parts", "shape", "stars"],
        "properties": {
            "colour": {"type": "string"},
            "size": {"type": "integer"},
            "parts": {"type": "array"},
            "shape": {"enum": ["round", "square"]},
            "stars": {"type": "integer"},
            "unused": {"type": "string"},
        },
    }
    assert example_body(schema, {}, {"colour": "red"}) == {
        "colour": "red",
        "size": 1,
        "parts": [],
        "shape": "round",
        "stars": 4,
    }


def test_the_page_has_the_guide_of_the_document(client: Client, document: dict[str, Any]) -> None:
    page = client.get("/api/docs").content.decode()
    for line in document["info"]["description"].splitlines():
        if line.startswith("# "):
            assert f"<h2>{line[2:]}</h2>" in page
    assert "create a token in your account" in page
