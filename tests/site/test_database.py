"""Behaviour that is the same on SQLite and PostgreSQL, and responses to database errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, connection
from django.db.utils import ProgrammingError
from django.test import Client, RequestFactory

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from extery_site.project.problems import respond_to_database_error
from tests.site import factories


def test_the_listing_sorts_ids_by_their_bytes_in_every_locale(
    approve: Callable[..., Any], client: Client
) -> None:
    ids = ["gear_tool", "gear2", "gearbox", "Gear_a", "gear_b", "gear", "gäar"]
    for id_ in ids:
        approve(id=id_, name=id_)

    entries = client.get("/api/v1/extensions/").json()["data"]

    keys = [entry["id"].casefold() for entry in entries]
    assert keys == sorted(keys)
    assert len(keys) == len(ids)


def test_permissions_keep_the_order_of_the_manifest(
    approve: Callable[..., Any], client: Client
) -> None:
    permissions = {"network": "Fetch gears", "files": "Keep gears", "clipboard": "Copy gears"}
    approve(permissions=permissions)

    [entry] = client.get("/api/v1/extensions/").json()["data"]

    assert json.dumps(entry["permissions"]) == json.dumps(permissions)


@pytest.mark.parametrize("id_", ["GEAR_TOOL", "Gear_Tool", "gear_tool"])
def test_an_extension_is_found_in_any_case(
    approve: Callable[..., Any], client: Client, id_: str
) -> None:
    approve()

    assert client.get(f"/extensions/{id_}/", follow=True).status_code == 200
    assert client.get(f"/api/v1/extensions/{id_}/").status_code == 200


def test_two_user_names_that_differ_in_case_are_one(owner: User) -> None:
    with pytest.raises(IntegrityError):
        factories.make_user("ADA")


@pytest.mark.parametrize("text", ["100%", "a_b", "\\", "%", "'", '"', "[", "(?i)gear", "gear tool"])
def test_a_search_takes_wildcards_as_they_are(
    approve: Callable[..., Any], client: Client, text: str
) -> None:
    approve(name="Gear Tool", id="gear")
    approve(name="100% \\ a_b '\" [ (?i)gear", id="odd")

    page = client.get("/extensions/", {"q": text})

    assert page.status_code == 200
    found = {extension.extension_id for extension in page.context["extensions"]}
    assert "odd" in found or text == "gear tool"
    assert ("gear" in found) == (text == "gear tool")


def test_extensions_without_a_date_come_last(owner: User, approve: Callable[..., Any]) -> None:
    first = approve().extension
    draft = factories.make_draft(owner, id="unpublished").extension

    assert list(Extension.objects.newest_first()) == [first, draft]


class Cause(Exception):
    """An exception of a database driver."""

    def __init__(self, **values: str) -> None:
        super().__init__("refused")
        self.__dict__.update(values)


def with_cause(error: DatabaseError, **values: str) -> DatabaseError:
    error.__cause__ = Cause(**values)
    return error


@pytest.mark.parametrize("path", ["/api/v1/x/", "/x/"])
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (DataError("too long"), 400, "request.bad-value"),
        (with_cause(IntegrityError("unique"), sqlstate="23505"), 409, "request.conflict"),
        (
            with_cause(IntegrityError("x"), sqlite_errorname="SQLITE_CONSTRAINT_UNIQUE"),
            409,
            "request.conflict",
        ),
        (OperationalError("deadlock detected"), 503, "request.unavailable"),
    ],
)
def test_errors_of_the_database_have_a_status_and_a_code(
    rf: RequestFactory, error: DatabaseError, status: int, code: str, path: str
) -> None:
    request = rf.get(path, headers={"accept": "application/json"})

    response = respond_to_database_error(request, error)

    assert response is not None
    assert response.status_code == status
    assert json.loads(response.content)["problems"][0]["code"] == code
    assert response.headers.get("Retry-After") == ("5" if status == 503 else None)


@pytest.mark.parametrize(
    "error",
    [
        ProgrammingError("no such column"),
        with_cause(IntegrityError("null"), sqlstate="23502"),
        with_cause(IntegrityError("null"), sqlite_errorname="SQLITE_CONSTRAINT_NOTNULL"),
    ],
)
def test_an_error_of_the_program_is_not_disguised(rf: RequestFactory, error: DatabaseError) -> None:
    assert respond_to_database_error(rf.get("/"), error) is None


def test_pages_report_that_the_database_is_unavailable(
    owner: User, signed_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(owner)

    def stopped(*_: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(stopped):
        page = client.get("/mine/")
        answer = client.get("/api/v1/extensions/gear_tool/")

    assert page.status_code == answer.status_code == 503
    assert b"try again in a minute" in page.content
    assert answer.json()["problems"][0]["code"] == "request.unavailable"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has neither")
@pytest.mark.django_db
def test_connections_to_postgresql_are_kept_checked_and_bounded() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("20s",)
        cursor.execute("SHOW application_name")
        assert cursor.fetchone() == ("extery",)
    assert connection.settings_dict["CONN_HEALTH_CHECKS"] is True
    assert connection.settings_dict["CONN_MAX_AGE"] is None
