"""The tab Changes: what an update asks for, its files and lines, and tasks and comments on a line."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client

from extery.isolation.client import Isolation
from extery.isolation.limits import ProcessEnded
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation.decisions import request_changes
from extery_site.moderation.models import PackageDifference, Task
from extery_site.moderation.package_changes import measure
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.moderation.review_page.steps import BASE, CODE, alert_of, post
from tests.site.packages import package
from tests.site.pages.html import open_page


def test_the_changes_begin_with_permissions_hosts_and_binaries(
    version: Version, browser: Client
) -> None:
    page = open_page(browser, f"{BASE}changes/")
    [band] = page.classed("change-band")
    titles = [title.words for title in page.all("h2") if "section" in title.parents]
    assert "Gains the permission network" in titles
    assert "New host: places.example" in titles
    assert "1 new or changed binary" in titles
    assert "“Look up places”" in band.words
    assert "In places.py line 3" in band.words
    names = [element.words for element in page.classed("diff-name")]
    assert [name.split()[0] for name in names] == [
        "__init__.py",
        "blender_manifest.toml",
        "lib/fast.so",
        "places.py",
    ]
    assert "[U+202E]" in page.html


def test_an_update_that_asks_for_nothing_new_says_so(
    owner: User, moderator: User, browser: Client
) -> None:
    other = {"id": "other_tool", "name": "Other Tool"}
    factories.make_approved(owner, moderator, **other)
    factories.make_waiting(owner, version="1.1.0", **other)
    page = open_page(browser, "/queue/other_tool/1.1.0/changes/")
    assert "Asks for nothing new" in page.classed("change-quiet")[0].words


def test_the_difference_of_two_packages_is_computed_once(
    version: Version, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_page(browser, f"{BASE}changes/")
    monkeypatch.setattr("extery_site.moderation.changes._compute", None)
    open_page(browser, f"{BASE}changes/")
    assert PackageDifference.objects.count() == 1


@pytest.mark.parametrize("reason", ["memory", "time", "output", "crash"])
def test_a_package_that_is_too_much_to_be_compared_is_a_message_and_not_tried_again(
    version: Version, browser: Client, monkeypatch: pytest.MonkeyPatch, reason: Any
) -> None:
    calls = []

    def call(*_: Any, **__: Any) -> None:
        calls.append(1)
        raise ProcessEnded(reason)

    monkeypatch.setattr(Isolation, "call", call)
    for _ in range(2):
        page = open_page(browser, f"{BASE}changes/")
        assert "A package cannot be compared" in page.html
        assert not page.classed("change-quiet")
    assert len(calls) == 1
    assert not measure(version, None).compared


def test_a_comparison_that_something_else_has_ended_is_tried_again(
    version: Version, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def call(*_: Any, **__: Any) -> None:
            raise ProcessEnded("signal")

        patch.setattr(Isolation, "call", call)
        assert "cannot be compared now" in open_page(browser, f"{BASE}changes/").html
    assert "cannot be compared" not in open_page(browser, f"{BASE}changes/").html


def test_a_build_is_compared_with_the_build_before(
    version: Version, owner: User, moderator: User, browser: Client
) -> None:
    [old] = version.package_hashes
    request_changes(version=version, packages=[old], by=moderator, reason="Say why")
    data = package(version="1.1.0", files={"places.py": CODE + "y = 1\n"})
    publish.receive_upload(file=io.BytesIO(data), user=owner)
    page = open_page(browser, f"{BASE}changes/?base={old}")
    options = [option.words for option in page.all("option") if option.get("value")]
    assert options[:2] == ["1.0.0, the last approved", "build 1"]
    names = [element.words.split()[0] for element in page.classed("diff-name")]
    assert "places.py" in names
    assert "Compare build 2 with" in page.html


def test_a_line_leads_to_a_field_for_a_task_or_a_comment(
    version: Version, browser: Client, moderator: User
) -> None:
    page = open_page(browser, f"{BASE}changes/")
    [link] = [a for a in page.links if "file=places.py" in a and "line=3#" in a]
    form = open_page(browser, f"{BASE}changes/{link}")
    assert form.by_id("id_line_text").tag == "textarea"
    [sha256] = version.package_hashes
    place = {"place_package": sha256, "place_file": "places.py", "place_line": "3"}
    response = post(browser, "add_task", tab="changes", text="Ask before it goes out", **place)
    assert response["Location"].startswith(f"{BASE}changes/")
    post(browser, "comment", tab="changes", text="Which places?", **place)
    assert Task.objects.get().place == {"package": sha256, "file": "places.py", "line": 3}
    assert Event.objects.get(kind="comment").place["line"] == 3
    page = open_page(browser, f"{BASE}changes/")
    [notes] = page.classed("diff-notes")
    assert "Which places?" in notes.words
    assert "Task: Ask before it goes out" in notes.words
    rejected = post(browser, "add_task", tab="changes", text=" ", **place)
    assert rejected.status_code == 422
    assert "The task is empty." in alert_of(rejected)


def test_a_whole_file_is_shown_on_request(owner: User, moderator: User, browser: Client) -> None:
    other, code = {"id": "long_tool", "name": "Long Tool"}, "x = 1\n" * 40
    factories.make_approved(owner, moderator, files={"long.py": code}, **other)
    factories.make_waiting(owner, version="1.1.0", files={"long.py": code + "y = 1\n"}, **other)
    address = "/queue/long_tool/1.1.0/changes/"
    page = open_page(browser, address)
    assert "37 lines unchanged" in page.html
    [link] = [a for a in page.links if "whole=long.py" in a]
    whole = open_page(browser, f"{address}{link}")
    assert "37 lines unchanged" not in whole.html
    assert len(whole.classed("diff-line")) > 40
    assert [a for a in whole.all("a") if "Only changes" in a.words]


def test_changes_of_white_space_can_be_hidden(
    owner: User, moderator: User, browser: Client
) -> None:
    other = {"id": "space_tool", "name": "Space Tool"}
    factories.make_approved(owner, moderator, files={"a.py": "if x:\n  y = 1\n"}, **other)
    code = "if x:\n    y = 1\nz = 2\n"
    version = factories.make_waiting(owner, version="1.1.0", files={"a.py": code}, **other)
    address = "/queue/space_tool/1.1.0/changes/"
    assert [
        e.words for e in open_page(browser, address).classed("diff-removed") if "y = 1" in e.words
    ]
    page = open_page(browser, f"{address}?space=hide")
    assert not [e for e in page.classed("diff-removed") if "y = 1" in e.words]
    assert "indentation can change what code does" in page.html
    [link] = [a for a in page.links if "file=a.py" in a and "line=3#" in a]
    assert "space=hide" in link
    place = {"place_package": version.package_hashes[0], "place_file": "a.py", "place_line": "3"}
    data = {"step": "comment", "tab": "changes", "text": "Why?", "place_space": "hide", **place}
    response = browser.post("/queue/space_tool/1.1.0/", data)
    assert "space=hide" in response["Location"]
