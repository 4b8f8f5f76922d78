"""Two requests of browsers at the same time: none is answered with 500."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.reports import actions as reports
from tests.site import factories
from tests.site.packages import package
from tests.site.races import run_simultaneously

pytestmark = pytest.mark.django_db(transaction=True)

Post = Callable[[], int]
#: True states: done, shown again with the errors, signed out, gone, in conflict.
ALLOWED = {200, 201, 302, 403, 404, 409, 422}


class Requests:
    """Requests of the owner and a moderator of one extension, each with its own client."""

    def __init__(self, owner: User, moderator: User, version: Version) -> None:
        self.owner, self.moderator, self.version = owner, moderator, version
        self.hashes = version.package_hashes

    def _post(self, user: User, path: str, form: Callable[[], dict[str, Any]]) -> Post:
        client = Client()
        client.force_login(user)
        return lambda: client.post(path, form()).status_code

    def _own(self, action: str) -> Post:
        return self._post(self.owner, f"/publish/gear_tool/1.0.0/{action}/", dict)

    def _step(self, step: str, user: User | None = None) -> Post:
        form = {
            "step": step,
            "reason": "Teeth",
            "text": "Teeth",
            "package": self.hashes,
        }
        return self._post(user or self.moderator, "/queue/gear_tool/1.0.0/", lambda: form)

    def __getitem__(self, name: str) -> Post:
        match name:
            case "submit" | "withdraw" | "discard":
                return self._own(name)
            case "edit":
                form = {"description": "Gears", "alt_text": "A gear", "release_notes": "New"}
                return self._post(self.owner, "/publish/gear_tool/?version=1.0.0", lambda: form)
            case "image":
                image = factories.picture(960, 540).getvalue()
                return self._post(
                    self.owner,
                    "/publish/gear_tool/",
                    lambda: {"image": SimpleUploadedFile("a.png", image), "alt_text": "A gear"},
                )
            case "upload":
                data = package(files={"new.py": "new = True\n"})
                return self._post(
                    self.owner, "/publish/", lambda: {"file": SimpleUploadedFile("a.zip", data)}
                )
            case "report":
                report = {"reason": "broken", "text": "Teeth"}
                return self._post(self.moderator, "/report/extension/gear_tool/", lambda: report)
            case "comment":
                return self._step("comment", self.owner)
        return self._step(name)


DRAFT_PAIRS = [
    *[("submit", "submit"), ("submit", "discard"), ("discard", "discard"), ("edit", "discard")],
    *[("image", "discard"), ("image", "image"), ("upload", "upload"), ("upload", "discard")],
    *[("comment", "discard"), ("report", "discard"), ("block", "block"), ("block", "edit")],
    *[("block", "image"), ("block", "submit"), ("block", "discard"), ("block", "upload")],
    *[("edit", "submit"), ("report", "block")],
]
REVIEW_PAIRS = [
    *[("approve", "approve"), ("approve", "decline"), ("approve", "request_changes")],
    *[("decline", "decline"), ("approve", "withdraw"), ("decline", "withdraw")],
    *[("approve", "block"), ("withdraw", "withdraw"), ("comment", "approve"), ("edit", "approve")],
    *[("block", "unblock"), ("report", "approve"), ("upload", "approve")],
]


def run(requests: Requests, pair: tuple[str, str]) -> None:
    first, second = (requests[name] for name in pair)
    statuses = run_simultaneously(first, second, first)
    assert set(statuses) <= ALLOWED, statuses


@pytest.mark.parametrize("pair", DRAFT_PAIRS, ids="-".join)
def test_simultaneous_requests_about_a_draft_get_true_answers(
    owner: User, moderator: User, pair: tuple[str, str]
) -> None:
    version = factories.make_complete(owner)
    run(Requests(owner, moderator, version), pair)
    assert not Extension.objects.filter(status="").exists()


@pytest.mark.parametrize("pair", REVIEW_PAIRS, ids="-".join)
def test_simultaneous_requests_about_a_review_get_true_answers(
    owner: User, moderator: User, pair: tuple[str, str]
) -> None:
    version = factories.make_waiting(owner)
    run(Requests(owner, moderator, version), pair)
    version.refresh_from_db()
    assert version.status in Version.Status.values


def test_a_report_is_handled_once(owner: User, moderator: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    report = reports.report_extension(
        extension=extension, by=moderator, reason="other", text="Look"
    )

    def close(step: str) -> Post:
        client = Client()
        client.force_login(moderator)
        form = {"step": "decide", "outcome": step, "note": "Done"}
        return lambda: client.post(report.case.get_absolute_url(), form).status_code

    statuses = run_simultaneously(close("resolved"), close("dismissed"), close("resolved"))
    assert sorted(statuses) == [302, 409, 409]


def test_a_token_is_revoked_twice_without_an_error(owner: User) -> None:
    token, _ = create_token(user=owner, name="test")

    def revoke() -> Post:
        client = Client()
        client.force_login(owner)
        return lambda: client.post(f"/account/tokens/{token.pk}/revoke/").status_code

    assert run_simultaneously(revoke(), revoke()) == [302, 302]


@pytest.mark.parametrize("action", ["submit", "withdraw"])
def test_simultaneous_requests_of_programs_succeed_once(
    owner: User, program: Callable[[User], Client], action: str
) -> None:
    make = factories.make_complete if action == "submit" else factories.make_waiting
    make(owner)
    path = f"/api/v1/extensions/gear_tool/versions/1.0.0/{action}"
    clients = [program(owner), program(owner)]

    def send(client: Client) -> int:
        return client.post(path).status_code

    assert sorted(run_simultaneously(*(partial(send, one) for one in clients))) == [200, 409]
