"""My extensions: what is asked first, the numbers, the chart and the list; and the numbers of one extension."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extery.core.versions import BLENDER_SERIES, number_of_blender_version
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, KnownIncompatibility, Version
from extery_site.moderation import decisions
from extery_site.publish import handover, maximum
from extery_site.publish.asks import Blocks, asks_of, quote
from extery_site.ratings.actions import rate
from extery_site.statistics.queries import today
from extery_site.statistics.recording import Download, add_to_day
from tests.site import factories
from tests.site.pages.html import Page, mistakes

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]
SignedIn = Callable[[User], Client]


def text(response: Any) -> str:
    assert response.status_code == 200
    content: str = response.content.decode()
    assert mistakes(Page(content)) == []
    return content


def count(extension: Extension, number: int, *, days_ago: int = 0, **fields: str) -> None:
    version = fields.pop("version", "1.0.0")
    day = today() - timedelta(days=days_ago)
    add_to_day({Download(extension.pk, version, **fields): number}, day=day)


def test_an_author_without_extensions_is_told_what_to_do(
    stranger: User, signed_in: SignedIn
) -> None:
    page = text(signed_in(stranger).get("/mine/"))
    assert "Nothing here yet" in page
    assert "Upload a package" in page
    assert "Downloads a day" not in page


def test_what_is_asked_is_sorted_by_whom_it_blocks(
    approve: Approve, owner: User, moderator: User, stranger: User, signed_in: SignedIn
) -> None:
    factories.make_draft(owner, id="late_tool", name="Late Tool")
    Version.objects.update(expires_at=timezone.now() + timedelta(days=2))
    public = approve()
    newest = number_of_blender_version((*BLENDER_SERIES[-1], 0))
    KnownIncompatibility.objects.create(package=public.packages.get(), blender=newest)
    maximum.suggest_maximum(version=public, by=stranger, maximum="5.0", reason="It *crashes*")
    other = factories.make_approved(stranger, moderator, id="cog_tool", name="Cog Tool")
    handover.offer(extension=other.extension, by=stranger, to=owner.username)
    waiting = factories.make_waiting(owner, version="1.1.0")
    decisions.request_changes(
        version=waiting, packages=waiting.package_hashes, by=moderator, reason="Add a **licence**"
    )
    asks = asks_of(owner)
    assert [(ask.blocks, ask.button) for ask in asks] == [
        (Blocks.REVIEW, "Answer"),
        (Blocks.USERS, "See where"),
        (Blocks.SOMEONE, "Accept or refuse"),
        (Blocks.SOMEONE, "Decide"),
        (Blocks.NO_ONE, "Go on"),
    ]
    client = signed_in(owner)
    page = text(client.get("/mine/"))
    assert "Add a licence" in page
    assert "It crashes" in page
    assert "0 of 1" in page
    for ask in asks:
        assert f'href="{ask.url}"' in page
        assert client.get(ask.url.partition("#")[0]).status_code == 200


def test_a_block_is_asked_about_until_a_newer_version_is_public(
    approve: Approve, owner: User, moderator: User
) -> None:
    approve()
    blocked = approve(version="1.1.0")
    decisions.block_version(version=blocked, by=moderator, reason="Sends data away")
    [ask] = asks_of(owner)
    assert ask.title == "Gear Tool 1.1.0 is blocked"
    assert "“Sends data away”" in ask.text
    approve(version="1.2.0")
    assert asks_of(owner) == []


def test_a_public_version_and_those_that_wait_are_told_apart(
    approve: Approve, owner: User, stranger: User, signed_in: SignedIn
) -> None:
    extension = approve().extension
    factories.make_waiting(owner, version="1.1.0")
    rate(extension=extension, by=stranger, stars=4, text="Good gears")
    count(extension, 30, blender="5.3", platform="linux-x64")
    count(extension, 5, days_ago=3, blender="4.2", platform="windows-x64")
    count(extension, 25, days_ago=31)
    client = signed_in(owner)
    page = text(client.get("/mine/"))
    assert "1.1.0</bdi> awaiting review" in page
    assert '<td data-label="Public version"><span>1.0.0</span></td>' in page
    assert "40 %" in page
    assert "1 new, 1 without an answer" in page
    assert "No one waits for you." in page
    assert ">5.3</th>" in page
    assert "Linux (x64)</th>" in text(client.get("/mine/?by=platform&days=90"))
    assert "Gear Tool" in text(client.get("/mine/?show=review&q=GEAR"))
    assert "No extension of yours fits" in text(client.get("/mine/?show=drafts"))
    for query in ("by=x&days=-1&show=x&page=x", "q=%F0%9F%98%80&by=" + "9" * 500):
        text(client.get(f"/mine/?{query}"))


def test_the_page_of_an_extension_has_its_numbers_only(
    approve: Approve, owner: User, stranger: User, signed_in: SignedIn
) -> None:
    extension = approve().extension
    other = approve(id="cog_tool", name="Cog Tool").extension
    count(extension, 7, blender="5.3")
    count(other, 900)
    page = text(signed_in(owner).get("/mine/gear_tool/statistics/"))
    assert "<b>7</b>" in page
    assert "900" not in page
    assert f"{today():%B %Y}" in page
    for path in ("statistics/", "downloads.csv", "downloads.json"):
        assert signed_in(stranger).get(f"/mine/gear_tool/{path}").status_code == 404
        assert Client().get(f"/mine/gear_tool/{path}").status_code == 302


def test_files_have_all_rows_and_no_formulas(
    approve: Approve, owner: User, stranger: User, signed_in: SignedIn
) -> None:
    extension = approve().extension
    count(extension, 3, blender="5.3", platform="linux-x64")
    count(extension, 1, days_ago=1, version="=1+1")
    client = signed_in(owner)

    def rows(path: str) -> list[list[str]]:
        response = client.get(path)
        assert response["Content-Disposition"].startswith("attachment")
        data = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        return list(csv.reader(io.StringIO(data)))

    header, first, second = rows("/mine/gear_tool/downloads.csv")
    assert header == [
        *("since", "period", "extension", "version", "blender", "platform", "downloads")
    ]
    assert first == [str(today()), "day", "gear_tool", "1.0.0", "5.3", "linux-x64", "3"]
    assert second[3] == "'=1+1"
    assert rows("/mine/downloads.csv") == [header, first, second]
    response = client.get("/mine/downloads.json")
    found = json.loads(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    assert [row["downloads"] for row in found] == [3, 1]
    empty = signed_in(stranger).get("/mine/downloads.json")
    assert json.loads(b"".join(empty.streaming_content)) == []  # type: ignore[attr-defined]


def test_the_api_has_the_same_numbers(
    approve: Approve, owner: User, stranger: User, signed_in: SignedIn
) -> None:
    count(approve().extension, 3, blender="5.3", platform="linux-x64")
    client = signed_in(owner)
    expected = {
        "since": str(today()),
        "period": "day",
        "extension": "gear_tool",
        "version": "1.0.0",
        "blender": "5.3",
        "platform": "linux-x64",
        "downloads": 3,
    }
    for path in ("/api/v1/mine/statistics", "/api/v1/mine/GEAR_tool/statistics"):
        assert client.get(path).json() == {"downloads": [expected], "is_complete": True}
    others = signed_in(stranger)
    assert others.get("/api/v1/mine/gear_tool/statistics").status_code == 404
    assert others.get("/api/v1/mine/statistics").json()["downloads"] == []
    assert Client().get("/api/v1/mine/statistics").status_code == 401


def test_hostile_names_are_escaped(owner: User, signed_in: SignedIn) -> None:
    version = factories.make_draft(owner)
    name = '<script>alert(1)</script>\u202e"&'
    Extension.objects.filter(pk=version.extension_id).update(name=name)
    Version.objects.update(expires_at=timezone.now() + timedelta(days=2))
    page = text(signed_in(owner).get("/mine/"))
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert quote("<b>x</b> [y](javascript:z)\n\n" + "long " * 100).endswith("…”")


def test_the_number_of_queries_is_fixed(approve: Approve, owner: User, signed_in: SignedIn) -> None:
    client = signed_in(owner)
    found = []
    for name in ("a", "b", "c"):
        extension = approve(id=f"{name}_tool", name=f"{name} Tool").extension
        factories.make_waiting(owner, id=f"{name}_tool", name=f"{name} Tool", version="1.1.0")
        count(extension, 3, blender="5.3")
        with CaptureQueriesContext(connection) as queries:
            client.get("/mine/")
        found.append(len(queries))
    assert found[1] == found[2] == 28
