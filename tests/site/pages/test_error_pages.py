"""Error pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

import extery_site
from extery.core.errors import Problem, Refused, Unavailable
from extery_site.project.problems import problem_response
from tests.site.pages.html import Page, mistakes

TEMPLATES = Path(extery_site.__file__).parent / "ui" / "templates"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 503])
def test_each_status_has_a_page(client: Client, db: None, status: int) -> None:
    request = RequestFactory().get("/somewhere/")
    request.session = {}  # type: ignore[assignment]
    from django.contrib.auth.models import AnonymousUser

    request.user = AnonymousUser()
    context = {
        "status": status,
        "title": "something",
        "problems": [],
        "code": "request.server-error",
    }
    page = Page(render_to_string(f"{status}.html", context, request=request))
    assert mistakes(page) == []
    assert page.classed("error-number")[0].words == str(status)
    assert "/" in page.links or status in {401, 413}


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/extensions/", 400), ("/nowhere/", 404), ("/account/login/", 400)],
)
def test_a_query_with_too_many_fields_is_no_server_error(
    client: Client, db: None, path: str, status: int
) -> None:
    response = client.get(f"{path}?{'a&' * 1_200}")

    assert response.status_code == status
    assert mistakes(Page(response.content.decode())) == []


def test_an_unknown_url_gets_the_not_found_page(client: Client, db: None) -> None:
    response = client.get("/nowhere/at/all/")
    assert response.status_code == 404
    page = Page(response.content.decode())
    assert page.h1 == "Page not found"
    assert "/nowhere/at/all/" in page.html


def test_the_path_in_an_error_page_is_escaped(client: Client, db: None) -> None:
    page = Page(client.get("/%3Cscript%3Ealert(1)%3C/script%3E/").content.decode())
    assert mistakes(page) == []


@pytest.mark.parametrize("name", ["500.html", "503.html"])
def test_static_error_pages_need_neither_database_nor_request(name: str) -> None:
    # No ``db`` fixture: a query would fail this test.
    page = Page(render_to_string(name))
    assert mistakes(page) == []
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    base = (TEMPLATES / "standalone_error.html").read_text(encoding="utf-8")
    assert text.startswith('{% extends "standalone_error.html" %}')
    assert "{% extends" not in base
    assert "{% url" not in text + base


def test_an_exception_in_a_view_gets_the_server_error_page(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("wires crossed")

    monkeypatch.setattr("extery_site.catalog.forms.BrowseForm.keys", broken)
    client = Client(raise_request_exception=False)
    response = client.get("/extensions/")
    assert response.status_code == 500
    page = Page(response.content.decode())
    assert page.h1 == "Server error"
    assert "wires" not in page.html


def test_a_permission_error_shows_its_reason_and_a_link_to_sign_in(
    db: None, client: Client
) -> None:
    request = client.get("/").wsgi_request
    error = Refused(Problem("permission.owner-only", "only the owner may do this", "ask the owner"))
    response = problem_response(request, error)
    page = Page(response.content.decode())
    assert response.status_code == 403
    assert "Only the owner may do this. Ask the owner." in page.all("main")[0].words
    assert any(link.startswith("/account/login/") for link in page.links)


def test_an_unavailable_database_gets_an_error_page(db: None, client: Client) -> None:
    error = Unavailable.of("request.server-error")
    response = problem_response(client.get("/").wsgi_request, error)
    assert response.status_code in {500, 503}
    assert mistakes(Page(response.content.decode())) == []


def test_a_form_without_csrf_token_gets_an_explanation(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/account/login/", {"login": "ada", "password": "x"})
    assert response.status_code == 403
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert "reload the page" in page.html.lower()


def test_each_problem_code_has_a_page(client: Client, db: None) -> None:
    response = client.get("/problems/manifest.id.not-identifier/")
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert "manifest.id.not-identifier" in page.html
    assert page.classed("lead")[0].words
