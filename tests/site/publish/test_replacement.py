"""A package of a draft, or of a version awaiting changes, is replaced in place; its history is kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Package, ReplacedPackage, Version
from extery_site.files.models import StoredFile
from extery_site.moderation.decisions import approve_version, decline_version, request_changes
from extery_site.publish import actions
from tests.site import factories
from tests.site.packages import package
from tests.site.pages.html import open_page
from tests.site.stored import path_of

SignIn = Callable[[User], Client]
PLATFORMS = {"linux": ["linux-x64"], "windows": ["windows-x64"]}


def upload(owner: User, text: str = "", **fields: Any) -> actions.UploadResult:
    """Upload a package of version 1.0.0 with ``text`` in a file."""
    fields = {name: value for name, value in fields.items() if value != []}
    data = package(files={"text.py": f"TEXT = {text!r}\n"}, **fields)
    return actions.receive_upload(file=io.BytesIO(data), name=f"{text or 'first'}.zip", user=owner)


def send_back(version: Version, moderator: User) -> None:
    request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Mesh the teeth"
    )


def test_a_package_sent_back_is_replaced_and_reviewed_again(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    [old] = version.package_hashes
    send_back(version, moderator)

    result = upload(owner, "better")
    actions.submit(version=result.version, by=owner)

    assert Version.objects.get() == version
    assert result.replaced == ("upload.zip",)
    [new] = result.version.package_hashes
    assert new != old
    with pytest.raises(Conflict):
        approve_version(version=result.version, packages=[old], by=moderator)
    approve_version(version=result.version, packages=[new], by=moderator)
    assert Extension.objects.get().newest_version == version
    assert [*Event.objects.in_order().values_list("kind", flat=True)] == [
        *("uploaded", "submitted", "changes_requested", "replaced", "submitted", "approved")
    ]


@pytest.mark.parametrize("status", ["draft", "withdrawn", "changes_requested"])
def test_the_replaced_file_is_kept_as_long_as_its_version(
    owner: User,
    moderator: User,
    media: Callable[[], list[str]],
    django_capture_on_commit_callbacks: Any,
    status: str,
) -> None:
    version = factories.make_draft(owner)
    if status != "draft":
        factories.complete(version)
        actions.submit(version=version, by=owner)
    if status == "withdrawn":
        actions.withdraw(version=version, by=owner)
    elif status == "changes_requested":
        send_back(version, moderator)
    before = Package.objects.get()

    upload(owner, "better")

    kept = ReplacedPackage.objects.get()
    assert (kept.version, kept.file, kept.created_at) == (version, before.file, before.created_at)
    assert kept.replaced_at > kept.created_at
    assert path_of(kept.file).is_file()
    version.refresh_from_db()
    assert version.status == status
    with django_capture_on_commit_callbacks(execute=True):
        actions.discard_draft(version=version, by=owner)
    assert not [name for name in media() if name.startswith("packages/")]
    assert not StoredFile.objects.filter(pk=kept.file_id).exists()


def test_the_version_takes_the_manifest_of_the_new_package(owner: User) -> None:
    factories.make_draft(owner, permissions={"network": "Sync gears"}, tags=["Mesh"])
    version = upload(
        owner,
        "better",
        name="Gears",
        blender_version_min="4.5.0",
        blender_version_max="5.1.0",
        license=["SPDX:MIT"],
        tags=["Render"],
    ).version
    version.refresh_from_db()
    assert version.manifest["name"] == "Gears"
    assert version.blender_range_text == "4.5 up to, not including 5.1"
    assert (version.permissions, version.license) == ({}, ["SPDX:MIT"])
    extension = Extension.objects.get()
    assert extension.name == "Gears"
    assert [tag.name for tag in extension.tags.all()] == ["Render"]


def test_only_the_package_of_the_same_platform_is_replaced(owner: User) -> None:
    upload(owner, "linux", platforms=PLATFORMS["linux"])
    upload(owner, "windows", platforms=PLATFORMS["windows"])
    result = upload(owner, "linux 2", platforms=PLATFORMS["linux"])
    assert result.replaced == ("linux.zip",)
    names = result.version.packages.values_list("original_name", flat=True)
    assert sorted(names) == ["linux 2.zip", "windows.zip"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([["linux-x64"], ["windows-x64"]], []),
        ([["linux-x64"], ["windows-x64"]], ["linux-x64", "windows-x64"]),
        ([[]], ["linux-x64"]),
        ([["linux-x64", "windows-x64"]], ["windows-x64"]),
    ],
)
def test_all_packages_with_a_platform_in_common_are_replaced(
    owner: User, first: list[list[str]], second: list[str]
) -> None:
    for number, platforms in enumerate(first):
        upload(owner, str(number), platforms=platforms)
    version = upload(owner, "new", platforms=second).version
    assert version.packages.get().original_name == "new.zip"
    assert version.platforms == second
    assert version.replaced_packages.count() == len(first)


def test_a_package_that_differs_from_one_that_remains_replaces_none(owner: User) -> None:
    for name, platforms in PLATFORMS.items():
        upload(owner, name, platforms=platforms)
    with pytest.raises(Conflict) as caught:
        upload(owner, "new", platforms=PLATFORMS["linux"], name="Gears")
    assert caught.value.code == "upload.package-differs"
    assert "for all platforms" in caught.value.problems[0].hint
    assert not ReplacedPackage.objects.exists()
    assert Package.objects.count() == 2
    upload(owner, "all", name="Gears")
    assert Package.objects.get().original_name == "all.zip"


def test_an_earlier_package_can_come_back(owner: User) -> None:
    first = upload(owner, "first").package.sha256
    upload(owner, "second")
    version = upload(owner, "first").version
    assert version.package_hashes == [first]
    assert version.replaced_packages.count() == 2


@pytest.mark.parametrize("status", ["in_review", "approved", "declined"])
def test_a_version_that_is_not_open_keeps_its_package(
    owner: User, moderator: User, status: str
) -> None:
    version = factories.make_waiting(owner)
    decide = {"approved": approve_version, "declined": decline_version}.get(status)
    if decide:
        decide(version=version, packages=version.package_hashes, by=moderator, reason="Teeth")
    before = version.package_hashes
    with pytest.raises(Conflict) as caught:
        upload(owner, "other")
    assert caught.value.code == "upload.version-exists"
    assert Version.objects.get().package_hashes == before


def test_the_pages_say_what_was_replaced(
    owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    version = factories.make_waiting(owner)
    send_back(version, moderator)
    file = SimpleUploadedFile("better.zip", package(files={"new.py": "x = 1\n"}))
    browser = signed_in(owner)
    response = browser.post("/publish/", {"file": file}, follow=True)
    assert "better.zip uploaded. It replaces upload.zip." in response.content.decode()
    actions.submit(version=Version.objects.get(), by=owner)
    page = open_page(signed_in(stranger), "/queue/gear_tool/1.0.0/")
    heads = " ".join(element.words for element in page.classed("thread-head"))
    assert "replaced a package of version 1.0.0" in heads


def test_the_api_names_what_was_replaced(owner: User, program: SignIn) -> None:
    factories.make_draft(owner)
    file = SimpleUploadedFile("better.zip", package(files={"new.py": "x = 1\n"}))
    response = program(owner).post("/api/v1/packages/", {"file": file})
    assert (response.status_code, response.json()["replaced"]) == (201, ["upload.zip"])


def test_a_replacement_after_the_draft_was_hidden_stays_hidden(
    owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    factories.make_approved(owner, moderator, version="0.9.0")
    upload(owner, "first")
    upload(owner, "second")
    assert signed_in(stranger).get("/queue/gear_tool/1.0.0/").status_code == 404
