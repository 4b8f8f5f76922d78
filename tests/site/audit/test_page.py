"""The page of the audit log and its exports."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from extery_site.accounts.models import User
from extery_site.administration.audit_labels import GROUPS, all_actions
from extery_site.audit import queries
from extery_site.audit.models import AuditEntry
from extery_site.audit.queries import AuditFilter, Cursor, find_page, stream
from extery_site.audit.recording import search_names, write_entry
from tests.site import factories

pytestmark = pytest.mark.django_db

PAGE = "/staff/audit/"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_entries(number: int, **values: Any) -> list[AuditEntry]:
    """Add entries, a day apart; several have the same time."""
    return AuditEntry.objects.bulk_create(
        AuditEntry(
            **{
                "created_at": START + timedelta(days=index // 3),
                "action": "event.approved",
                "actor_name": "mod",
                "person_name": "ada" if index % 2 else "Eve",
                "extension_key": f"tool_{index % 4}",
                "extension_name": f"Tool {index % 4}",
                "names": search_names("mod", "ada" if index % 2 else "eve", f"tool_{index % 4}"),
                **values,
            }
        )
        for index in range(number)
    )


def all_pages(wanted: AuditFilter, size: int) -> list[int]:
    """Return the keys of the entries of all pages."""
    found: list[int] = []
    after = None
    while True:
        page, after = find_page(wanted, reader=None, size=size, after=after)
        found += [entry.pk for entry in page]
        if after is None:
            return found
        after = Cursor.parse(str(after))


def test_pages_and_exports_have_each_entry_of_a_filter_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = make_entries(40)
    write_entry("claim.started", by=None, person=None)
    newest = [entry.pk for entry in sorted(entries, key=lambda row: (row.created_at, row.pk))]
    newest.reverse()
    every_second = [entry.pk for entry in entries if entry.person_name == "ada"]
    day = START.date() + timedelta(days=2)
    for wanted, expected in {
        AuditFilter(action="event."): set(newest),
        AuditFilter(action="event.approved"): set(newest),
        AuditFilter(action="event.blocked"): set(),
        AuditFilter(person="MOD"): set(newest),
        AuditFilter(person="ADA"): set(every_second),
        AuditFilter(extension="tool_1"): {row.pk for row in entries[1::4]},
        AuditFilter(text="OOL_2"): {row.pk for row in entries[2::4]},
        AuditFilter(since=day, until=day): {row.pk for row in entries[6:9]},
        AuditFilter(until=day, person="ada"): {row.pk for row in entries[1:9:2]},
    }.items():
        assert all_pages(wanted, 7) == [pk for pk in newest if pk in expected], wanted
    monkeypatch.setattr(queries, "EXPORT_BATCH", 9)
    streamed = [entry.pk for entry in stream(AuditFilter(person="mod"), reader=None)]
    assert streamed == newest


def test_a_wrong_filter_is_none(signed_in: Any, moderator: User) -> None:
    for text in ("1", "1-", "-1-2", "9" * 30 + "-1", "١-١", "a-b"):
        assert Cursor.parse(text) is None
    assert AuditFilter.of({"since": "2026-13-01", "action": "'; --", "until": ""}).is_empty
    query = "?after=x&since=0000-00-00&until=9999-12-31&action=x&person=@&q=%&extension=_"
    response = signed_in(moderator).get(PAGE + query)
    assert response.status_code == 200


def test_moderators_read_the_log_and_others_do_not(
    signed_in: Any, owner: User, moderator: User, stranger: User
) -> None:
    factories.make_approved(owner, moderator)
    for path in (PAGE, f"{PAGE}export.csv", f"{PAGE}export.jsonl"):
        assert Client().get(path).status_code == 302
        assert signed_in(owner).get(path).status_code == 403
        assert signed_in(moderator).post(path).status_code == 405
    client = signed_in(moderator)
    assert client.get(f"{PAGE}export.xml").status_code == 404
    page = client.get(PAGE, {"person": "mod"}).content.decode()
    assert "Approved</span>" in page
    assert "Submitted for review</span>" not in page
    lines = b"".join(client.get(f"{PAGE}export.jsonl", {"person": "ada"}).streaming_content)
    rows = [json.loads(line) for line in lines.splitlines()]
    assert [row["action"] for row in rows][:2] == ["event.approved", "event.submitted"]
    assert rows[0]["by"] == "mod"
    assert rows[0]["details"]["packages"]
    write_entry("id.reserved", by=None, subject="=HYPERLINK(1)", text="@SUM")
    table = b"".join(client.get(f"{PAGE}export.csv").streaming_content).decode()
    first = next(csv.DictReader(io.StringIO(table)))
    assert (first["subject"], first["reason"]) == ("'=HYPERLINK(1)", "'@SUM")
    # A moderator reaches the log from the menu and from the page of a person.
    assert f'href="{PAGE}?person=ada"' in client.get("/people/ada/").content.decode()
    assert f'href="{PAGE}"' in client.get("/reports/").content.decode()
    assert PAGE not in signed_in(stranger).get("/people/ada/").content.decode()


def test_reports_about_a_moderator_are_withheld_from_that_moderator(
    signed_in: Any, moderator: User, stranger: User, settings: Any
) -> None:
    other = factories.make_moderator("other")
    write_entry("case.reported", by=stranger, person=moderator, withheld_from=[moderator.pk])
    for user, number in ((moderator, 0), (other, 1)):
        client = signed_in(user)
        assert client.get(PAGE).content.decode().count("reported it</span>") == number
        lines = b"".join(client.get(f"{PAGE}export.jsonl", {"person": "mod"}).streaming_content)
        assert len(lines.splitlines()) == number
    settings.EXTERY_OWN_DECISIONS = True
    assert signed_in(moderator).get(PAGE).content.decode().count("reported it</span>") == 1


def test_deleted_accounts_and_extensions_are_named(
    signed_in: Any, moderator: User, stranger: User
) -> None:
    author = factories.make_user("author")
    extension = factories.make_draft(author).extension
    write_entry(
        "account.suspended", by=moderator, person=stranger, path="/people/eve/", text="Two\nlines"
    )
    extension.events.all().delete()
    extension.versions.all().delete()
    extension.delete()
    stranger.delete()
    page = signed_in(moderator).get(PAGE).content.decode()
    # The suspension, and the deletion itself.
    assert page.count("account deleted") == 2
    assert "“Two lines”" in page
    assert "Gear Tool" in page
    assert 'href="/extensions/gear_tool/"' not in page
    assert 'href="/people/eve/"' not in page


def test_a_page_needs_the_same_queries_for_every_filter_and_finds_rows_by_an_index(
    signed_in: Any, moderator: User
) -> None:
    client = signed_in(moderator)
    make_entries(3)
    client.get(PAGE)
    numbers = {}
    for rows in (3, 120):
        make_entries(rows)
        for query in ("", "?extension=tool_1", "?action=event.approved", "?since=2026-03-01"):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(PAGE + query).status_code == 200
            numbers[rows, query] = len(captured)
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{PAGE}?person=ada")
        numbers[rows, "person"] = len(captured) - 1  # who did it, and whom it concerns
    assert len(set(numbers.values())) == 1, numbers
    for wanted, index in (
        (AuditFilter(), "audit_time"),
        (AuditFilter(extension="tool_1"), "audit_extension"),
        (AuditFilter(action="event.approved"), "audit_action"),
        (AuditFilter(action="event."), "audit_group"),
    ):
        if connection.vendor == "sqlite":
            plan = queries._conditions(wanted, 1)[:10].explain()
            assert index in plan
            assert "TEMP B-TREE" not in plan
    if connection.vendor == "sqlite":
        with CaptureQueriesContext(connection) as captured:
            find_page(AuditFilter(person="ada"), reader=1, size=10)
        for one, index in zip(captured, ("audit_actor", "audit_person"), strict=True):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {one['sql']}")
                steps = str(cursor.fetchall())
            assert index in steps
            assert "TEMP B-TREE" not in steps


def test_a_page_looks_for_a_text_in_a_limited_number_of_rows(
    signed_in: Any, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "TEXT_ROWS", 7)
    entries = make_entries(40)
    wanted = AuditFilter(text="TOOL_1")
    newest_first = [entry.pk for entry in reversed(entries)]
    ours = [entry.pk for entry in entries[::-1] if entry.extension_key == "tool_1"]
    # Each page begins where the rows of the one before end, also among rows of one time.
    assert all_pages(wanted, 50) == all_pages(wanted, 1) == ours
    assert [row.pk for row in stream(wanted, reader=None)] == ours
    assert find_page(wanted, reader=None, size=50)[1] == Cursor(
        entries[33].created_at, newest_first[6]
    )
    page = signed_in(moderator).get(f"{PAGE}?q=nowhere").content.decode()
    assert "No entry since 12 March 2026 has this text" in page
    assert "Older</a>" in page


def test_every_action_has_a_name_and_belongs_to_a_group() -> None:
    assert all(action.startswith(tuple(GROUPS)) for action in all_actions())
    assert all(all_actions().values())
