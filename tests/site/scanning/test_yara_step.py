"""The step of the YARA rules of a site, with the real library: what is found, what follows, and what is no verdict."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.catalog.models import Package, Version
from extery_site.moderation import decisions
from extery_site.moderation.findings import findings_of
from extery_site.moderation.review_context import tab_url
from extery_site.moderation.waivers import waive
from extery_site.publish import actions as publish
from extery_site.publish.addresses import draft_url
from extery_site.scanning import scheduling
from extery_site.scanning.models import FileCheck, StepResult
from extery_site.scanning.releases import release_package
from extery_site.scanning.tasks import check_now
from extery_site.scanning.yara_rules import load_rules
from tests.site import factories
from tests.site.packages import encrypted, package, zip_of
from tests.site.scanning.hostile import (
    eicar,
    eicar_in_extension,
    eicar_in_wheel,
    eicar_in_wheel_in_extension,
    eicar_in_zip,
    nested,
)
from tests.site.scanning.rule_files import eicar_rule, rule, write_rules

pytestmark = pytest.mark.django_db

State = FileCheck.State
SignedIn = Callable[[User], Client]


@pytest.fixture
def rules(tmp_path: Path, settings: Any) -> Path:
    """The folder of rules of the site, with one that finds EICAR's test file; the step is the only one."""
    folder = write_rules(tmp_path / "rules", local=eicar_rule())
    settings.EXTERY_YARA_RULES = folder
    settings.SCAN_STEPS = ["extery_site.scanning.steps.yara.YARA"]
    return folder


def upload(data: bytes, owner: User) -> Version:
    return publish.receive_upload(file=io.BytesIO(data), user=owner).version


def checked(data: bytes, owner: User) -> tuple[FileCheck, StepResult]:
    """Upload a package and check it; return the state and the result."""
    [check] = check_now(upload(data, owner).package_hashes)
    return check, check.steps.get(name="yara")


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (eicar_in_extension, "data/eicar.com"),
        (lambda: package(files={"data/e.zip": eicar_in_zip()}), "data/e.zip/eicar.com"),
        (eicar_in_wheel_in_extension, "wheels/gears-1.0-py3-none-any.whl/gears/eicar.com"),
        (
            lambda: package(files={"data/w.bin": zip_of({"w.whl": eicar_in_wheel()})}),
            "data/w.bin/w.whl/gears/eicar.com",
        ),
    ],
)
def test_a_rule_for_malware_finds_it_and_the_package_is_in_quarantine(
    make: Callable[[], bytes], path: str, owner: User, rules: Path
) -> None:
    check, result = checked(make(), owner)

    assert check.state == State.REJECTED
    assert (result.outcome, result.signature) == ("infected", "yara:local.eicar")
    assert result.version == load_rules(rules).version
    [match] = result.details["matches"]
    assert match["files"][-1] == {"path": path, "strings": ["$text"]}
    found = Package.objects.select_related("file").get()
    assert found.file.quarantined_at is not None
    [problem] = found.problems
    assert problem["code"] == "scan.rule-quarantine"
    assert path in problem["message"]
    assert "A test file" in problem["message"]


def test_a_package_without_a_match_passes(owner: User, rules: Path) -> None:
    check, result = checked(package(), owner)
    assert (check.state, result.outcome, result.problems) == (State.PASSED, "passed", [])


def test_without_rules_the_step_is_not_made_and_pages_do_not_mention_it(
    owner: User, moderator: User, signed_in: SignedIn, settings: Any
) -> None:
    assert settings.EXTERY_YARA_RULES is None
    version = factories.make_waiting(owner)
    [check] = check_now(version.package_hashes)
    assert not check.steps.filter(name="yara").exists()
    assert "YARA" not in signed_in(moderator).get(tab_url(version, "findings")).content.decode()


def test_rules_use_names_of_files(owner: User, rules: Path) -> None:
    text = (
        'rule named { meta: action = "inform" condition: filename == "x.dat" and extension == ".dat" '
        'and filepath startswith "data/" }'
    )
    write_rules(rules, local=text)
    _, result = checked(package(files={"data/x.dat": b"x", "x.dat": b"y"}), owner)
    [match] = result.details["matches"]
    assert match["files"] == [{"path": "data/x.dat", "strings": []}]


def test_a_match_to_review_needs_a_moderator_who_waives_it(
    owner: User, moderator: User, rules: Path
) -> None:
    write_rules(rules, local=rule("teeth", '$t = "many teeth"', description="Has teeth"))
    version = factories.make_waiting(owner, files={"data/gear.txt": "many teeth"})
    [check] = check_now(version.package_hashes)
    assert check.state == State.NEEDS_MODERATOR
    version = Version.objects.select_related("extension").get(pk=version.pk)

    with pytest.raises(Conflict) as caught:
        decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert caught.value.problems[0].code == "review.finding-open"

    [(fingerprint, finding)] = findings_of(version).items()
    assert finding.message == "a moderator has to look at 'data/gear.txt': Has teeth"
    waive(version=version, fingerprint=fingerprint, by=moderator, reason="They are gears.")
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert Version.objects.get(pk=version.pk).status == Version.Status.APPROVED


def test_a_match_that_informs_passes_with_a_warning(owner: User, rules: Path) -> None:
    write_rules(rules, local=rule("manifest", '$a = "schema_version"', action="inform"))
    check, result = checked(package(), owner)

    assert (check.state, result.outcome) == (State.PASSED, "findings")
    [problem] = result.problems
    assert (problem["code"], problem["severity"]) == ("scan.rule-inform", "warning")
    assert problem["message"] == "'blender_manifest.toml': the rule local.manifest"


def test_new_rules_reach_stored_packages(owner: User, rules: Path) -> None:
    checked(package(files={"data/gear.txt": b"many teeth"}), owner)
    assert scheduling.outdated(10) == []

    write_rules(rules, more=rule("teeth", '$t = "many teeth"', action="quarantine"))

    [sha256] = scheduling.outdated(10)
    [check] = check_now([sha256])
    assert check.state == State.REJECTED
    assert check.steps.get(name="yara").signature == "yara:more.teeth"


def test_a_released_false_alarm_is_accepted_and_another_rule_counts_again(
    owner: User, moderator: User, rules: Path
) -> None:
    write_rules(rules, local=eicar_rule() + eicar_rule(name="other"))
    version = factories.make_waiting(owner, files={"e.com": eicar().decode()})
    [check] = check_now(version.package_hashes)
    assert check.steps.get(name="yara").signature == "yara:local.eicar, yara:local.other"

    stored = Package.objects.select_related("version__extension").get()
    check = release_package(package=stored, by=moderator, reason="A test file.")
    assert check.accepted_signatures == ["yara:local.eicar", "yara:local.other"]
    assert check.state == State.NEEDS_MODERATOR

    write_rules(rules, local=eicar_rule())  # one of the two that were accepted
    [check] = check_now(version.package_hashes)
    assert check.state == State.NEEDS_MODERATOR

    write_rules(rules, more=eicar_rule(name="third"))
    [check] = check_now(version.package_hashes)
    assert check.state == State.REJECTED


def test_with_a_faulty_file_nothing_passes_and_what_the_others_find_counts(
    owner: User, rules: Path
) -> None:
    write_rules(rules, bad="rule x { condition: nothing }", more=rule("teeth", '$t = "teeth"'))

    check, result = checked(package(), owner)
    assert (check.state, result.outcome) == (State.NEEDS_MODERATOR, "not_scanned")
    assert result.note == ("Not scanned: 1 file has an error among the YARA rules of this site.")
    check, result = checked(package(id="teeth", name="Teeth", files={"t.txt": b"teeth"}), owner)
    assert (result.outcome, [one["code"] for one in result.problems]) == (
        "not_scanned",
        ["scan.rule-review"],
    )
    virus = package(id="virus", name="Virus", files={"e.com": eicar()})
    check, result = checked(virus, owner)
    assert (check.state, result.outcome) == (State.REJECTED, "infected")

    (rules / "bad.yar").unlink()
    assert len(scheduling.outdated(10)) == 3


def test_nothing_is_published_before_the_rules_were_used(
    owner: User, moderator: User, rules: Path
) -> None:
    shutil.rmtree(rules)
    version = factories.make_waiting(owner)
    check_now(version.package_hashes)
    version = Version.objects.select_related("extension").get(pk=version.pk)

    with pytest.raises(Conflict) as caught:
        decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    [problem] = caught.value.problems
    assert problem.code == "scan.unavailable"
    assert "could not be checked for YARA rules: The YARA rules of this site" in problem.message


def test_a_draft_says_what_keeps_it_from_being_approved(
    owner: User, signed_in: SignedIn, rules: Path
) -> None:
    write_rules(rules, local=rule("teeth", '$t = "teeth"', description="Has teeth"))
    version = upload(package(files={"data/gear.txt": b"teeth"}), owner)
    check_now(version.package_hashes)

    page = signed_in(owner).get(draft_url(version)).content.decode()
    assert "1 finding about the package that keeps it from being approved" in page
    assert "Has teeth" in page


def test_without_the_folder_packages_wait_and_known_results_stay(owner: User, rules: Path) -> None:
    before, _ = checked(package(), owner)
    shutil.rmtree(rules)

    check, result = checked(package(id="other", name="Other"), owner)
    assert (check.state, result.outcome) == (State.UNAVAILABLE, "unavailable")
    assert result.note == "The YARA rules of this site cannot be read."
    assert str(rules) not in result.note
    assert scheduling.outdated(10) == []
    [check] = check_now([before.pk])
    assert check.state == State.PASSED

    write_rules(rules, local=eicar_rule())
    check_now([result.file_check_id])
    assert FileCheck.objects.get(pk=result.file_check_id).state == State.PASSED


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"data/e.zip": lambda: encrypted(zip_of({"x": b"y"}))}, "password"),
        ({"data/d.zip": lambda: nested(b"y", 5)}, "packed too deeply"),
        ({"data/b.zip": lambda: b"PK\x03\x04 is no zip"}, "cannot be opened"),
    ],
)
def test_what_cannot_be_read_is_not_scanned(
    files: dict[str, Callable[[], bytes]], reason: str, owner: User, rules: Path
) -> None:
    data = package(files={name: make() for name, make in files.items()})
    check, result = checked(data, owner)
    assert (check.state, result.outcome) == (State.NEEDS_MODERATOR, "not_scanned")
    assert reason in result.note


def test_only_moderators_read_which_strings_were_found(
    owner: User, moderator: User, signed_in: SignedIn, rules: Path
) -> None:
    write_rules(rules, local=rule("teeth", '$secret_string = "teeth"', description="Has teeth"))
    version = factories.make_waiting(owner, files={"data/gear.txt": "teeth"})
    check_now(version.package_hashes)

    path = tab_url(version, "findings")
    for user, reads in ((owner, False), (moderator, True)):
        page = signed_in(user).get(path).content.decode()
        assert "Has teeth" in page
        assert ("$secret_string" in page) == reads
        answer = signed_in(user).get("/api/v1/extensions/gear_tool/versions/1.0.0/checks/")
        [step] = answer.json()["packages"][0]["steps"]
        files = [{"path": "data/gear.txt", "strings": ["$secret_string"]}]
        match = {"rule": "local.teeth", "action": "review", "number": 1, "files": files}
        assert step["rule_matches"] == ([match] if reads else [])


def test_findings_of_rules_are_not_in_the_public_api(
    owner: User, moderator: User, client: Client, rules: Path
) -> None:
    write_rules(rules, local=rule("teeth", '$t = "teeth"', action="inform", description="Teeth"))
    version = factories.make_waiting(owner, files={"data/gear.txt": "teeth"})
    check_now(version.package_hashes)
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)

    answer = client.get("/api/v1/extensions/gear_tool/")
    assert answer.status_code == 200
    assert "Teeth" not in answer.content.decode()
    assert "scan.rule" not in answer.content.decode()


def test_the_review_says_that_only_rules_look_for_malware(
    owner: User, moderator: User, rules: Path, settings: Any, client: Client
) -> None:
    settings.SCAN_STEPS = [*settings.SCAN_STEPS, "extery_site.scanning.steps.malware.MALWARE"]
    factories.make_waiting(owner)
    client.force_login(moderator)
    page = client.get("/queue/gear_tool/1.0.0/findings/").content.decode()
    assert "ClamAV is not configured: only the YARA rules of this site look for malware." in page
    assert "No scanner is configured" not in page
