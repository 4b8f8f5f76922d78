"""Reports over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.reports.models import Case

Program = Callable[[User], Client]


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"/api/v1/{path}", body, "application/json")


REPORT = {"kind": "extension", "key": "gear_tool", "reason": "sends_data", "text": "To a server"}


def test_a_program_reports_and_reads_the_answer(
    approve: Callable[..., Version], stranger: User, moderator: User, program: Program
) -> None:
    approve()
    client, staff = program(stranger), program(moderator)
    assert post(Client(), "reports", **REPORT).status_code == 401
    response = post(client, "reports", **REPORT, version="1.0.0")
    assert (response.status_code, response.json()["status"]) == (201, "open")
    again = post(client, "reports", **REPORT)
    assert (again.status_code, again.json()["problems"][0]["code"]) == (
        409,
        "report.already-reported",
    )
    listed = staff.get("/api/v1/cases").json()
    assert [(case["title"], case["reports"], case["reasons"]) for case in listed] == [
        ("Gear Tool", 1, {"sends_data": 1})
    ]
    path = f"cases/{listed[0]['id']}/resolve"
    assert post(client, path, note="Blocked it").status_code == 403
    assert post(staff, path, note=" ").status_code == 422
    assert post(staff, path, note="Blocked it").json()["status"] == "resolved"
    assert post(staff, path.replace("resolve", "dismiss"), note="No").status_code == 409
    mine = client.get("/api/v1/reports/mine").json()
    assert [(one["status"], one["answer"]) for one in mine] == [("resolved", "Blocked it")]
    assert program(moderator).get("/api/v1/cases?status=resolved").json()[0]["answer"]
    assert "eve" not in str(listed)


def test_bad_requests_are_explained(
    approve: Callable[..., Version], stranger: User, moderator: User, program: Program
) -> None:
    approve()
    client = program(stranger)
    for changes, status, code in [
        ({"key": "nothing"}, 404, "request.not-found"),
        ({"kind": "planet"}, 404, "request.not-found"),
        ({"reason": "ugly"}, 422, "report.unknown-reason"),
        ({"text": " "}, 422, "report.text-missing"),
        ({"anonymous": True}, 403, "report.name-needed"),
    ]:
        response = post(client, "reports", **{**REPORT, **changes})
        assert (response.status_code, response.json()["problems"][0]["code"]) == (status, code)
    for number in (0, 2**63):
        assert post(program(moderator), f"cases/{number}/dismiss", note="x").status_code == 404
    assert client.get("/api/v1/cases").status_code == 403
    assert not Case.objects.exists()
