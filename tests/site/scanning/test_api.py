"""The checks of a version in the API, and the release of a package from quarantine."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.scanning.tasks import check_now
from tests.site import factories
from tests.site.scanning.fake_steps import INFECTED, FakeStep

pytestmark = pytest.mark.django_db

Program = Callable[[User], Client]
BASE = "/api/v1/extensions/gear_tool/versions/1.0.0"


def infected(version: Version, scanner: FakeStep) -> Version:
    scanner.outcome = INFECTED
    check_now(version.package_hashes)
    return version


def test_the_checks_say_what_was_found_by_which_version_and_when(
    owner: User, scanner: FakeStep, program: Program
) -> None:
    version = factories.make_draft(owner)
    client = program(owner)
    waiting = client.get(f"{BASE}/checks/").json()
    assert waiting["state"] == "received"
    assert waiting["packages"][0]["steps"][0]["outcome"] == "waiting"
    infected(version, scanner)

    answer = client.get(f"{BASE}/checks/").json()

    [package] = answer["packages"]
    [step] = package["steps"]
    assert answer["state"] == package["state"] == "rejected"
    assert package["is_quarantined"] is True
    assert package["sha256"] == version.package_hashes[0]
    assert (step["name"], step["outcome"], step["signature"]) == (
        "malware",
        "infected",
        "Test.Gear-1",
    )
    assert step["version"] == "1"
    assert step["is_required"] is True


def test_a_moderator_releases_a_package(
    owner: User, moderator: User, stranger: User, scanner: FakeStep, program: Program
) -> None:
    version = infected(factories.make_waiting(owner), scanner)
    path = f"{BASE}/packages/{version.package_hashes[0]}/release"
    body = {"reason": "It is a test file."}

    for user in (owner, stranger):
        refused = program(user).post(path, body, content_type="application/json")
        assert refused.status_code == 403
    missing = f"{BASE}/packages/{'0' * 64}/release"
    client = program(moderator)
    assert client.post(missing, body, content_type="application/json").status_code == 404
    assert client.post(path, {"reason": ""}, content_type="application/json").status_code == 400

    answer = client.post(path, body, content_type="application/json").json()

    assert (answer["state"], answer["is_quarantined"]) == ("needs_moderator", False)
    again = client.post(path, body, content_type="application/json")
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("make", "status"), [(factories.make_draft, 404), (factories.make_waiting, 403)]
)
def test_others_read_no_checks_and_moderators_none_of_drafts(
    make: Callable[[User], Version],
    status: int,
    owner: User,
    moderator: User,
    stranger: User,
    scanner: FakeStep,
    program: Program,
) -> None:
    make(owner)

    assert program(stranger).get(f"{BASE}/checks/").status_code == status
    expected = 200 if status == 403 else 404
    assert program(moderator).get(f"{BASE}/checks/").status_code == expected
    assert program(owner).get(f"{BASE}/checks/").status_code == 200
    assert Client().get(f"{BASE}/checks/").status_code == 401
