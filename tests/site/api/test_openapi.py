"""The OpenAPI document of the documentation."""

import json

from django.test import Client

from extery.core.errors import Problem
from tests.parts import ROOT

DOCUMENT = ROOT / "docs" / "reference" / "openapi.json"


def test_the_document_in_the_docs_is_the_one_that_is_served(client: Client) -> None:
    served = client.get("/api/openapi.json").json()
    kept = json.loads(DOCUMENT.read_text("utf-8"))
    served["info"]["version"] = kept["info"]["version"]

    assert served == kept, "the API has changed: run 'make fix' and look at the difference"


def test_every_endpoint_is_documented() -> None:
    kept = json.loads(DOCUMENT.read_text("utf-8"))

    operations = {
        f"{method} {path}": operation
        for path, methods in kept["paths"].items()
        for method, operation in methods.items()
    }
    assert len(operations) >= 10
    assert [
        name for name, operation in operations.items() if not operation.get("description")
    ] == []


def test_the_schema_of_a_problem_has_all_of_its_members() -> None:
    schemas = json.loads(DOCUMENT.read_text("utf-8"))["components"]["schemas"]
    problem = Problem.of("submit.image-missing")

    assert schemas["Problem"]["properties"].keys() == problem.as_dict().keys()
