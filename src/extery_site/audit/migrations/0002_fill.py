"""Adds rows for what happened before there was an audit log: events, steps of cases, suspensions, appeals.

The role of a person at that time and the way of the change are not known, and stay empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import migrations

#: Rows that are in memory at the same time.
BATCH = 1_000
#: Values of the models as they are now: the limits of the columns of ``0001_initial``.
MAX_TEXT_LENGTH = 2_000
OWNED_KINDS = ("extension", "version", "image", "rating")

Row = dict[str, Any]


def _user(name: str, user: Any) -> Row:
    return {f"{name}_id": user.pk, f"{name}_name": user.username[:150]} if user else {}


def _extension(extension: Any) -> Row:
    if extension is None:
        return {}
    return {"extension_key": extension.id_key[:200], "extension_name": extension.name[:200]}


def _withheld(*users: int | None) -> str:
    keys = sorted({pk for pk in users if pk is not None})
    return f" {' '.join(map(str, keys))} " if keys else ""


def _of_event(event: Any) -> Iterator[Row]:
    extension = event.extension
    is_comment = event.kind in ("comment", "tried")
    yield {
        "created_at": event.created_at,
        "action": f"event.{event.kind}",
        **_user("actor", event.by),
        **_user("person", extension.owner if extension.owner_id != event.by_id else None),
        **_extension(extension),
        "version_number": event.version_number,
        "path": f"/extensions/{extension.extension_id}/",
        "text": "" if is_comment else event.text,
        "details": {"packages": event.packages} if event.packages else {},
        "source": f"event {event.pk}",
        "withheld_from": _withheld(extension.owner_id) if event.is_internal else "",
    }


def _of_entry(entry: Any) -> Iterator[Row]:
    case = entry.case
    owned = case.extension is not None and case.kind in OWNED_KINDS
    yield {
        "created_at": entry.created_at,
        "action": f"case.{entry.kind}",
        **_user("actor", entry.by),
        **_user("person", case.person),
        **_extension(case.extension),
        "subject": f"Reports about {case.title}",
        "path": f"/reports/{case.pk}/",
        "text": entry.text,
        "source": f"case-entry {entry.pk}",
        "withheld_from": _withheld(case.person_id, case.extension.owner_id if owned else None),
    }


def _of_suspension(suspension: Any) -> Iterator[Row]:
    common = {**_user("person", suspension.user), "path": f"/people/{suspension.user.username}/"}
    yield {
        **common,
        "created_at": suspension.created_at,
        "action": "account.suspended",
        **_user("actor", suspension.by),
        "text": suspension.reason,
        "details": {"until": suspension.ends_at.isoformat(timespec="seconds")},
        "source": f"suspension {suspension.pk}",
    }
    # Without a moderator it ended by itself.
    if suspension.lifted_at is not None and suspension.lift_reason:
        yield {
            **common,
            "created_at": suspension.lifted_at,
            "action": "account.lifted",
            **_user("actor", suspension.lifted_by),
            "text": suspension.lift_reason,
            "source": f"lift {suspension.pk}",
        }


def _of_appeal(appeal: Any) -> Iterator[Row]:
    extension = appeal.event.extension if appeal.event else None
    common = {
        **_extension(extension),
        "subject": f"Appeal: {appeal.title}",
        "path": f"/appeals/{appeal.pk}/",
    }
    yield {
        **common,
        "created_at": appeal.created_at,
        "action": "appeal.made",
        **_user("actor", appeal.by),
        **_user("person", appeal.first_decided_by),
        "text": appeal.text,
        "source": f"appeal {appeal.pk}",
    }
    if appeal.decided_at is not None:
        yield {
            **common,
            "created_at": appeal.decided_at,
            "action": f"appeal.{appeal.status}",
            **_user("actor", appeal.decided_by),
            **_user("person", appeal.by),
            "text": appeal.answer,
            "source": f"answer {appeal.pk}",
        }


def _of_reserved_id(reserved: Any) -> Iterator[Row]:
    yield {
        "created_at": reserved.created_at,
        "action": "id.reserved",
        **_user("actor", reserved.by),
        "subject": reserved.id_key,
        "path": "/reserved-ids/",
        "text": reserved.reason,
        "source": f"reserved-id {reserved.pk}",
    }


#: For each model: what is read with it, and the function that returns its rows.
SOURCES: tuple[tuple[str, str, tuple[str, ...], Callable[[Any], Iterator[Row]]], ...] = (
    ("catalog", "Event", ("extension__owner", "by"), _of_event),
    ("reports", "CaseEntry", ("case__extension", "case__person", "by"), _of_entry),
    ("accounts", "Suspension", ("user", "by", "lifted_by"), _of_suspension),
    (
        "reports",
        "Appeal",
        ("by", "first_decided_by", "decided_by", "event__extension"),
        _of_appeal,
    ),
    ("publish", "ReservedId", ("by",), _of_reserved_id),
)


def fill(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001  as Django calls it
    """Add the rows, batch by batch."""
    entries = apps.get_model("audit", "AuditEntry").objects
    for app, name, related, rows_of in SOURCES:
        rows = apps.get_model(app, name).objects.select_related(*related).order_by("pk")
        last = 0
        while batch := list(rows.filter(pk__gt=last)[:BATCH]):
            last = batch[-1].pk
            entries.bulk_create(
                entries.model(**_finished(row)) for one in batch for row in rows_of(one)
            )


def _finished(row: Row) -> Row:
    """Return the values of a row with its text cut, and its names for the search."""
    columns = ("actor_name", "person_name", "extension_key", "extension_name", "version_number")
    names = [row.get(column, "") for column in (*columns, "subject")]
    return {
        **row,
        "text": row.get("text", "").strip()[:MAX_TEXT_LENGTH],
        "subject": row.get("subject", "")[:300],
        "path": row["path"][:300],
        "names": " ".join(dict.fromkeys(name for name in names if name)).lower()[:800],
    }


def empty(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001  as Django calls it
    """Delete the rows that `fill` added: the only ones without an origin."""
    apps.get_model("audit", "AuditEntry").objects.filter(origin="").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("accounts", "0007_volunteers"),
        ("catalog", "0015_ratings"),
        ("publish", "0002_reserved_by"),
        ("reports", "0005_reports_of_cases"),
    ]
    operations = [migrations.RunPython(fill, empty)]
