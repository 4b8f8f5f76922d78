"""The API as a whole: documentation, errors, methods."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

PROBLEM = "application/problem+json"
#: The paths of the API. Scripts depend on them.
PATHS = {
    "/api/v1/account/limits",
    "/api/v1/mine/statistics",
    "/api/v1/mine/{extension_id}/statistics",
    "/api/v1/block-requests/",
    "/api/v1/block-requests/{pk}/confirm",
    "/api/v1/block-requests/{pk}/refuse",
    "/api/v1/block-requests/{pk}/take-back",
    "/api/v1/cases",
    "/api/v1/cases/{case_id}/dismiss",
    "/api/v1/cases/{case_id}/resolve",
    "/api/v1/channels/beta/extensions/",
    "/api/v1/channels/beta/extensions/{extension_id}/listing/",
    "/api/v1/extensions/",
    "/api/v1/extensions/{extension_id}/",
    "/api/v1/extensions/{extension_id}/block",
    "/api/v1/extensions/{extension_id}/block-requests",
    "/api/v1/extensions/{extension_id}/cancel-deletion",
    "/api/v1/extensions/{extension_id}/delete",
    "/api/v1/extensions/{extension_id}/deprecate",
    "/api/v1/extensions/{extension_id}/icon",
    "/api/v1/extensions/{extension_id}/list",
    "/api/v1/extensions/{extension_id}/listing/",
    "/api/v1/extensions/{extension_id}/media/",
    "/api/v1/extensions/{extension_id}/media/order",
    "/api/v1/extensions/{extension_id}/media/pictures/",
    "/api/v1/extensions/{extension_id}/media/videos/",
    "/api/v1/extensions/{extension_id}/media/{item_id}",
    "/api/v1/extensions/{extension_id}/offer",
    "/api/v1/extensions/{extension_id}/rating/",
    "/api/v1/extensions/{extension_id}/ratings/",
    "/api/v1/extensions/{extension_id}/ratings/{rating_id}/helpful/",
    "/api/v1/extensions/{extension_id}/ratings/{rating_id}/hide",
    "/api/v1/extensions/{extension_id}/ratings/{rating_id}/reply/",
    "/api/v1/extensions/{extension_id}/ratings/{rating_id}/show",
    "/api/v1/extensions/{extension_id}/restore",
    "/api/v1/extensions/{extension_id}/similar-names/",
    "/api/v1/extensions/{extension_id}/unblock",
    "/api/v1/extensions/{extension_id}/undeprecate",
    "/api/v1/extensions/{extension_id}/unlist",
    "/api/v1/extensions/{extension_id}/versions/{number}/approve",
    "/api/v1/extensions/{extension_id}/versions/{number}/ask-second",
    "/api/v1/extensions/{extension_id}/versions/{number}/block",
    "/api/v1/extensions/{extension_id}/versions/{number}/channel",
    "/api/v1/extensions/{extension_id}/versions/{number}/claim",
    "/api/v1/extensions/{extension_id}/versions/{number}/compatibility",
    "/api/v1/extensions/{extension_id}/versions/{number}/decline",
    "/api/v1/extensions/{extension_id}/versions/{number}/checks/",
    "/api/v1/extensions/{extension_id}/versions/{number}/near-duplicates/",
    "/api/v1/extensions/{extension_id}/versions/{number}/packages/{sha256}",
    "/api/v1/extensions/{extension_id}/versions/{number}/packages/{sha256}/release",
    "/api/v1/extensions/{extension_id}/versions/{number}/packages/{sha256}/sbom",
    "/api/v1/extensions/{extension_id}/versions/{number}/findings/",
    "/api/v1/extensions/{extension_id}/versions/{number}/findings/{fingerprint}/accept-dispute",
    "/api/v1/extensions/{extension_id}/versions/{number}/findings/{fingerprint}/dispute",
    "/api/v1/extensions/{extension_id}/versions/{number}/findings/{fingerprint}/keep",
    "/api/v1/extensions/{extension_id}/versions/{number}/findings/{fingerprint}/waive",
    "/api/v1/extensions/{extension_id}/versions/{number}/findings/{fingerprint}/waiver",
    "/api/v1/extensions/{extension_id}/versions/{number}/hold",
    "/api/v1/extensions/{extension_id}/versions/{number}/inventory",
    "/api/v1/extensions/{extension_id}/versions/{number}/maximum",
    "/api/v1/extensions/{extension_id}/versions/{number}/maximum/suggestions/",
    "/api/v1/extensions/{extension_id}/versions/{number}/maximum/suggestions/{suggestion_id}/accept",
    "/api/v1/extensions/{extension_id}/versions/{number}/maximum/suggestions/{suggestion_id}/decline",
    "/api/v1/extensions/{extension_id}/versions/{number}/maximum/suggestions/{suggestion_id}/take-back",
    "/api/v1/extensions/{extension_id}/versions/{number}/missing",
    "/api/v1/extensions/{extension_id}/versions/{number}/notes/",
    "/api/v1/extensions/{extension_id}/versions/{number}/notes/{note_id}/edit",
    "/api/v1/extensions/{extension_id}/versions/{number}/notes/{note_id}/remove",
    "/api/v1/extensions/{extension_id}/versions/{number}/promote",
    "/api/v1/extensions/{extension_id}/versions/{number}/publish-now",
    "/api/v1/extensions/{extension_id}/versions/{number}/release",
    "/api/v1/extensions/{extension_id}/versions/{number}/republish",
    "/api/v1/extensions/{extension_id}/versions/{number}/request-changes",
    "/api/v1/extensions/{extension_id}/versions/{number}/risk",
    "/api/v1/extensions/{extension_id}/versions/{number}/stop",
    "/api/v1/extensions/{extension_id}/versions/{number}/submit",
    "/api/v1/extensions/{extension_id}/versions/{number}/take-over",
    "/api/v1/extensions/{extension_id}/versions/{number}/tasks/",
    "/api/v1/extensions/{extension_id}/versions/{number}/tasks/{task_id}",
    "/api/v1/extensions/{extension_id}/versions/{number}/tasks/{task_id}/done",
    "/api/v1/extensions/{extension_id}/versions/{number}/tasks/{task_id}/reopen",
    "/api/v1/extensions/{extension_id}/versions/{number}/tries/",
    "/api/v1/extensions/{extension_id}/versions/{number}/unblock",
    "/api/v1/extensions/{extension_id}/versions/{number}/undo",
    "/api/v1/extensions/{extension_id}/versions/{number}/unpublish",
    "/api/v1/extensions/{extension_id}/versions/{number}/uploads/",
    "/api/v1/extensions/{extension_id}/versions/{number}/withdraw",
    "/api/v1/extensions/{extension_id}/versions/{number}/withdraw-approval",
    "/api/v1/uploads/",
    "/api/v1/uploads/{key}",
    "/api/v1/uploads/{key}/check",
    "/api/v1/known-bad-files/",
    "/api/v1/known-bad-files/{sha256}",
    "/api/v1/notifications/",
    "/api/v1/notifications/read",
    "/api/v1/notifications/{row}/read",
    "/api/v1/offers/",
    "/api/v1/offers/{offer_id}/accept",
    "/api/v1/offers/{offer_id}/refuse",
    "/api/v1/offers/{offer_id}/withdraw",
    "/api/v1/packages/",
    "/api/v1/precision",
    "/api/v1/precision/{code}",
    "/api/v1/queue/",
    "/api/v1/queue/next",
    "/api/v1/reports",
    "/api/v1/reports/mine",
    "/api/v1/schemas/",
    "/api/v1/schemas/{version}",
    "/api/v1/search/",
    "/api/v1/sets/",
    "/api/v1/sets/mine/",
    "/api/v1/sets/{owner}/{name}/",
    "/api/v1/sets/{owner}/{name}/extensions/{extension_id}/",
    "/api/v1/sets/{owner}/{name}/follow/",
    "/api/v1/sets/{owner}/{name}/hide",
    "/api/v1/sets/{owner}/{name}/order/",
    "/api/v1/sets/{owner}/{name}/show",
    "/api/v1/source-searches/",
    "/api/v1/source-searches/{pk}",
    "/api/v1/source-searches/{pk}/cancel",
    "/api/v1/source-searches/{pk}/results",
    "/api/v1/source-searches/{pk}/run",
    "/api/v1/transparency/",
}


def test_the_api_describes_itself(client: Client, db: None) -> None:
    document = client.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]) == PATHS
    names = [o["operationId"] for m in document["paths"].values() for o in m.values()]
    assert len(names) == len(set(names))


def test_every_operation_and_parameter_of_the_api_is_described(client: Client, db: None) -> None:
    document = client.get("/api/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), f"{method} {path}"
            assert PROBLEM in operation["responses"]["default"]["content"]
            for parameter in operation.get("parameters", []):
                described = parameter.get("description") or parameter["in"] == "path"
                assert described, f"{method} {path} {parameter['name']}"


def test_the_pages_of_the_api_use_files_of_this_site_only(client: Client, db: None) -> None:
    page = client.get("/api/docs").content.decode()
    assert "/static/ninja/swagger-ui" in page
    assert "https://cdn" not in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/nothing", 404, "request.not-found"),
        ("get", "/api/v1/extensions/nothing/", 404, "request.not-found"),
        ("delete", "/api/v1/extensions/", 405, "request.method-not-allowed"),
        ("delete", "/api/openapi.json", 405, "request.method-not-allowed"),
        ("post", "/api/docs", 405, "request.method-not-allowed"),
        ("get", "/api/v1/packages/", 405, "request.method-not-allowed"),
        ("post", "/api/v1/packages/", 401, "account.sign-in-required"),
        ("post", "/api/v1/extensions/x/block", 401, "account.sign-in-required"),
        ("get", "/api/v1/extensions/?blender_version=x", 400, "request.bad-value"),
    ],
)
def test_every_error_is_a_problem_details_object(
    client: Client, db: None, method: str, path: str, status: int, code: str
) -> None:
    response = getattr(client, method)(path)
    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)
    body = response.json()
    assert body["status"] == status
    assert body["problems"][0]["code"] == code
    assert body["type"] == f"/problems/{code}/"
    if status == 405:
        assert response["Allow"]


def test_invalid_json_and_wrong_types_are_reported(moderator: Any, program: Any) -> None:
    api = program(moderator)
    broken = api.post("/api/v1/extensions/x/block", "{", "application/json")
    assert (broken.status_code, broken["Content-Type"]) == (400, PROBLEM)
    assert broken.json()["problems"][0]["code"] == "request.not-json"
    wrong = api.post("/api/v1/extensions/x/block", {"reason": 1}, "application/json")
    assert wrong.status_code == 400
    assert wrong.json()["problems"][0]["field"] == "body.reason"


def test_a_text_over_the_request_limit_is_too_large(moderator: Any, program: Any) -> None:
    body = {"reason": "x" * 1_100_000}
    response = program(moderator).post("/api/v1/extensions/x/block", body, "application/json")
    assert (response.status_code, response["Content-Type"]) == (413, PROBLEM)
    assert response.json()["problems"][0]["code"] == "request.too-large"


def test_an_exception_in_a_view_is_a_problem_without_details(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret details")

    monkeypatch.setattr("extery_site.catalog.endpoints.visible_extension", fail)
    client.raise_request_exception = False
    response = client.get("/api/v1/extensions/x/")
    assert (response.status_code, response["Content-Type"]) == (500, PROBLEM)
    assert response.json()["problems"][0]["code"] == "request.server-error"
    assert b"secret" not in response.content
