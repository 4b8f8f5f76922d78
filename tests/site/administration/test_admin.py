"""Django's admin: every model has pages that staff can read, and changes go through the actions of the site."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.utils import quote
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from extery_site.accounts.models import User
from extery_site.administration.pages.system import WITHOUT_PAGE
from extery_site.administration.site import admin_site
from extery_site.audit.models import AuditEntry
from extery_site.moderation.models import SavedReply
from extery_site.publish.models import ReservedId
from extery_site.reports.actions import report_target
from extery_site.reports.models import Case
from extery_site.reports.targets import find_target
from tests.site import factories
from tests.site.administration.rows import make_rows

pytestmark = pytest.mark.django_db

#: Queries of one page: session, user, menu, the rows, and the values of the filters.
MAX_QUERIES = 16


@pytest.fixture
def admin(db: None) -> User:
    """Root, a superuser."""
    user: User = factories.make_user("root", is_superuser=True, is_staff=True)
    return user


def names(model: Any) -> tuple[str, str, str]:
    """Return the addresses of the list, of adding a row, and the name of that of a row."""
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    return reverse(f"{base}_changelist"), reverse(f"{base}_add"), f"{base}_change"


def test_every_model_is_in_the_admin_or_has_a_reason_why_not() -> None:
    registered = {model._meta.label for model in admin_site._registry}
    every = {model._meta.label for model in apps.get_models()}
    assert registered | WITHOUT_PAGE.keys() == every
    assert not registered & WITHOUT_PAGE.keys()
    for model, page in admin_site._registry.items():
        assert len(page.list_display) > 1, model
        assert page.search_fields, model
        # A date of the row, if it has one, is its hierarchy.
        dated = any(field.name == "created_at" for field in model._meta.fields)
        assert not dated or page.date_hierarchy, model


def test_every_page_of_the_admin_works_with_a_fixed_number_of_queries(
    admin: User, moderator: User, signed_in: Any
) -> None:
    second = factories.make_moderator("second")
    make_rows("one", moderator, second)
    client = signed_in(admin)
    counted: list[dict[str, int]] = []
    for name in ("", "two"):
        if name:
            make_rows(name, moderator, second)
        found = {}
        for model in admin_site._registry:
            with CaptureQueriesContext(connection) as captured:
                response = client.get(names(model)[0])
            assert response.status_code == 200, model
            found[model._meta.label] = len(captured)
        counted.append(found)
    assert counted[0] == counted[1]
    assert max(counted[1].values()) <= MAX_QUERIES
    for model, page in admin_site._registry.items():
        listed, add, change = names(model)
        response = client.get(listed, {"q": "tool"})
        assert response.status_code == 200, model
        can_add = page.has_add_permission(response.wsgi_request)
        assert client.get(add).status_code == (200 if can_add else 403), model
        row = model._default_manager.order_by("pk").last()
        assert row is not None, f"{model} has no row"
        with CaptureQueriesContext(connection) as captured:
            response = client.get(reverse(change, args=[quote(row.pk)]))
        assert response.status_code == 200, model
        assert len(captured) <= MAX_QUERIES, model
        html = response.content.decode()
        assert " style=" not in html
        assert "<script>" not in html
        # Secrets are not shown.
        for secret in ("secret_hash", "nonce", "password"):
            assert not (value := getattr(row, secret, "")) or str(value) not in html, model
        # No status is edited by hand.
        assert not any(f'name="{field}"' in html for field in ("status", "state", "hidden_at"))


def test_only_staff_reach_the_admin_and_only_superusers_change(
    admin: User, moderator: User, signed_in: Any
) -> None:
    path = "/admin/accounts/user/"
    response = Client().get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/account/login/?next=/admin/")
    for address in ("/admin/", path, "/admin/login/", "/admin/nothing/"):
        assert signed_in(moderator).get(address).status_code == 404
    staff = factories.make_user("staff", is_staff=True)
    client = signed_in(staff)
    page = client.get("/admin/")
    assert page.status_code == 200
    assert "/admin/reports/case/" in page.content.decode()
    change = f"{path}{moderator.pk}/change/"
    assert 'type="submit"' not in client.get(change).content.decode()
    assert client.post(change, {"full_name": "Other"}).status_code == 403
    assert client.post(f"{path}{moderator.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/publish/reservedid/add/").status_code == 403
    assert signed_in(admin).get("/admin/logout/").headers["Location"] == "/account/logout/"
    assert signed_in(admin).get("/admin/password_change/").status_code == 302


def test_changes_of_users_are_in_the_audit_log_with_the_name_of_the_admin(
    admin: User, stranger: User, moderator: User, signed_in: Any
) -> None:
    client = signed_in(admin)
    path = f"/admin/accounts/user/{stranger.pk}/"
    # A form from before a moderator hid the name does not bring it back.
    data = {"full_name": "Bad Eve", "about": "Buy gears", "is_moderator": "on"}
    assert client.post(f"{path}change/", data).status_code == 302
    stranger.refresh_from_db()
    assert (stranger.full_name, stranger.about) == ("", "")
    assert (stranger.is_active, stranger.is_moderator) == (False, True)
    # Without a change there is no row.
    assert client.post(f"{path}change/", data).status_code == 302
    assert client.post(f"{path}delete/", {"post": "yes"}).status_code == 302
    rows = list(AuditEntry.objects.order_by("pk"))
    assert [(row.action, row.actor_name, row.person_name, row.origin) for row in rows] == [
        ("role.granted", "root", "eve", "admin"),
        ("admin.changed", "root", "eve", "admin"),
        ("account.deleted", "root", "eve", "admin"),
    ]
    assert rows[1].details == {"fields": ["Active"]}
    own = f"/admin/accounts/user/{admin.pk}/"
    client.post(f"{own}change/", {"full_name": "Root"})
    admin.refresh_from_db()
    assert admin.is_superuser
    assert admin.is_active
    assert client.post(f"{own}delete/", {"post": "yes"}).status_code == 403
    assert not apps.get_model("admin", "LogEntry").objects.exists()
    # History leads to the audit log.
    history = client.get(f"/admin/accounts/user/{moderator.pk}/history/")
    assert history.headers["Location"] == "/staff/audit/"


def test_reserved_ids_and_saved_replies_are_changed_by_the_actions_of_the_site(
    admin: User, signed_in: Any
) -> None:
    client = signed_in(admin)
    add = "/admin/publish/reservedid/add/"
    data = {"id_key": "Blender_Tools", "reason": "Confusing"}
    assert client.post(add, data).status_code == 302
    again = client.post(add, data)
    assert again.status_code == 200
    assert "already" in again.content.decode()
    assert client.post(add, {"id_key": "no id", "reason": "x"}).status_code == 200
    reserved = ReservedId.objects.get()
    assert (reserved.id_key, reserved.by) == ("blender_tools", admin)
    path = f"/admin/publish/reservedid/{reserved.pk}/"
    assert client.post(f"{path}change/", {"reason": "other"}).status_code == 403
    assert client.post(f"{path}delete/", {"post": "yes"}).status_code == 302
    add = "/admin/moderation/savedreply/add/"
    assert client.post(add, {"title": "Licence", "text": "Add it."}).status_code == 302
    written = SavedReply.objects.get()
    path = f"/admin/moderation/savedreply/{written.pk}/"
    assert client.post(f"{path}change/", {"title": "Licence", "text": "Other"}).status_code == 302
    written.refresh_from_db()
    assert (written.text, written.changed_by) == ("Other", admin)
    assert client.post(add, {"title": "Licence", "text": "Again"}).status_code == 200
    assert client.post(f"{path}delete/", {"post": "yes"}).status_code == 302
    rows = AuditEntry.objects.order_by("pk").values_list("action", "actor_name", "origin")
    assert list(rows) == [
        (action, "root", "admin")
        for action in ("id.reserved", "id.freed", "reply.saved", "reply.saved", "reply.deleted")
    ]


def test_reports_about_a_member_of_the_staff_are_left_out_for_them(
    admin: User, signed_in: Any, settings: Any
) -> None:
    reporter = factories.make_user("zoe_r")
    target = find_target("user", "root", reporter)
    report = report_target(target=target, by=reporter, reason="other", text="Rude")
    other = factories.make_user("other", is_superuser=True)
    pages = (
        "/admin/reports/case/",
        f"/admin/reports/report/{report.pk}/change/",
        "/admin/reports/caseentry/",
        "/admin/audit/auditentry/",
    )
    assert Case.objects.get().person == admin
    for user, number in ((admin, 0), (other, 1)):
        client = signed_in(user)
        shown = [b"zoe_r" in client.get(page, follow=True).content for page in pages[1:]]
        assert shown == [bool(number)] * 3
        listed = client.get(pages[0]).context["cl"].result_list
        assert len(listed) == number
    settings.EXTERY_OWN_DECISIONS = True
    assert b"zoe_r" in signed_in(admin).get(pages[1]).content
