"""Simultaneous decisions about one version or report: one counts, the others get an error."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import Client

from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.listings.models import Revision
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions as publish
from extery_site.reports import actions as reports
from extery_site.reports import handling
from extery_site.reports.models import Case
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db(transaction=True)


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
