"""The API says which versions of the manifest the site accepts, and serves their JSON Schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from extery.manifest.schemas.registry import SCHEMA_VERSIONS

pytestmark = pytest.mark.django_db


def test_every_version_leads_to_its_json_schema(client: Client) -> None:
    versions = client.get("/api/v1/schemas/").json()
    assert [one["version"] for one in versions] == [one.version for one in SCHEMA_VERSIONS]
    for one, known in zip(versions, SCHEMA_VERSIONS, strict=True):
        response = client.get(one["url"])
        assert response["Content-Type"] == "application/schema+json"
        assert response["Cache-Control"] == "public, max-age=86400"
        document = json.loads(response.content)
        assert document.pop("$id") == one["url"]
        assert document == known.json_schema()


def test_the_id_has_the_address_of_the_site(client: Client, settings: Any) -> None:
    settings.EXTERY_SITE_URL = "https://extensions.example.org"
    document = client.get("/api/v1/schemas/1.0.0").json()
    assert document["$id"] == "https://extensions.example.org/api/v1/schemas/1.0.0"


def test_an_unknown_version_is_not_found(client: Client) -> None:
    response = client.get("/api/v1/schemas/2.0.0")
    assert response.status_code == 404
    assert response.json()["problems"][0]["code"] == "schema.unknown"
