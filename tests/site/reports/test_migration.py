"""The migration from single reports to cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.site.migrating import earlier_state

BEFORE = ("reports", "0002_reason_labels")


@pytest.mark.django_db(transaction=True)
def test_reports_are_grouped_without_loss() -> None:
    with earlier_state(BEFORE) as apps:
        fill(apps)

    from extery_site.reports.models import Case

    cases = [
        (
            case.status,
            case.note,
            [report.text for report in case.reports.order_by("pk")],
            [(entry.kind, entry.text) for entry in case.entries.all()],
        )
        for case in Case.objects.order_by("pk")
    ]
    assert cases == [
        ("resolved", "Done", ["old"], [("reported", ""), ("resolved", "Done")]),
        (
            "open",
            "",
            ["one", "two", "nobody", "nobody again"],
            [
                *[("reported", "")] * 2,
                ("added", "one more"),
                *[("reported", "")] * 2,
            ],
        ),
    ]
    assert {case.title for case in Case.objects.all()} == {"Gear Tool"}


def fill(apps: Any) -> None:
    """A closed report, open ones by two users, of which one reported twice, and by deleted users."""
    User = apps.get_model("accounts", "User")
    ada, ben = (User.objects.create(username=name) for name in ("ada", "ben"))
    extension = apps.get_model("catalog", "Extension").objects.create(
        extension_id="gear_tool", id_key="gear_tool", name="Gear Tool", owner=ada
    )
    start = timezone.now()
    rows: list[tuple[str, Any, str]] = [
        ("old", ben, "resolved"),
        ("one", ben, "open"),
        ("two", ada, "open"),
        ("one more", ben, "open"),
        ("nobody", None, "open"),
        ("nobody again", None, "open"),
    ]
    for number, (text, by, status) in enumerate(rows):
        apps.get_model("reports", "Report").objects.create(
            extension=extension,
            by=by,
            reason="other",
            text=text,
            status=status,
            note="Done" if status == "resolved" else "",
            handled_by=ada if status == "resolved" else None,
            handled_at=start if status == "resolved" else None,
            created_at=start + timedelta(minutes=number),
        )
