"""Decisions name packages by hash; a decision that names other packages is rejected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import Conflict, Corrupt, ExteryError, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Package, Version
from extery_site.moderation import decisions
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously
from tests.site.stored import path_of

Program = Callable[[User], Client]

DECISIONS: dict[str, Callable[..., Event]] = {
    "approve": decisions.approve_version,
    "request-changes": decisions.request_changes,
    "decline": decisions.decline_version,
}
every_decision = pytest.mark.parametrize("step", DECISIONS)
URL = "/api/v1/extensions/gear_tool/versions/1.0.0/"
OTHER_HASH = "ab" * 32


def add_package(version: Version, owner: User) -> Version:
    """Add a platform to the version in review: withdraw, upload, submit."""
    publish.withdraw(version=version, by=owner)
    factories.upload_other(owner, platforms=["macos-arm64"])
    return publish.submit(version=version, by=owner)


def decide_through_api(client: Client, step: str, packages: Any) -> Any:
    body = {"packages": packages, "reason": "Looked at it."}
    return client.post(f"{URL}{step}", body, "application/json")


def assert_undecided() -> None:
    assert not Event.objects.decisions().exists()
    assert {version.status for version in Version.objects.all()} == {"in_review"}
    assert not Event.objects.filter(kind__in=["approved", "changes_requested", "declined"]).exists()


@every_decision
def test_a_decision_records_the_hashes_of_its_packages(
    owner: User, moderator: User, program: Program, step: str
) -> None:
    factories.make_waiting(owner, platforms=["linux-x64"])
    factories.upload_other(moderator, id="unrelated")
    version = add_package(Version.objects.get(extension__extension_id="gear_tool"), owner)
    hashes = version.package_hashes
    response = decide_through_api(program(moderator), step, hashes[::-1])
    assert response.status_code == 200
    assert response.json()["packages"] == hashes
    assert len(hashes) == 2
    assert Event.objects.decisions().get().packages == hashes


@every_decision
def test_a_decision_on_a_replaced_package_is_a_conflict(
    owner: User, moderator: User, program: Program, step: str
) -> None:
    version = factories.make_waiting(owner)
    [seen] = version.package_hashes
    [now] = factories.replace_package(version, owner).package_hashes
    response = decide_through_api(program(moderator), step, [seen])
    assert response.status_code == 409
    problems = response.json()["problems"]
    assert {problem["code"] for problem in problems} == {"review.packages-changed"}
    assert {problem["field"] for problem in problems} == {"packages"}
    assert [problem["message"] for problem in problems] == [
        "the packages of Gear Tool 1.0.0 have changed since they were reviewed: 1 added, 1 removed",
        f"added: add-on-gear_tool-v1.0.0.zip (SHA-256 {now[:12]}…)",
        f"removed: a package (SHA-256 {seen[:12]}…)",
    ]
    assert problems[0]["hint"]
    assert_undecided()


@every_decision
def test_a_decision_without_an_added_package_is_a_conflict(
    owner: User, moderator: User, program: Program, step: str
) -> None:
    version = factories.make_waiting(owner, platforms=["linux-x64"])
    seen = version.package_hashes
    added = Package.objects.exclude(sha256__in=seen)
    add_package(version, owner)
    response = decide_through_api(program(moderator), step, seen)
    assert response.status_code == 409
    messages = [problem["message"] for problem in response.json()["problems"]]
    assert messages[1:] == [
        f"added: add-on-gear_tool-v1.0.0-macos-arm64.zip (SHA-256 {added.get().sha256[:12]}…)"
    ]
    assert_undecided()


@every_decision
def test_a_decision_with_a_removed_package_is_a_conflict(
    owner: User, moderator: User, program: Program, step: str
) -> None:
    version = factories.make_waiting(owner, platforms=["linux-x64"])
    version = add_package(version, owner)
    seen = version.package_hashes
    Package.objects.filter(platforms=["macos-arm64"]).delete()
    response = decide_through_api(program(moderator), step, seen)
    assert response.status_code == 409
    assert len(response.json()["problems"]) == 2
    assert_undecided()


@every_decision
def test_hashes_of_another_version_are_reported(
    owner: User, moderator: User, program: Program, step: str
) -> None:
    factories.make_waiting(owner)
    other = factories.make_waiting(owner, version="2.0.0")
    response = decide_through_api(program(moderator), step, other.package_hashes)
    assert response.status_code == 409
    removed = response.json()["problems"][-1]["message"]
    assert "add-on-gear_tool-v2.0.0.zip, which belongs to Gear Tool 2.0.0" in removed
    assert_undecided()


@every_decision
def test_an_empty_list_of_packages_never_matches(
    owner: User, moderator: User, program: Program, step: str
) -> None:
    version = factories.make_waiting(owner)
    response = decide_through_api(program(moderator), step, [])
    assert response.status_code == 409
    assert response.json()["problems"][0]["code"] == "review.packages-changed"
    Package.objects.all().delete()
    for seen in ([], [OTHER_HASH]):
        with pytest.raises(Conflict) as caught:
            DECISIONS[step](version=version, packages=seen, by=moderator, reason="Because")
        assert caught.value.code == "review.no-package"
    assert_undecided()


@every_decision
def test_a_decision_through_the_api_must_name_packages(
    owner: User, moderator: User, program: Program, step: str
) -> None:
    factories.make_waiting(owner)
    response = program(moderator).post(f"{URL}{step}", {"reason": "Hm"}, "application/json")
    assert response.status_code == 422
    [problem] = response.json()["problems"]
    assert (problem["code"], problem["field"]) == ("review.packages-missing", "packages")
    assert "sha256" in problem["hint"]
    for wrong in (None, "text", [1]):
        response = decide_through_api(program(moderator), step, wrong)
        assert response.status_code == 400
        assert response.json()["problems"][0]["code"] == "request.bad-value"
    assert_undecided()


@every_decision
@pytest.mark.parametrize("seen", [[], ["nonsense"], [OTHER_HASH]])
def test_users_without_permission_get_no_details_of_packages(
    owner: User, program: Program, step: str, seen: list[str]
) -> None:
    version = factories.make_waiting(owner)
    response = decide_through_api(program(owner), step, seen)
    assert response.json()["problems"][0]["code"] == "permission.moderator-only"
    with pytest.raises(Refused):
        DECISIONS[step](version=version, packages=seen, by=owner, reason="Because")
    assert_undecided()


@every_decision
@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(str.upper, id="upper case"),
        pytest.param(lambda sha256: f"sha256:{sha256}", id="prefix"),
        pytest.param(lambda sha256: f" SHA256:{sha256.upper()}\n", id="blanks"),
    ],
)
def test_hashes_are_normalized_and_may_repeat(
    owner: User, moderator: User, program: Program, step: str, spell: Callable[[str], str]
) -> None:
    [sha256] = factories.make_waiting(owner).package_hashes
    response = decide_through_api(program(moderator), step, [spell(sha256), sha256])
    assert response.status_code == 200
    assert response.json()["packages"] == [sha256]


@every_decision
@pytest.mark.parametrize(
    "wrong", ["", "ab", "g" * 64, "sha256:", "sha1:" + "a" * 64, "\uff11" * 64, "a" * 65]
)
def test_invalid_hashes_are_reported(
    owner: User, moderator: User, program: Program, step: str, wrong: str
) -> None:
    version = factories.make_waiting(owner)
    response = decide_through_api(program(moderator), step, [*version.package_hashes, wrong])
    assert response.status_code == 422
    [problem] = response.json()["problems"]
    assert (problem["code"], problem["field"]) == ("review.bad-hash", "packages")
    assert_undecided()


@pytest.mark.parametrize("wrong", ["{:064x}", "no hash {}"])
def test_thousands_of_invalid_hashes_get_a_short_response(
    owner: User, moderator: User, program: Program, wrong: str
) -> None:
    factories.make_waiting(owner)
    seen = [wrong.format(number) for number in range(10_000)]
    response = decide_through_api(program(moderator), "approve", seen)
    assert response.status_code in {409, 422}
    assert len(response.json()["problems"]) <= 22
    assert_undecided()


@every_decision
def test_a_version_that_was_discarded_meanwhile_is_a_conflict(
    owner: User, moderator: User, step: str
) -> None:
    version = factories.make_waiting(owner)
    seen = version.package_hashes
    factories.replace_package(version, owner)
    with pytest.raises(Conflict) as caught:
        DECISIONS[step](version=version, packages=seen, by=moderator, reason="Because")
    assert caught.value.code == "review.version-discarded"
    assert_undecided()


@every_decision
def test_a_decision_applies_to_the_same_bytes_uploaded_again(
    owner: User, moderator: User, program: Program, step: str
) -> None:
    version = factories.make_waiting(owner)
    seen = version.package_hashes
    publish.withdraw(version=version, by=owner)
    publish.discard_draft(version=version, by=owner)
    factories.make_waiting(owner)
    assert decide_through_api(program(moderator), step, seen).status_code == 200


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        pytest.param(lambda path: path.write_bytes(b"PK other bytes"), "is damaged", id="altered"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-1]), "damaged", id="cut"),
        pytest.param(lambda path: path.unlink(), "is missing", id="missing"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), "cannot be read", id="folder"),
    ],
)
def test_a_damaged_file_is_not_published(
    owner: User, moderator: User, program: Program, damage: Callable[[Any], Any], words: str
) -> None:
    version = factories.make_waiting(owner)
    damage(path_of(version.packages.get().file))
    with pytest.raises(Corrupt) as caught:
        decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert caught.value.code == "review.package-damaged"
    assert words in str(caught.value)
    response = decide_through_api(program(moderator), "approve", version.package_hashes)
    assert response.status_code == 409
    assert response.json()["problems"][0]["code"] == "review.package-damaged"
    assert_undecided()
    # Changes can still be requested, so that its owner uploads it again.
    assert decide_through_api(program(moderator), "decline", version.package_hashes).json()


def test_one_damaged_package_stops_the_whole_version(owner: User, moderator: User) -> None:
    version = add_package(factories.make_waiting(owner, platforms=["linux-x64"]), owner)
    last = Package.objects.latest("pk")
    path_of(last.file).write_bytes(b"")
    with pytest.raises(Corrupt) as caught:
        decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert last.file_name in str(caught.value)
    assert_undecided()


def test_a_package_downloaded_for_review_has_the_hash_of_its_url(
    owner: User, moderator: User, signed_in: Callable[[User], Client]
) -> None:
    from hashlib import sha256

    [seen] = factories.make_waiting(owner).package_hashes
    response = signed_in(moderator).get(Package.objects.get().download_path)
    assert sha256(b"".join(response.streaming_content)).hexdigest() == seen  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
@every_decision
def test_a_decision_and_a_replacement_at_the_same_time_are_serialized(
    owner: User, moderator: User, step: str
) -> None:
    version = factories.make_waiting(owner)
    seen = version.package_hashes
    results = run_simultaneously(
        lambda: DECISIONS[step](version=version, packages=seen, by=moderator, reason="Because"),
        lambda: factories.replace_package(version, owner),
    )
    # No decision is made on the new bytes. The second of the two raises a conflict, but a version
    # with requested changes can be withdrawn and replaced.
    errors = [type(result) for result in results if isinstance(result, ExteryError)]
    now = Version.objects.get()
    decided = Event.objects.decisions().first()
    if decided and step == "request-changes":
        assert (errors, decided.packages) == ([], seen)
        return
    assert errors == [Conflict]
    if decided:
        assert Event.objects.decisions().get().packages == now.package_hashes == seen
    else:
        assert now.status == "in_review"
        assert now.package_hashes != seen


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (add_package, "review.packages-changed"),
        (factories.replace_package, "review.version-discarded"),
    ],
)
def test_packages_changed_after_the_files_were_read_are_not_approved(
    owner: User,
    moderator: User,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Version, User], Version],
    code: str,
) -> None:
    version = factories.make_waiting(owner, platforms=["linux-x64"])
    seen = version.package_hashes
    read = decisions.check_stored_files

    def read_then_change(*arguments: Any) -> None:
        read(*arguments)
        change(version, owner)

    monkeypatch.setattr(decisions, "check_stored_files", read_then_change)
    with pytest.raises(Conflict) as caught:
        decisions.approve_version(version=version, packages=seen, by=moderator)
    assert caught.value.code == code
    assert_undecided()


@pytest.mark.django_db(transaction=True)
def test_a_platform_added_during_an_approval_is_refused(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner, platforms=["linux-x64"])
    seen = version.package_hashes
    results = run_simultaneously(
        lambda: decisions.approve_version(version=version, packages=seen, by=moderator),
        lambda: factories.upload_other(owner, platforms=["macos-arm64"]),
    )
    # A version in review and a published one accept no packages: the upload always fails.
    assert errors_of(results) == ["upload.version-exists"]
    assert Version.objects.get().package_hashes == seen
    assert Version.objects.get().status == "approved"


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_decisions_one_succeeds(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    seen = version.package_hashes
    results = run_simultaneously(
        lambda: decisions.approve_version(version=version, packages=seen, by=moderator),
        lambda: decisions.decline_version(
            version=version, packages=seen, by=moderator, reason="No"
        ),
    )
    assert errors_of(results) == ["review.wrong-status"]
    assert Event.objects.decisions().count() == 1
    assert Extension.objects.get().status == Event.objects.decisions().get().kind
