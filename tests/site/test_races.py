"""Two simultaneous requests: one succeeds, the other gets an error with the current status."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
from extery_site.catalog.models import (
    Event,
    Extension,
    MaximumSuggestion,
    Package,
    Tag,
    Version,
)
from extery_site.files import storage as files
from extery_site.files.layout import FileKind
from extery_site.files.models import StoredFile
from extery_site.listings.event_handler import increment_revision
from extery_site.listings.models import Revision
from extery_site.moderation import comments as review
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions as publish
from extery_site.publish import deletion, handover, maximum
from extery_site.publish.models import ReservedId
from extery_site.publish.reserved_ids import reserve_id
from extery_site.reports import actions as reports
from extery_site.reports import handling
from extery_site.reports.models import Case
from tests.site import factories
from tests.site.packages import package
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db(transaction=True)


def upload(owner: User, **fields: Any) -> Callable[[], Any]:
    data = package(**fields)
    return lambda: publish.receive_upload(file=io.BytesIO(data), user=owner)


def test_of_two_simultaneous_approvals_one_is_recorded(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    before = Revision.objects.values_list("number", flat=True).first() or 0
    approve = partial(
        moderation.approve_version, version=version, packages=version.package_hashes, by=moderator
    )

    assert errors_of(run_simultaneously(*[approve] * 4)) == ["review.wrong-status"] * 3

    assert Event.objects.filter(kind="approved").count() == 1
    assert Revision.objects.get().number == before + 1
    assert Extension.objects.get().newest_version == version


def test_of_two_simultaneous_approvals_over_the_api_one_gets_409(
    owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner)
    _, secret = create_token(user=moderator, name="test")
    body = {"packages": version.package_hashes}

    def approve() -> int:
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        path = "/api/v1/extensions/gear_tool/versions/1.0.0/approve"
        return client.post(path, body, "application/json").status_code

    assert sorted(run_simultaneously(approve, approve)) == [200, 409]


def test_of_two_simultaneous_approvals_the_newer_version_is_shown(
    owner: User, moderator: User
) -> None:
    factories.make_approved(owner, moderator, version="0.9.0")
    versions = [factories.make_waiting(owner, version=number) for number in ("1.0.0", "2.0.0")]

    results = run_simultaneously(
        *(
            partial(
                moderation.approve_version, version=one, packages=one.package_hashes, by=moderator
            )
            for one in versions
        )
    )

    assert errors_of(results) == []
    assert Extension.objects.get().newest_version == versions[1]


def test_a_version_is_either_approved_or_withdrawn(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)

    results = run_simultaneously(
        lambda: moderation.approve_version(
            version=version, packages=version.package_hashes, by=moderator
        ),
        lambda: publish.withdraw(version=version, by=owner),
    )

    assert errors_of(results) in (["review.wrong-status"], ["submit.wrong-status"])
    extension = Extension.objects.get()
    assert Version.objects.get().status == extension.status
    assert (extension.newest_version is None) == (extension.status == "withdrawn")


def stored_names() -> list[str]:
    """The names of all files that have a row; rows of `factories.make_image` have no files."""
    made = [digit * 64 for digit in "abc"]
    return sorted(file.name for file in StoredFile.objects.exclude(pk__in=made))


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


def test_of_two_moderators_who_handle_a_report_one_succeeds(owner: User, moderator: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    report = reports.report_extension(
        extension=extension, by=moderator, reason="other", text="Look"
    )

    results = run_simultaneously(
        lambda: handling.resolve_case(case=report.case, by=moderator, note="Done"),
        lambda: handling.dismiss_case(case=report.case, by=moderator, note="Nothing"),
    )

    assert errors_of(results) == ["report.already-handled"]
    assert Case.objects.get().note in {"Done", "Nothing"}


@pytest.mark.parametrize("round_", range(3))
def test_a_report_or_comment_on_a_draft_that_is_discarded_is_stored_or_refused(
    owner: User, moderator: User, round_: int
) -> None:
    version = factories.make_draft(owner)
    extension = version.extension

    discarded, *others = run_simultaneously(
        lambda: publish.discard_draft(version=version, by=owner),
        lambda: reports.report_extension(
            extension=extension, by=moderator, reason="other", text="Look"
        ),
        lambda: review.comment(extension=extension, by=owner, text="Mine"),
        lambda: publish.update_draft(extension=extension, by=owner, description="Gears"),
        lambda: moderation.block_extension(extension=extension, by=moderator, reason="Harm"),
    )

    if discarded is None:
        assert not Extension.objects.exists()
        assert set(errors_of(others)) <= {"request.not-found"}
    else:
        assert errors_of([discarded]) == ["upload.extension-blocked"]


@pytest.mark.parametrize("kind", ["report", "comment"])
def test_a_draft_is_not_deleted_between_the_check_and_the_row_that_refers_to_it(
    owner: User, moderator: User, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    import threading

    version = factories.make_draft(owner)
    extension = version.extension
    checked, discarded = threading.Event(), threading.Event()
    module: Any = review if kind == "comment" else reports
    real_check = module.clean_text

    def check_and_wait(*arguments: Any, **named: Any) -> str:
        checked.set()
        # The discarding transaction waits for this one, or has ended.
        discarded.wait(1)
        return str(real_check(*arguments, **named))

    def discard() -> None:
        checked.wait(300)
        publish.discard_draft(version=version, by=owner)
        discarded.set()

    def refer() -> None:
        if kind == "comment":
            review.comment(extension=extension, by=owner, text="Mine")
        else:
            reports.report_extension(extension=extension, by=moderator, reason="other", text="Look")

    monkeypatch.setattr(module, "clean_text", check_and_wait)

    assert errors_of(run_simultaneously(refer, discard)) == []
    assert not Extension.objects.exists()


def test_simultaneous_discards_discard_once(owner: User, media: Callable[[], list[str]]) -> None:
    version = factories.make_draft(owner)
    discard = partial(publish.discard_draft, version=version, by=owner)

    results = run_simultaneously(discard, discard)

    assert errors_of(results) == ["request.not-found"]
    assert not Extension.objects.exists()
    assert media() == []


@pytest.mark.parametrize("round_", range(3))
def test_a_file_discarded_and_uploaded_simultaneously_exists_if_its_row_does(
    owner: User, media: Callable[[], list[str]], round_: int
) -> None:
    version = factories.make_draft(owner)

    run_simultaneously(lambda: publish.discard_draft(version=version, by=owner), upload(owner))

    assert media() == stored_names()


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


def test_the_revision_counts_every_simultaneous_change() -> None:
    from django.db import transaction

    def change() -> None:
        with transaction.atomic():
            increment_revision()

    run_simultaneously(*[change] * 8)

    assert Revision.objects.get().number == 8


def test_of_two_simultaneous_sign_ups_with_one_name_one_succeeds(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}

    def sign_up(number: int) -> int:
        fields = {
            "username": "ada" if number % 2 else "Ada",
            "email": f"ada{number}@example.org",
            "password1": "gears-turn-both-ways",
            "password2": "gears-turn-both-ways",
        }
        return Client().post("/account/signup/", fields).status_code

    statuses = run_simultaneously(*(partial(sign_up, number) for number in range(4)))

    assert User.objects.count() == 1
    assert statuses.count(302) == 1
    assert set(statuses) <= {302, 200, 409}


def test_simultaneous_replacements_of_an_image_leave_no_orphan(
    owner: User, media: Callable[[], list[str]], run_tasks: Callable[[], int]
) -> None:
    extension = factories.make_draft(owner).extension
    run_tasks()
    pictures = [
        factories.picture(width=960 + 16 * number, height=540 + 9 * number) for number in range(3)
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
    assert {file.pk for file in images} == {image.file_id, image.large_id, image.small_id}
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


def test_the_race_tests_use_separate_connections(tmp_path: Path) -> None:
    """All threads would share an in-memory database, so the test would prove nothing."""
    assert connection.vendor == "postgresql" or Path(connection.settings_dict["NAME"]).is_file()


def test_of_two_simultaneous_answers_to_an_offer_one_counts(
    owner: User, moderator: User, stranger: User
) -> None:
    extension = factories.make_approved(owner, moderator).extension
    offer = handover.offer(extension=extension, by=owner, to=stranger.username)

    results = run_simultaneously(
        partial(handover.accept, handover=offer, by=stranger),
        partial(handover.withdraw, handover=offer, by=owner),
        partial(handover.accept, handover=offer, by=stranger),
    )

    # After an acceptance the old owner may not even withdraw.
    assert sorted(errors_of(results))[:1] == ["handover.closed"]
    assert len(errors_of(results)) == 2
    offer.refresh_from_db()
    taken = Extension.objects.get().owner == stranger
    assert offer.state == ("accepted" if taken else "withdrawn")
    answers = Event.objects.filter(kind__in=["handover_accepted", "handover_withdrawn"])
    assert answers.count() == 1


def test_a_planned_deletion_is_cancelled_or_happens(owner: User, moderator: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    deletion.delete_extension(extension=extension, by=owner)
    later = timezone.now() + timedelta(days=99)

    results = run_simultaneously(
        partial(deletion.delete_planned, now=later),
        partial(deletion.cancel_deletion, extension=extension, by=owner),
        partial(deletion.delete_planned, now=later),
    )

    extension.refresh_from_db()
    cancelled = extension.events.filter(kind="deletion_cancelled").count()
    deleted = extension.events.filter(kind="deleted_as_planned").count()
    assert (cancelled, deleted) == ((0, 1) if extension.is_deleted else (1, 0))
    assert sorted([results[0], results[2]]) == [0, deleted]
    assert errors_of(results) == (["manage.wrong-status"] if deleted else [])


def test_one_of_two_deletions_of_a_draft_deletes_it(owner: User) -> None:
    extension = factories.make_complete(owner).extension
    delete = partial(deletion.delete_extension, extension=extension, by=owner)

    results = run_simultaneously(delete, delete)

    assert errors_of(results) == ["request.not-found"]
    assert not Extension.objects.exists()


def test_of_two_simultaneous_suggestions_of_a_user_one_is_open(
    owner: User, moderator: User, stranger: User
) -> None:
    version = factories.make_approved(owner, moderator)
    suggest = partial(
        maximum.suggest_maximum, version=version, by=stranger, maximum="5.0", reason="It crashes"
    )

    assert errors_of(run_simultaneously(suggest, suggest)) == ["maximum.suggested"]

    suggestion = MaximumSuggestion.objects.get()
    results = run_simultaneously(
        partial(maximum.accept, suggestion=suggestion, by=owner),
        partial(maximum.decline, suggestion=suggestion, by=moderator, answer="It works"),
    )
    assert errors_of(results) == ["maximum.closed"]
    suggestion.refresh_from_db()
    is_set = Version.objects.get().blender_max is not None
    assert is_set == (suggestion.state == "accepted")


def test_an_id_is_uploaded_or_reserved(owner: User, moderator: User) -> None:
    results = run_simultaneously(
        upload(owner),
        partial(reserve_id, extension_id="gear_tool", by=moderator, reason="Too general"),
    )

    [error] = errors_of(results)
    assert error == ("upload.id-reserved" if ReservedId.objects.exists() else "reserved.in-use")
    assert Extension.objects.exists() != ReservedId.objects.exists()
