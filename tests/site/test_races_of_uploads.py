"""Simultaneous uploads of packages and images: nothing is lost, and nothing stored twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Package, Tag, Version
from extery_site.files import storage as files
from extery_site.files.layout import FileKind
from extery_site.files.models import StoredFile
from extery_site.publish import actions as publish
from extery_site.publish.models import ReservedId
from extery_site.publish.reserved_ids import reserve_id
from tests.site import factories
from tests.site.packages import package
from tests.site.races import errors_of, run_simultaneously, upload
from tests.site.stored import stored_names

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("existing", [False, True])
def test_of_simultaneous_uploads_of_one_version_each_replaces_the_last(
    owner: User, moderator: User, media: Callable[[], list[str]], existing: bool
) -> None:
    if existing:
        factories.make_approved(owner, moderator, version="0.9.0")

    results = run_simultaneously(
        *(upload(owner, files={"who.py": f"number = {number}\n"}) for number in range(3))
    )

    assert errors_of(results) == []
    version = Version.objects.get(number="1.0.0")
    assert (version.packages.count(), version.replaced_packages.count()) == (1, 2)
    assert media() == stored_names()


def test_of_two_simultaneous_uploads_of_one_file_one_is_stored(
    owner: User, media: Callable[[], list[str]]
) -> None:
    results = run_simultaneously(*[upload(owner)] * 3)

    assert errors_of(results) == ["upload.file-exists"] * 2
    assert media() == [Package.objects.get().file.name]


@pytest.mark.parametrize("existing", [False, True])
def test_platforms_of_a_version_can_be_uploaded_simultaneously(
    owner: User, moderator: User, existing: bool
) -> None:
    if existing:
        factories.make_approved(owner, moderator, version="0.9.0")
    platforms = ["linux-x64", "windows-x64", "macos-arm64"]

    results = run_simultaneously(*(upload(owner, platforms=[name]) for name in platforms))

    assert errors_of(results) == []
    assert sorted(Version.objects.get(number="1.0.0").platforms) == sorted(platforms)


def test_an_id_uploaded_simultaneously_belongs_to_one_user(owner: User, stranger: User) -> None:
    results = run_simultaneously(upload(owner), upload(stranger, tagline="Makes other gears"))

    assert errors_of(results) == ["upload.id-taken"]
    assert Package.objects.get().version.extension == Extension.objects.get()


def test_new_tags_of_simultaneous_uploads_are_created_once(owner: User) -> None:
    tags = ["Mesh", "Object", "Scene", "Render", "Animation"]

    results = run_simultaneously(
        *(
            upload(owner, id=f"gear_{number}", tags=tags if number % 2 else tags[::-1])
            for number in range(4)
        )
    )

    assert errors_of(results) == []
    assert sorted(Tag.objects.values_list("name", flat=True)) == sorted(tags)
    assert all(extension.tags.count() == 5 for extension in Extension.objects.all())


def test_a_file_is_not_removed_while_a_transaction_stores_it_again(
    owner: User, monkeypatch: pytest.MonkeyPatch, media: Callable[[], list[str]]
) -> None:
    """The removal must wait for a row that is not committed yet."""
    import threading

    version = factories.make_draft(owner)
    file = Package.objects.get().file
    publish.discard_draft(version=version, by=owner)
    kept, looked = threading.Event(), threading.Event()
    real_store = files.StagedFile.store

    def store_and_wait(stage: files.StagedFile) -> StoredFile:
        result = real_store(stage)
        kept.set()
        # The other transaction waits for this one, or has already read the rows.
        looked.wait(1)
        return result

    def remove() -> None:
        kept.wait(300)
        files.remove_unreferenced(file.sha256)
        files.remove_without_row(file.name, file.sha256)
        looked.set()

    monkeypatch.setattr(files.StagedFile, "store", store_and_wait)
    run_simultaneously(upload(owner), remove)

    assert media() == [Package.objects.get().file.name] == [file.name]


def test_simultaneous_replacements_of_an_image_leave_no_orphan(
    owner: User, media: Callable[[], list[str]], run_tasks: Callable[[], int]
) -> None:
    extension = factories.make_draft(owner).extension
    run_tasks()
    pictures = [
        factories.picture(width=1920 + 16 * number, height=1080 + 9 * number) for number in range(3)
    ]

    results = run_simultaneously(
        *(
            partial(publish.update_draft, extension=extension, by=owner, image=one, alt_text="Gear")
            for one in pictures
        )
    )

    assert errors_of(results) == []
    assert run_tasks() == len(pictures)
    image = Extension.objects.get().image
    assert image is not None
    images = StoredFile.objects.filter(kind=FileKind.IMAGE)
    assert {file.pk for file in images} == {file.pk for file in image.files if file}
    assert media() == stored_names()


def test_an_upload_of_a_form_while_the_database_is_locked_is_answered_with_503(
    owner: User, signed_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def busy(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(publish, "receive_upload", busy)
    response = signed_in(owner).post(
        "/publish/", {"file": SimpleUploadedFile("gears.zip", package())}
    )

    assert response.status_code == 503
    assert response["Retry-After"] == "5"


def test_an_id_is_uploaded_or_reserved(owner: User, moderator: User) -> None:
    results = run_simultaneously(
        upload(owner),
        partial(reserve_id, extension_id="gear_tool", by=moderator, reason="Too general"),
    )

    [error] = errors_of(results)
    assert error == ("upload.id-reserved" if ReservedId.objects.exists() else "reserved.in-use")
    assert Extension.objects.exists() != ReservedId.objects.exists()
