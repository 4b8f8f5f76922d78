"""Valid uploads create a new extension or version, or add a platform to a draft."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery.core.errors import Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Package, Version
from extery_site.publish import actions
from tests.site import factories
from tests.site.packages import INIT, package
from tests.site.stored import path_of

Program = Callable[[User], Client]


def test_a_first_upload_creates_an_extension_a_version_and_a_package(
    owner: User, program: Program, media: Callable[[], list[str]]
) -> None:
    data = package(tags=["Modeling", "Mesh"], website="https://example.org/gears")
    response = program(owner).post(
        "/api/v1/packages/",
        {"file": SimpleUploadedFile("C:\\work\\gears.zip", data), "release_notes": "First."},
    )
    assert response.status_code == 201, response.content
    extension = Extension.objects.get()
    version = extension.versions.get()
    stored = version.packages.get()
    assert (extension.extension_id, extension.name) == ("gear_tool", "Gear Tool")
    assert extension.status == Extension.Status.DRAFT
    assert extension.owner == owner
    assert extension.website == "https://example.org/gears"
    assert {tag.name for tag in extension.tags.all()} == {"Modeling", "Mesh"}
    assert (version.number, version.status) == ("1.0.0", Version.Status.DRAFT)
    assert version.release_notes == "First."
    assert version.manifest["maintainer"] == "Ada Tester <ada@example.org>"
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert stored.size == len(data)
    assert stored.original_name == "gears.zip"
    assert media() == [f"packages/{stored.sha256[:2]}/{stored.sha256}.zip"]
    assert path_of(stored.file).read_bytes() == data
    body = response.json()
    assert body["id"] == "gear_tool"
    assert body["version"]["packages"][0]["sha256"] == stored.sha256
    assert body["url"] == "http://testserver/publish/gear_tool/"
    assert [missing["code"] for missing in body["missing"]] == [
        "submit.description-missing",
        "submit.image-missing",
    ]


def test_warnings_do_not_stop_an_upload_and_are_kept_with_the_package(owner: User) -> None:
    draft = actions.receive_upload(file=io.BytesIO(package(license=["MIT"])), user=owner)
    codes = {problem.code for problem in draft.problems}
    assert codes
    assert {problem["code"] for problem in Package.objects.get().problems} == codes
    assert all(not problem.is_error for problem in draft.problems)


@pytest.mark.parametrize(
    ("guidelines", "codes"), [("blender.org", ["code.donation-link"]), ("self-hosted", [])]
)
def test_an_upload_is_checked_by_the_guidelines_of_the_site(
    owner: User, settings: Any, guidelines: str, codes: list[str]
) -> None:
    settings.EXTERY_GUIDELINES = guidelines
    init = f"URL = 'https://ko-fi.com/ada'\n{INIT}"

    factories.make_draft(owner, files={"__init__.py": init})

    assert [problem["code"] for problem in Package.objects.get().problems] == codes


def test_a_second_version_belongs_to_the_same_extension(owner: User) -> None:
    first = factories.make_draft(owner)
    second = factories.make_draft(owner, version="1.1.0", name="Gear Tool Pro")
    assert second.extension == first.extension
    assert [v.number for v in first.extension.versions.newest_first()] == ["1.1.0", "1.0.0"]
    assert Extension.objects.get().name == "Gear Tool Pro"


def test_an_upload_to_a_published_extension_does_not_change_its_public_page(
    owner: User, moderator: User
) -> None:
    published = factories.make_approved(owner, moderator, tags=["Mesh"])
    factories.make_draft(owner, version="2.0.0", name="Another Name", tags=["Render"])
    extension = Extension.objects.get()
    assert extension.newest_version == published
    assert extension.name == "Gear Tool"
    assert [tag.name for tag in extension.tags.all()] == ["Mesh"]
    assert extension.status == Extension.Status.APPROVED


def test_packages_for_other_platforms_are_added_to_the_draft(owner: User) -> None:
    factories.make_draft(owner, platforms=["windows-x64"])
    version = factories.make_draft(owner, platforms=["linux-x64", "linux-arm64"])
    assert Version.objects.get() == version
    assert version.platforms == ["linux-arm64", "linux-x64", "windows-x64"]
    assert version.packages.count() == 2


def test_uploads_are_events_of_the_thread(owner: User) -> None:
    version = factories.make_draft(owner)
    activity = Event.objects.get()
    assert (activity.kind, activity.by, activity.version) == ("uploaded", owner, version)
    assert activity.text == "add-on-gear_tool-v1.0.0.zip"


def test_a_theme_is_stored_as_a_theme(owner: User) -> None:
    version = factories.make_draft(owner, id="night", name="Night", type="theme", tags=["Dark"])
    assert version.extension.type == "theme"
    assert version.packages.get().file_name == "theme-night-v1.0.0.zip"


def test_values_that_json_cannot_hold_do_not_stop_an_upload(owner: User) -> None:
    manifest_end = 'odd = nan\nday = 2026-01-01\nnothing = "a\\u0000b"\n'
    from tests.site.packages import INIT, manifest, zip_of

    data = zip_of({"blender_manifest.toml": manifest() + manifest_end, "__init__.py": INIT})
    draft = actions.receive_upload(file=io.BytesIO(data), user=owner)
    draft.version.refresh_from_db()
    table = draft.version.manifest
    assert (table["odd"], table["day"], table["nothing"]) == (None, "2026-01-01", "ab")


def test_a_website_that_is_no_http_url_is_not_used(owner: User) -> None:
    version = factories.make_draft(owner, website="javascript:alert(1)")
    assert version.extension.website == ""


def test_anonymous_and_inactive_users_cannot_upload(owner: User) -> None:
    from django.contrib.auth.models import AnonymousUser

    owner.is_active = False
    for user in (AnonymousUser(), owner):
        with pytest.raises(Refused) as caught:
            actions.receive_upload(file=io.BytesIO(package()), user=user)
        assert caught.value.code == "account.sign-in-required"


def test_a_large_upload_goes_through_a_temporary_file_that_is_removed(
    owner: User, program: Program, settings: Any, tmp_path: Any
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    response = program(owner).post(
        "/api/v1/packages/", {"file": SimpleUploadedFile("gears.zip", package())}
    )
    assert response.status_code == 201
    assert list(tmp_path.iterdir()) == []
