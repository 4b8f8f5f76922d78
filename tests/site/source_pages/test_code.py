"""The tab Code: who reads what, lines and their anchors, hostile texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Package
from extery_site.moderation.decisions import block_extension
from extery_site.publish import actions as publish
from extery_site.scanning.steps.inventory import INVENTORY
from extery_site.scanning.tasks import check_now
from extery_site.source_pages import code_views, highlighting
from extery_site.source_pages.models import HighlightedFile
from extery_site.source_search.indexing import index_version
from tests.site import factories
from tests.site.pages.html import open_page

pytestmark = pytest.mark.django_db

PAGE = "/extensions/gear_tool/code/"
TEXT = "/extensions/gear_tool/code/text/"
CODE = """import requests


def register():
    requests.get("https://gears.example.org/list")  # <b>&amp;</b>


def unregister():
    pass
"""
FILES = {"__init__.py": CODE, "notes/read me.txt": "Gears \u202e<script>alert(1)</script>\n"}
SignedIn = Callable[[User], Client]


@pytest.fixture
def published(owner: User, moderator: User) -> None:
    version = factories.make_approved(owner, moderator, files={**FILES, "x.so": "\0\1"})
    index_version(version)


@pytest.mark.usefixtures("published")
def test_source_is_shown_with_anchors_colours_and_what_was_found(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", lambda: [INVENTORY])
    check_now([Package.objects.get().sha256])

    page = open_page(client, PAGE)

    assert '<a class="code-number" href="#L5">5</a>' in page.html
    assert page.by_id("L5").words.startswith('5 requests.get("https://gears.example.org/list")')
    assert '<span class="code-keyword">import</span>' in page.html
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in page.html
    [note] = page.classed("code-note")
    assert note.words == "Network: requests.get. The author has not declared it."
    assert [one.words for one in page.classed("code-entry")] == [
        "notes1",
        "read me.txt",
        "__init__.pyNetwork",
        "blender_manifest.toml",
        "x.so",
    ]
    assert HighlightedFile.objects.count() == 1
    open_page(client, PAGE)
    assert HighlightedFile.objects.count() == 1


@pytest.mark.usefixtures("published")
def test_texts_that_are_hostile_missing_or_compiled(client: Client) -> None:
    page = open_page(client, f"{PAGE}?file=notes/read+me.txt")
    assert "<script>alert" not in page.html
    assert "&lt;script&gt;" in page.html
    assert "\u202e" not in page.html
    missing = open_page(client, f"{PAGE}?file=../../etc/passwd", 404)
    assert "There is no file ../../etc/passwd in this package." in missing.by_id("file").words
    plain = client.get(f"{TEXT}?file=notes/read+me.txt")
    assert plain.content.decode() == FILES["notes/read me.txt"]
    assert plain["Content-Type"] == "text/plain; charset=utf-8"
    assert "sandbox" in plain["Content-Security-Policy"]
    assert plain["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{TEXT}?file=x.so").status_code == 404
    assert client.get(f"{PAGE}?version=9.9.9").status_code == 404


def test_a_compiled_file_cannot_be_shown(
    client: Client, owner: User, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", lambda: [INVENTORY])
    version = factories.make_approved(owner, moderator, files={**FILES, "x.so": "\0\1"})
    index_version(version)
    check_now(version.package_hashes)

    assert "We cannot show this" in open_page(client, f"{PAGE}?file=x.so").html


@pytest.mark.usefixtures("published")
def test_a_long_text_is_cut_and_one_that_is_too_much_has_no_colours(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_views, "MAX_LINES", 5)
    monkeypatch.setattr(code_views, "SHOWN_LINES", 3)
    monkeypatch.setattr(highlighting, "_LIMITS", highlighting._LIMITS._replace(output=1))

    page = open_page(client, PAGE)

    assert "6 more lines are not shown here" in page.html
    assert page.by_id("L3")
    assert not [one for one in page.elements if one.get("id") == "L4"]
    assert "code-keyword" not in page.html
    assert HighlightedFile.objects.get().spans == []


@pytest.mark.usefixtures("published")
def test_who_may_not_download_may_not_read(
    client: Client, owner: User, moderator: User, stranger: User, signed_in: SignedIn
) -> None:
    waiting = factories.make_waiting(owner, version="1.1.0", files=FILES)
    index_version(waiting)
    new = f"{PAGE}?version=1.1.0"
    assert signed_in(owner).get(new).status_code == 200
    assert signed_in(moderator).get(new).status_code == 200
    for visitor in (client, signed_in(stranger)):
        assert visitor.get(new).status_code == 404
        assert visitor.get(f"{TEXT}?version=1.1.0&file=__init__.py").status_code == 404

    public = waiting.extension.versions.get(number="1.0.0")
    publish.unpublish(version=public, by=owner, reason="Wrong gears")
    factories.make_approved(owner, moderator, version="1.2.0")
    page = open_page(client, f"{PAGE}?version=1.0.0")
    assert "is not public" in page.html
    assert "requests" not in page.html
    block_extension(extension=waiting.extension, by=moderator, reason="Sends data away")
    assert "is not public" in open_page(client, PAGE).html
    assert client.get(f"{TEXT}?file=__init__.py").status_code == 404


def test_source_that_is_not_indexed_yet_says_so(
    client: Client, owner: User, moderator: User
) -> None:
    factories.make_approved(owner, moderator)

    assert "was not read yet" in open_page(client, PAGE).html
