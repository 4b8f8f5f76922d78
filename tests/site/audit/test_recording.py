"""Every change is in the audit log: events, steps of cases, and each action of moderators and volunteers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.utils import timezone

import extery_site
from extery_site.accounts.models import User
from extery_site.accounts.roles import ROLES, set_role
from extery_site.accounts.suspensions import lift_suspension, suspend_user
from extery_site.audit import tasks
from extery_site.audit.actions import SIGN_INS, Action, case_action, event_action
from extery_site.audit.models import AppendOnlyError, AuditEntry
from extery_site.audit.recording import write_entry
from extery_site.catalog import lifecycle
from extery_site.catalog.models import Event
from extery_site.moderation.claims import claim, release, take_over
from extery_site.moderation.comments import comment, remove_comment
from extery_site.moderation.replies import delete_reply, save_reply
from extery_site.project.event_handlers import EVENT_HANDLERS
from extery_site.project.origin import Origin, current_origin, with_origin
from extery_site.publish.reserved_ids import free_id, reserve_id
from extery_site.reports.actions import report_extension
from extery_site.reports.appeals import appeal, decide_appeal
from extery_site.reports.entries import add_entry
from extery_site.reports.handling import claim_case, resolve_case
from extery_site.reports.models import Case, CaseEntry
from tests.site import factories

pytestmark = pytest.mark.django_db

SITE = Path(extery_site.__file__).parent
HANDLER = "extery_site.catalog.audit_rows.record_event"


def actions() -> list[str]:
    """Return the actions of all rows, oldest first."""
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_every_kind_of_event_and_every_step_of_a_case_has_a_row(
    owner: User, moderator: User, settings: Any
) -> None:
    assert HANDLER in EVENT_HANDLERS
    version = factories.make_draft(owner)
    settings.EVENT_HANDLERS = [HANDLER]
    for kind in Event.Kind:
        lifecycle.record(
            version.extension, kind, by=moderator, version=version, text="why", packages=["aa"]
        )
    case = Case.objects.create(
        kind="extension", target_pk=1, title="Gear Tool", extension=version.extension
    )
    for step in CaseEntry.Kind:
        add_entry(case, step, by=moderator, text="Looked at it.")
    recorded = actions()
    assert {event_action(kind) for kind in Event.Kind} <= {*recorded}
    assert {case_action(step) for step in CaseEntry.Kind} <= {*recorded}
    assert len(recorded) == Event.objects.count() + CaseEntry.objects.count()
    blocked = AuditEntry.objects.get(action="event.blocked")
    assert (blocked.actor_name, blocked.actor_role) == ("mod", "moderator")
    assert (blocked.person_name, blocked.extension_key) == ("ada", "gear_tool")
    assert (blocked.version_number, blocked.text) == (version.number, "why")
    assert blocked.details == {"packages": ["aa"]}
    # A comment can be removed, so its text is not kept here.
    assert AuditEntry.objects.get(action="event.comment").text == ""
    note = AuditEntry.objects.filter(action="case.note").get()
    assert note.withheld_from == f" {owner.pk} "


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield each function of the actions of the site with its module."""
    skipped = ("views", "endpoints", "forms", "queries", "permissions", "adapter")
    for path in SITE.rglob("*.py"):
        if path.stem.endswith(skipped) or "migrations" in path.parts:
            continue
        module = ".".join(path.relative_to(SITE).with_suffix("").parts)
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.FunctionDef):
                yield module, node


def names_in(node: ast.AST) -> set[str]:
    """Return the names that a function calls or mentions."""
    found = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return found | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}


def test_every_action_of_moderators_and_volunteers_writes_a_row() -> None:
    mentioned = [(module, node.name, names_in(node)) for module, node in functions()]
    recording = {"write_entry", "record", "transition"}
    while more := {name for _, name, used in mentioned if used & recording} - recording:
        recording |= more
    checks = {"require_moderator", "require_triage"}
    # Functions that lock the rows of an action, and check its permission.
    locks = {name for _, name, used in mentioned if name.startswith("_") and used & checks}
    staff = [(module, name) for module, name, used in mentioned if used & (checks | locks)]
    assert len(staff) > 40
    silent = {f"{module}.{name}" for module, name in staff if name not in recording | locks}
    assert silent == {
        "catalog.lifecycle.lock",  # `transition` calls it
        "moderation.seen_files.mark_file",  # a mark for oneself
        "source_search.actions.cancel_run",  # stops a computation, changes nothing else
    }
    used = "".join(path.read_text() for path in SITE.rglob("*.py"))
    missing = [one.name for one in Action if f"Action.{one.name}" not in used.replace("\n", "")]
    assert missing == []


def test_actions_beside_events_have_rows_of_their_own(
    owner: User, moderator: User, stranger: User
) -> None:
    other = factories.make_moderator("other")
    version = factories.make_waiting(owner)
    before = AuditEntry.objects.count()
    claim(version=version, by=moderator)
    claim(version=version, by=moderator)  # renewed: not another row
    take_over(version=version, by=other)
    release(version=version, by=other)
    note = comment(extension=version.extension, by=stranger, text="Spam")
    remove_comment(event=note, by=moderator, reason="Advertising")
    reply = save_reply(by=moderator, title="Licence", text="Please add the licence.")
    delete_reply(by=moderator, reply=reply)
    reserved = reserve_id(extension_id="blender_tools", by=moderator, reason="Confusing")
    free_id(reserved=reserved, by=moderator)
    set_role(user=stranger, role="is_volunteer", granted=True, by=moderator)
    set_role(user=stranger, role="is_volunteer", granted=True, by=moderator)
    set_role(user=stranger, role="is_volunteer", granted=False, by=None)
    until = timezone.now() + timedelta(days=7)
    suspend_user(user=stranger, by=moderator, reason="Advertising", ends_at=until)
    decision = f"suspension-{stranger.suspensions.get().pk}"
    made = appeal(decision=decision, by=User.objects.get(pk=stranger.pk), text="I did not.")
    decide_appeal(appeal=made, by=other, grant=True, answer="It was another account.")
    assert actions()[before:] == [
        *("claim.started", "claim.taken_over", "claim.released"),
        *("event.comment", "comment.removed", "reply.saved", "reply.deleted"),
        *("id.reserved", "id.freed", "role.granted", "role.revoked"),
        *("account.suspended", "appeal.made", "appeal.granted", "account.lifted"),
    ]
    rows = {row.action: row for row in AuditEntry.objects.filter(pk__gt=before)}
    assert (rows["claim.taken_over"].actor_name, rows["claim.taken_over"].person_name) == (
        "other",
        "mod",
    )
    assert rows["id.freed"].subject == "blender_tools"
    assert rows["role.granted"].details == {"role": ROLES["is_volunteer"]}
    assert rows["account.lifted"].text == "It was another account."


def test_rows_survive_what_they_are_about(owner: User, moderator: User, stranger: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    report_extension(extension=extension, by=stranger, reason="other", text="Odd")
    suspend_user(
        user=stranger, by=moderator, reason="x", ends_at=timezone.now() + timedelta(days=1)
    )
    before = list(AuditEntry.objects.order_by("pk").values())
    extension.events.all().delete()
    extension.versions.all().delete()
    extension.delete()
    stranger.deleted_by = moderator  # type: ignore[misc]
    stranger.delete()
    after = list(AuditEntry.objects.order_by("pk").values())
    assert after[:-1] == before
    assert after[-1]["action"] == "account.deleted"
    assert (after[-1]["actor_name"], after[-1]["person_name"]) == ("mod", "eve")


def test_a_row_belongs_to_the_transaction_of_its_change(owner: User) -> None:
    version = factories.make_draft(owner)
    before = actions()
    with transaction.atomic():
        lifecycle.record(version.extension, Event.Kind.COMMENT, by=owner, text="Hello")
        transaction.set_rollback(True)
    assert actions() == before


def test_rows_cannot_be_changed_or_deleted_except_old_sign_ins(owner: User, settings: Any) -> None:
    entry = write_entry("event.approved", by=owner, text="x" * 5_000)
    assert len(entry.text) == 2_000
    entry.text = "nothing"
    rows = AuditEntry.objects.all()
    for change in (
        entry.save,
        entry.delete,
        rows.delete,
        lambda: rows.update(text=""),
        lambda: rows.bulk_update([entry], ["text"]),
        lambda: rows.bulk_create([entry], update_conflicts=True, update_fields=["text"]),
        lambda: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"text": ""}),
    ):
        with pytest.raises(AppendOnlyError):
            change()
    for action in SIGN_INS:
        write_entry(action, by=owner)
    models.QuerySet.update(rows, created_at=timezone.now() - timedelta(days=400))
    write_entry(Action.SIGNED_IN, by=owner)
    assert tasks.delete_old_sign_ins.call() == 2
    assert actions() == ["event.approved", "sign_in.done"]


def test_the_way_of_a_change_is_recorded(
    owner: User, moderator: User, signed_in: Any, program: Any
) -> None:
    version = factories.make_waiting(owner)
    before = AuditEntry.objects.count()
    signed_in(moderator).post("/reserved-ids/", {"id": "blender_tools", "reason": "Confusing"})
    path = f"/api/v1/extensions/{version.extension.extension_id}/versions/{version.number}/claim"
    program(moderator).post(path)
    with with_origin(Origin.WORKER):
        comment(extension=version.extension, by=moderator, text="From a worker")
    rows = list(AuditEntry.objects.order_by("pk"))[before:]
    assert [(row.action, row.origin) for row in rows] == [
        ("id.reserved", "page"),
        ("claim.started", "api"),
        ("event.comment", "worker"),
    ]
    assert current_origin() is Origin.COMMAND


def test_sign_ins_of_staff_are_recorded_and_wrong_passwords_up_to_a_limit(
    stranger: User, moderator: User, settings: Any
) -> None:
    settings.EXTERY_RATE_LIMITS = False
    for user in (stranger, moderator):
        user.set_password("a long password")
        user.save()
        for password in ("wrong", "a long password"):
            data = {"login": user.username, "password": password}
            Client().post("/account/login/", data, REMOTE_ADDR="192.0.2.7")
    rows = list(AuditEntry.objects.order_by("pk"))
    assert [row.action for row in rows] == ["sign_in.failed", "sign_in.done"]
    assert [row.details for row in rows] == [{"address": "192.0.2.7"}] * 2
    assert (rows[0].actor_id, rows[0].person_name, rows[1].actor_name) == (None, "mod", "mod")
    limit = import_module("extery_site.accounts.sign_ins").MAX_FAILURES
    for _ in range(limit + 3):
        Client().post("/account/login/", {"login": "mod", "password": "wrong"})
    assert AuditEntry.objects.filter(action="sign_in.failed").count() == limit


def test_earlier_changes_are_filled_in_as_they_would_have_been_recorded(
    owner: User, moderator: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    extension = factories.make_approved(owner, moderator).extension
    case = report_extension(extension=extension, by=stranger, reason="other", text="Odd").case
    claim_case(case=case, by=moderator)
    resolve_case(case=case, by=moderator, note="Thank you.")
    until = timezone.now() + timedelta(days=7)
    suspend_user(user=stranger, by=moderator, reason="Advertising", ends_at=until)
    made = appeal(
        decision=f"suspension-{stranger.suspensions.get().pk}",
        by=User.objects.get(pk=stranger.pk),
        text="I did not.",
    )
    decide_appeal(appeal=made, by=factories.make_moderator("other"), grant=False, answer="No.")
    suspension = stranger.suspensions.get()
    lift_suspension(user=stranger, by=moderator, reason="Apology")
    assert suspension.lifted_at is None

    def content() -> list[dict[str, Any]]:
        """Return the rows that refer to a source, without what cannot be filled in."""
        unknown = {"id", "created_at", "actor_role", "origin"}
        rows = AuditEntry.objects.exclude(source="").order_by("source").values()
        return [{name: value for name, value in row.items() if name not in unknown} for row in rows]

    recorded = content()
    assert len(recorded) > 8
    fill = import_module("extery_site.audit.migrations.0002_fill")
    monkeypatch.setattr(fill, "BATCH", 2)
    models.QuerySet.delete(AuditEntry.objects.all())
    fill.fill(apps, None)
    assert content() == recorded
    times = dict(AuditEntry.objects.values_list("source", "created_at"))
    first = extension.events.order_by("pk").first()
    assert first is not None
    assert times[f"event {first.pk}"] == first.created_at
