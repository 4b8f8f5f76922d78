"""An infected package is kept and sent to no one, in every status of its version; a moderator can release it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Package, Version
from extery_site.files.models import StoredFile
from extery_site.moderation import decisions
from extery_site.moderation.review_context import tab_url
from extery_site.moderation.try_addresses import make_address
from extery_site.notify.models import Notification
from extery_site.publish import actions as publish
from extery_site.scanning.models import FileCheck
from extery_site.scanning.releases import release_package
from extery_site.scanning.steps.step import Outcome, StepOutcome
from extery_site.scanning.tasks import check_now
from tests.site import factories
from tests.site.packages import package as package_bytes
from tests.site.scanning.fake_steps import INFECTED, FakeStep

pytestmark = pytest.mark.django_db

State, Status = FileCheck.State, Version.Status
RunTasks = Callable[[], int]
SignedIn = Callable[[User], Client]


def checked(version: Version) -> Version:
    """Check the packages of a version now, and return its current row."""
    check_now(version.package_hashes)
    return Version.objects.select_related("extension").get(pk=version.pk)


def infect(version: Version, scanner: FakeStep) -> Version:
    """Let the scanner find malware in the packages of a version."""
    scanner.outcome, scanner.version = INFECTED, f"{scanner.version}1"
    return checked(version)


@pytest.fixture
def public(owner: User, moderator: User, scanner: FakeStep) -> Version:
    """A public version that was scanned."""
    version = checked(factories.make_waiting(owner))
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    return Version.objects.select_related("extension").get(pk=version.pk)


def status(client: Client, path: str, **headers: str) -> int:
    """Return the status of a download, and read it to its end, which closes the file."""
    response = client.get(path, headers=headers)
    b"".join(response)
    return response.status_code


def download_path(version: Version) -> str:
    return Package.objects.select_related("version__extension").get(version=version).download_path


def test_a_public_version_is_blocked_by_the_site_and_leaves_the_listing(
    public: Version, scanner: FakeStep, client: Client
) -> None:
    assert status(client, download_path(public)) == 200
    assert "gear_tool" in client.get("/api/v1/extensions/").content.decode()

    version = infect(public, scanner)

    assert version.status == Status.BLOCKED
    assert version.block_reason == "A package is in quarantine: it may contain malware."
    answer = client.get(download_path(public), headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json()["problems"][0]["code"] == "download.quarantined"
    assert "archive_url" not in client.get("/api/v1/extensions/").content.decode()
    kinds = list(version.events.values_list("kind", flat=True))
    assert kinds[-2:] == [Event.Kind.QUARANTINED, Event.Kind.SCAN_BLOCKED]
    assert "Test.Gear-1" in version.events.get(kind=Event.Kind.QUARANTINED).text
    assert "Test.Gear-1" not in version.events.get(kind=Event.Kind.SCAN_BLOCKED).text


@pytest.mark.parametrize("who", ["owner", "moderator", "stranger"])
def test_nobody_downloads_a_package_in_quarantine(
    who: str,
    owner: User,
    moderator: User,
    stranger: User,
    scanner: FakeStep,
    signed_in: SignedIn,
) -> None:
    version = factories.make_waiting(owner)
    path = download_path(version)
    users = {"owner": owner, "moderator": moderator, "stranger": stranger}
    browser = signed_in(users[who])
    if who != "stranger":
        assert status(browser, path) == 200

    infect(version, scanner)

    for headers in (
        {},
        {"if-none-match": f'"{version.package_hashes[0]}"'},
        {"range": "bytes=0-1"},
    ):
        assert browser.get(path, headers=headers).status_code == 403
    assert browser.head(path).status_code == 403


def test_a_private_address_has_no_package_in_quarantine(
    owner: User, moderator: User, scanner: FakeStep, client: Client
) -> None:
    version = factories.make_waiting(owner)
    address = make_address(version=version, by=moderator)
    listing = client.get(f"/try/{address.token}/")
    [entry] = listing.json()["data"]
    path = entry["archive_url"].removeprefix("http://testserver")
    assert status(client, path) == 200

    infect(version, scanner)

    assert status(client, path) == 404
    assert client.get(f"/try/{address.token}/").status_code == 404


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (factories.make_complete, Status.DRAFT),
        (factories.make_waiting, Status.IN_REVIEW),
    ],
)
def test_a_version_that_is_not_public_stays_as_it_is_and_cannot_be_published(
    make: Callable[[User], Version],
    status: str,
    owner: User,
    moderator: User,
    scanner: FakeStep,
) -> None:
    version = infect(make(owner), scanner)

    assert version.status == status
    assert StoredFile.objects.get(pk=version.package_hashes[0]).quarantined_at is not None
    if status == Status.DRAFT:
        with pytest.raises(InvalidInput) as missing:
            publish.submit(version=version, by=owner)
        assert [problem.code for problem in missing.value.problems] == ["submit.quarantined"]
    else:
        with pytest.raises(Conflict) as error:
            decisions.approve_version(
                version=version, packages=version.package_hashes, by=moderator
            )
        assert error.value.problems[0].code == "scan.quarantined"
        assert Version.objects.get().status == status


def test_a_version_that_becomes_public_later_returns_to_the_queue(
    public: Version, owner: User, moderator: User, scanner: FakeStep, settings: Any
) -> None:
    settings.EXTERY_LATER_VERSIONS = "cool-down"
    later = checked(factories.make_waiting(owner, version="1.1.0"))
    decisions.approve_version(version=later, packages=later.package_hashes, by=moderator)
    later.refresh_from_db()
    assert later.status == Status.COOLING_DOWN

    assert infect(later, scanner).status == Status.IN_REVIEW
    public.refresh_from_db()
    assert public.status == Status.APPROVED


def test_the_owner_and_moderators_are_told_and_others_see_nothing(
    owner: User, moderator: User, stranger: User, scanner: FakeStep, signed_in: SignedIn
) -> None:
    version = infect(factories.make_waiting(owner), scanner)

    found = dict(
        Notification.objects.filter(kind__in=("malware_found", "staff_malware")).values_list(
            "entry__user__username", "kind"
        )
    )
    assert found == {"ada": "malware_found", "mod": "staff_malware"}
    page = tab_url(version)
    assert "Test.Gear-1" in signed_in(owner).get(page).content.decode()
    assert "Test.Gear-1" not in signed_in(stranger).get(page).content.decode()


def test_a_draft_in_quarantine_is_told_to_its_owner_only(
    owner: User, moderator: User, scanner: FakeStep
) -> None:
    infect(factories.make_draft(owner), scanner)

    kinds = Notification.objects.values_list("entry__user__username", "kind")
    assert list(kinds) == [("ada", "malware_found")]


def test_the_same_bytes_are_refused_also_after_the_version_was_discarded(
    owner: User, stranger: User, scanner: FakeStep
) -> None:
    version = infect(factories.make_draft(owner), scanner)
    data = package_bytes()
    publish.discard_draft(version=version, by=owner)
    Version.objects.all().delete()

    with pytest.raises(Refused) as error:
        publish.receive_upload(file=io.BytesIO(data), user=stranger)

    assert error.value.problems[0].code == "upload.known-malware"


def test_a_new_package_of_the_draft_replaces_the_infected_one(
    owner: User, scanner: FakeStep
) -> None:
    version = infect(factories.make_complete(owner), scanner)
    scanner.outcome = StepOutcome(Outcome.PASSED)

    factories.make_draft(owner, tagline="Makes clean gears")

    version = checked(version)
    assert publish.submit(version=version, by=owner).status == Status.IN_REVIEW


def test_a_moderator_releases_a_false_alarm_which_is_not_found_again(
    public: Version, moderator: User, scanner: FakeStep, client: Client
) -> None:
    version = infect(public, scanner)
    package = version.packages.select_related("file").get()
    with pytest.raises(Conflict):
        decisions.unblock_version(version=version, by=moderator)

    check = release_package(package=package, by=moderator, reason="It is a test file.")

    assert check.state == State.NEEDS_MODERATOR
    decisions.unblock_version(version=version, by=moderator)
    assert status(client, download_path(version)) == 200
    scanner.version += "2"
    assert checked(version).status == Status.APPROVED
    event = version.events.get(kind=Event.Kind.RELEASED_FROM_QUARANTINE)
    assert (event.by, event.text) == (moderator, "It is a test file.")


def test_another_signature_than_the_released_one_is_found(
    public: Version, moderator: User, scanner: FakeStep
) -> None:
    version = infect(public, scanner)
    package = version.packages.select_related("file").get()
    release_package(package=package, by=moderator, reason="It is a test file.")
    decisions.unblock_version(version=version, by=moderator)
    scanner.outcome = StepOutcome(Outcome.INFECTED, details={"signature": "Other-2"})
    scanner.version += "2"

    assert checked(version).status == Status.BLOCKED


def test_a_release_needs_a_moderator_a_reason_and_a_package_in_quarantine(
    owner: User, moderator: User, stranger: User, scanner: FakeStep
) -> None:
    version = factories.make_waiting(owner)
    package = version.packages.select_related("file").get()
    check_now(version.package_hashes)
    with pytest.raises(Conflict) as clean:
        release_package(package=package, by=moderator, reason="Fine")
    assert clean.value.problems[0].code == "scan.not-quarantined"
    infect(version, scanner)

    for user in (owner, stranger):
        with pytest.raises(Refused):
            release_package(package=package, by=user, reason="Fine")
    with pytest.raises(InvalidInput):
        release_package(package=package, by=moderator, reason=" ")
    assert StoredFile.objects.get(pk=package.sha256).quarantined_at is not None


def test_a_quarantine_does_not_end_when_newer_signatures_find_nothing(
    public: Version, scanner: FakeStep, client: Client
) -> None:
    version = infect(public, scanner)
    scanner.outcome, scanner.version = StepOutcome(Outcome.PASSED), "clean"

    version = checked(version)

    assert version.status == Status.BLOCKED
    assert FileCheck.objects.get().state == State.REJECTED
    assert status(client, download_path(version)) == 403


def test_a_version_of_a_blocked_extension_is_blocked_too(
    public: Version, moderator: User, scanner: FakeStep
) -> None:
    decisions.block_extension(extension=public.extension, by=moderator, reason="Deletes files")

    assert infect(public, scanner).status == Status.BLOCKED


def test_a_version_of_a_deleted_extension_is_blocked_when_it_is_restored(
    owner: User, moderator: User, scanner: FakeStep, public: Version
) -> None:
    from extery_site.catalog import lifecycle, transitions

    publish.unpublish(version=public, by=owner)
    with lifecycle.transition(transitions.DELETE, extension=public.extension, by=owner):
        pass
    infect(public, scanner)

    with lifecycle.transition(transitions.RESTORE, extension=public.extension, by=moderator):
        pass

    assert Version.objects.get().status == Status.BLOCKED


def test_the_queue_hides_a_version_in_quarantine_unless_a_moderator_asks_for_it(
    owner: User, moderator: User, stranger: User, scanner: FakeStep, signed_in: SignedIn
) -> None:
    factories.make_waiting(owner, id="clean_tool", name="Clean Tool")
    version = infect(factories.make_waiting(owner), scanner)
    browser = signed_in(moderator)

    page = browser.get("/queue/").content.decode()
    assert "Clean Tool" in page
    assert "Gear Tool" not in page
    assert "Gear Tool" not in signed_in(stranger).get("/queue/").content.decode()
    hidden = browser.get("/queue/?flag=quarantine").content.decode()
    assert "Gear Tool" in hidden
    assert "In quarantine" in hidden

    package = version.packages.select_related("file").get()
    release_package(package=package, by=moderator, reason="It is a test file.")
    assert "Gear Tool" in browser.get("/queue/").content.decode()


def test_the_page_of_the_review_has_the_checks_and_a_form_that_releases(
    owner: User, moderator: User, scanner: FakeStep, signed_in: SignedIn
) -> None:
    version = infect(factories.make_waiting(owner), scanner)
    browser, path = signed_in(moderator), tab_url(version, "findings")

    page = browser.get(path).content.decode()
    assert "Infected: Test.Gear-1" in page
    assert "In quarantine since" in page

    form = {
        "tab": "findings",
        "step": "release_quarantine",
        "package": version.package_hashes[0],
        "reason": "It is a test file.",
    }
    assert browser.post(tab_url(version), form).status_code == 302
    assert "In quarantine since" not in browser.get(path).content.decode()
    missing = browser.post(tab_url(version), {**form, "package": "0" * 64})
    assert missing.status_code == 404
