"""The migration from decisions to events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.site.migrating import earlier_state

BEFORE = [("catalog", "0002_declined"), ("moderation", "0002_decision_packages")]


@pytest.mark.django_db(transaction=True)
def test_a_decision_is_merged_into_its_event() -> None:
    with earlier_state(*BEFORE) as apps:
        expected = fill(apps)

    from extery_site.catalog.models import Event

    rows = Event.objects.decisions().order_by("created_at")
    assert [(row.kind, row.text, row.packages) for row in rows] == expected


def fill(apps: Any) -> list[tuple[str, str, list[str]]]:
    """Two decisions with their event, and one without."""
    user = apps.get_model("accounts", "User").objects.create(username="mod")
    extension = apps.get_model("catalog", "Extension").objects.create(
        extension_id="gear_tool", id_key="gear_tool", owner=user
    )
    expected = []
    start = timezone.now()
    for number, (kind, has_line) in enumerate(
        [("changes_requested", True), ("approved", True), ("blocked", False)]
    ):
        values = {
            "extension": extension,
            "by": user,
            "kind": kind,
            "created_at": start + timedelta(hours=number),
        }
        if has_line:
            apps.get_model("catalog", "Activity").objects.create(text=kind, **values)
        apps.get_model("moderation", "Decision").objects.create(
            reason=kind, packages=[str(number)], **values
        )
        expected.append((kind, kind, [str(number)]))
    return expected
