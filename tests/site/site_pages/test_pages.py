"""Pages that staff writes: shown, written, compared and restored, with a record of who did it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.site_pages.actions import save_page
from extery_site.site_pages.models import PageVersion, TermsAcceptance
from extery_site.site_pages.pages import PAGES, own_text
from tests.site import factories
from tests.site.pages.html import Page, mistakes

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]
TERMS = PAGES["terms"]


@pytest.fixture
def root(db: None) -> User:
    return factories.make_user("root", is_superuser=True)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    content: str = response.content.decode()
    assert mistakes(Page(content)) == []
    return content


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_text_and_a_link_in_the_footer(client: Client, name: str) -> None:
    page = text(client.get(f"/{name}/"))
    assert f"<h1>{PAGES[name].title}</h1>" in page
    assert "This is the text that comes with Extery." in page
    assert "{" not in page.partition('class="prose')[2].partition("</div>")[0]
    assert f'href="/{name}/"' in text(client.get("/"))
    for link in Page(page).links:
        if link.startswith("/") and not link.startswith(("/static/", "/api/")):
            assert client.get(link, follow=True).status_code == 200, link
    assert "Version 0" in text(client.get(f"/{name}/versions/"))
    assert client.get(f"/{name}/versions/1/").status_code == 404
    assert client.get(f"/{name}/versions/999999999/").status_code == 404
    assert client.get(f"/{name}/edit/").status_code == 302


def test_staff_is_warned_until_the_operator_is_named(
    client: Client, root: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.EXTERY_OPERATOR, settings.EXTERY_CONTACT = "", ""
    page = text(signed_in(root).get("/terms/"))
    assert "EXTERY_OPERATOR" in page
    assert "EXTERY_CONTACT" in page
    readers = text(client.get("/terms/"))
    assert "EXTERY_OPERATOR" not in readers
    assert "(not named yet)" in readers
    settings.EXTERY_OPERATOR, settings.EXTERY_CONTACT = "<b>Gears & Co</b>", "ada@example.org"
    page = text(signed_in(root).get("/terms/"))
    assert "EXTERY_OPERATOR" not in page
    assert "&lt;b&gt;Gears &amp; Co&lt;/b&gt;" in page


def test_a_superuser_previews_and_saves_and_everyone_reads_what_changed(
    client: Client, root: User, signed_in: SignedIn
) -> None:
    browser = signed_in(root)
    form = {"text": "# New\n\nBe *kind*. <script>alert(1)</script>", "note": "Shorter", "base": "0"}
    preview = text(browser.post("/terms/edit/", {**form, "preview": "1"}))
    assert "<h2>New</h2>" in preview
    assert "What changes" in preview
    assert not PageVersion.objects.exists()
    browser.post("/terms/edit/", form)
    page = text(client.get("/terms/"))
    assert "Be <em>kind</em>" in page
    assert "<script>alert" not in page
    assert "Version 1 of" in page
    entry = AuditEntry.objects.get(action="page.written")
    assert (entry.actor_name, entry.text) == ("root", "Shorter")
    assert entry.path == "/terms/versions/1/"
    changed = text(client.get("/terms/versions/1/"))
    assert "<ins># New</ins>" in changed
    assert f"<del>{own_text('terms').splitlines()[0]}</del>" in changed
    assert "Shorter" in text(client.get("/terms/versions/"))


def test_an_older_version_is_restored_as_a_new_one(root: User, signed_in: SignedIn) -> None:
    save_page(page=TERMS, text="First", note="One", base=0, by=root)
    save_page(page=TERMS, text="Second", note="Two", base=1, by=root)
    browser = signed_in(root)
    assert "?from=1" in text(browser.get("/terms/versions/1/"))
    page = Page(text(browser.get("/terms/edit/?from=1")))
    assert "Restored version 1." in page.html
    browser.post("/terms/edit/", {"text": "First", "note": "Restored version 1.", "base": "2"})
    assert [row.text for row in PageVersion.objects.all()] == ["First", "Second", "First"]


def test_two_people_do_not_overwrite_each_other(root: User, signed_in: SignedIn) -> None:
    save_page(page=TERMS, text="First", note="One", base=0, by=root)
    form = {"text": "Mine", "note": "Two", "base": "0"}
    page = text(signed_in(root).post("/terms/edit/", form), 409)
    assert "was changed meanwhile" in page
    assert "Mine</textarea>" in page
    assert "<ins>First</ins>" in page
    assert PageVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"text": " "}, InvalidInput),
        ({"note": ""}, InvalidInput),
        ({"note": "a\u202eb"}, InvalidInput),
        ({"text": "x" * 60_001}, InvalidInput),
        ({"text": own_text("terms")}, InvalidInput),
        ({"base": 3}, Conflict),
    ],
)
def test_what_cannot_be_saved_changes_nothing(
    root: User, values: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        save_page(**{"page": TERMS, "text": "New", "note": "N", "base": 0, "by": root, **values})
    assert not PageVersion.objects.exists()


def test_only_superusers_write_pages(moderator: User, owner: User, signed_in: SignedIn) -> None:
    for user in (moderator, owner):
        assert signed_in(user).get("/terms/edit/").status_code == 403
        assert "Edit" not in text(signed_in(user).get("/terms/")).partition("<main")[2]
        with pytest.raises(Refused):
            save_page(page=TERMS, text="New", note="N", base=0, by=user)


def test_a_sign_up_records_the_version_of_the_terms(client: Client, root: User) -> None:
    save_page(page=TERMS, text="First", note="One", base=0, by=root)
    assert 'href="/terms/"' in text(client.get("/account/signup/"))
    password = "a-long-and-rare-phrase"
    data = {
        "username": "new",
        "email": "n@example.org",
        "password1": password,
        "password2": password,
    }
    client.post("/account/signup/", data)
    assert TermsAcceptance.objects.get().user.username == "new"
    assert TermsAcceptance.objects.get().number == 1
