"""Texts of a page while a version is prepared: drafts, two tabs, release notes from the changelog."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.moderation import decisions
from extery_site.publish import actions
from extery_site.publish.models import PageDraft
from extery_site.publish.page_text import PageText, page_text, save_page
from tests.site import factories
from tests.site.packages import package


def current(version: Version) -> PageText:
    return page_text(Version.objects.select_related("extension").get(pk=version.pk))


def save(version: Version, by: User, based_on: dict[str, str] | None = None, **texts: str) -> Any:
    return save_page(version=version, by=by, texts=texts, based_on=based_on or {})


def test_texts_of_a_new_extension_are_those_of_its_page(owner: User) -> None:
    version = factories.make_draft(owner)
    saved = save(version, owner, description="Gears\r\nturn", release_notes="First")
    assert (saved.description, saved.release_notes) == ("Gears\nturn", "First")
    assert Extension.objects.get().description == "Gears\nturn"
    assert not PageDraft.objects.exists()


def test_the_public_page_stays_until_the_version_is_published(
    owner: User, moderator: User, signed_in: Callable[[User], Client]
) -> None:
    factories.make_approved(owner, moderator)
    version = factories.make_draft(owner, version="1.1.0")
    save(version, owner, description="New words", support_url="https://example.org/help")
    extension = Extension.objects.get()
    assert (extension.description, extension.support_url) == ("Makes **gears**.", "")
    assert current(version).description == "New words"
    actions.submit(version=version, by=owner)
    review = signed_in(moderator).get("/queue/gear_tool/1.1.0/").content.decode()
    assert "New words" in review
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    extension.refresh_from_db()
    assert (extension.description, extension.support_url) == (
        "New words",
        "https://example.org/help",
    )
    assert not PageDraft.objects.exists()


def test_a_beta_version_changes_the_page_when_it_is_stable(owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator)
    version = factories.make_draft(owner, version="1.1.0")
    actions.update_draft(extension=version.extension, version=version, by=owner, channel="beta")
    save(version, owner, description="New words")
    actions.submit(version=version, by=owner)
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert Extension.objects.get().description == "Makes **gears**."
    actions.promote(version=version, by=owner)
    assert Extension.objects.get().description == "New words"


def test_two_tabs_do_not_overwrite_each_other(owner: User) -> None:
    version = factories.make_draft(owner)
    opened = page_text(version).stamps
    save(version, owner, opened, description="From the first tab")
    with pytest.raises(Conflict) as error:
        save(version, owner, opened, description="From the second", release_notes="Notes")
    assert [problem.where.field for problem in error.value.problems] == ["description"]
    assert current(version).description == "From the first tab"
    # The same text, and another field, are no conflict.
    save(version, owner, opened, description="From the first tab", release_notes="Notes")
    assert current(version).release_notes == "Notes"


def test_an_update_without_a_description_is_not_submitted(owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator)
    version = factories.make_draft(owner, version="1.1.0")
    save(version, owner, description="")
    with pytest.raises(InvalidInput) as error:
        actions.submit(version=version, by=owner)
    assert error.value.problems[0].code == "submit.description-missing"


def test_wrong_texts_and_people_are_refused(owner: User, stranger: User) -> None:
    version = factories.make_draft(owner)
    for texts in (
        {"website": "javascript:alert(1)"},
        {"description": "x" * 20_001},
        {"description": "\0"},
    ):
        with pytest.raises(InvalidInput):
            save(version, owner, **texts)
    with pytest.raises(Refused):
        save(version, stranger, description="Mine")
    actions.update_draft(extension=version.extension, by=owner, description="Gears")
    save(version, owner, name="Other", status="approved")
    assert Extension.objects.get().name == "Gear Tool"


def test_release_notes_come_from_the_changelog_until_the_author_writes_some(owner: User) -> None:
    def upload(notes: str) -> Version:
        files = {"CHANGELOG.md": f"# 1.0.0\n\n{notes}\n"}
        data = package(files=files)
        return actions.receive_upload(file=io.BytesIO(data), user=owner).version

    version = upload("First **gears**")
    assert (version.release_notes, version.notes_source) == ("First **gears**", "CHANGELOG.md")
    assert upload("Better gears").release_notes == "Better gears"
    save(version, owner, release_notes="My words")
    version = upload("Even better gears")
    assert (version.release_notes, version.notes_source) == ("My words", "")
