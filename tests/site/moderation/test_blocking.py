"""Which findings block an approval: by fact, by precision, by hand; and why, for people to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.codes import all_codes
from extery.core.errors import Conflict, InvalidInput, NotFound, Problem, Refused
from extery.rules.registry import all_rules
from extery.rules.rule import Scope
from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import Version
from extery_site.moderation import automatic
from extery_site.moderation.blocking import (
    MIN_CASES,
    Blocking,
    is_fact,
    load_blocking,
    load_codes,
    set_blocking,
)
from extery_site.moderation.decisions import approve_version
from extery_site.moderation.disputes import dispute
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import CodeBlocking, QueueEntry, Waiver
from extery_site.moderation.precision import Precision
from extery_site.moderation.waivers import blocking_findings, waive
from extery_site.scanning import gate
from extery_site.scanning.models import FileCheck
from tests.site import factories
from tests.site.pages.html import open_page

SignIn = Callable[[User], Client]
PAGE, API = "/queue/-/precision/", "/api/v1/precision"
ERROR, FACT, WARNING = "library.changed", "path.unsafe", "package.init-syntax"


def judged(code: str, confirmed: int, waived: int, authors: int = 3) -> Blocking:
    return Blocking({}, {code: Precision(code, confirmed, waived, 0, (), authors)})


@pytest.fixture
def version(owner: User) -> Version:
    """A version in review with a finding, which is a warning."""
    return factories.make_waiting(owner, files={"__init__.py": "def (:\n"})


def make_error(version: Version, code: str = ERROR, **values: Any) -> str:
    """Give a version a finding that is an error, and return its fingerprint."""
    package = version.packages.get()
    values = values or {"wheel": "gears-1.0-py3-none-any.whl", "expected": "a", "found": "b"}
    problem = Problem(code, "the wheel was changed", "", values=tuple(sorted(values.items())))
    package.problems = [*package.problems, problem.as_dict()]
    package.save()
    return next(key for key, one in findings_of(version).items() if one.code == code)


def waive_cases(code: str, moderator: User, *, authors: int, each: int, first: int = 0) -> None:
    """Waive findings of extensions of several authors."""
    for author in range(first, first + authors):
        user = factories.make_user(f"author{author}")
        extension = factories.make_draft(user, id=f"tool_{author}").extension
        for number in range(each):
            Waiver.objects.create(
                extension=extension,
                fingerprint=f"{number}",
                code=code,
                reason="Fine",
                version_number="1.0.0",
                by=moderator,
            )


def test_what_blender_refuses_is_a_fact_and_estimates_are_not() -> None:
    assert all(map(is_fact, (FACT, "package.truncated", "wheel.unreadable", "scan.check-ended")))
    assert not any(map(is_fact, (ERROR, WARNING, "secret.text", "library.malware")))
    # Every error of a rule that keeps packages out of repositories is one.
    for rule in all_rules():
        for code in rule.all_codes() if Scope.UPLOAD in rule.scopes else ():
            row = all_codes()[code]
            keeps_out = row.installation and row.installation.installability.name != "INSTALLS"
            assert is_fact(code) or row.severity == "warning" or not keeps_out


def test_a_fact_blocks_whatever_its_precision(settings: Any) -> None:
    settings.EXTERY_BLOCKING_PRECISION = 1.0
    verdict = judged(FACT, 0, 100).verdict(FACT, is_error=True)
    assert (verdict.blocks, verdict.is_fixed) == (True, True)
    assert verdict.why.startswith("always, ")


@pytest.mark.parametrize(
    ("confirmed", "waived", "authors", "blocks", "why"),
    [
        (4, 5, 3, False, "below 0.80: 4 of 9 were right"),
        (4, 1, 3, True, "at least 0.80: 4 of 5 were right"),
        (0, MIN_CASES - 1, 3, True, "0 of 4 were right"),
        (0, 50, 2, True, "0 of 50 were right"),
        (0, 0, 0, True, "none judged"),
    ],
)
def test_an_error_blocks_unless_too_few_of_its_findings_were_right(
    confirmed: int, waived: int, authors: int, blocks: bool, why: str
) -> None:
    verdict = judged(ERROR, confirmed, waived, authors).verdict(ERROR, is_error=True)
    assert (verdict.blocks, verdict.why.endswith(why)) == (blocks, True)


def test_with_zero_all_errors_block_and_a_warning_informs_also_if_it_is_right(
    settings: Any,
) -> None:
    assert not judged(WARNING, 50, 0).verdict(WARNING, is_error=False).blocks
    settings.EXTERY_BLOCKING_PRECISION = 0.0
    assert judged(ERROR, 0, 50).verdict(ERROR, is_error=True).blocks


def test_a_warning_that_is_set_to_precision_blocks_when_it_is_known_to_be_right() -> None:
    row = CodeBlocking(code=WARNING, mode="by_precision", reason="Try it")
    for confirmed, blocks in ((4, False), (5, True)):
        precision = {WARNING: Precision(WARNING, confirmed, 0, 0, (), 3)}
        verdict = Blocking({WARNING: row}, precision).verdict(WARNING, is_error=False)
        assert verdict.blocks == blocks


def test_an_error_blocks_its_approval_until_its_rule_is_known_to_be_wrong(
    version: Version, owner: User, moderator: User
) -> None:
    fingerprint = make_error(version)
    with pytest.raises(Conflict) as refused:
        approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert refused.value.code == "review.finding-open"
    # An author who disputes everything changes nothing, nor do two authors.
    dispute(version=version, fingerprint=fingerprint, by=owner, text="It is fine")
    waive_cases(ERROR, moderator, authors=2, each=20)
    assert set(blocking_findings(version)) == {fingerprint}
    waive_cases(ERROR, moderator, authors=1, each=1, first=2)
    assert blocking_findings(version) == {}
    version.disputes.all().delete()
    approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert Version.objects.get(pk=version.pk).status == "approved"


def test_a_waiver_lets_the_version_through_and_its_state_does_not_stop_it(
    version: Version, moderator: User
) -> None:
    fingerprint = make_error(version)
    FileCheck.objects.update_or_create(
        pk=version.package_hashes[0], defaults={"state": "needs_author"}
    )
    assert "Has a finding to fix" in against(version)
    waive(version=version, fingerprint=fingerprint, by=moderator, reason="A local build")
    assert against(version) == []


def against(version: Version) -> list[str]:
    """Return why the packages of a version, compared with themselves, need a moderator."""
    entry = QueueEntry.objects.get(version=version)
    found = automatic._obstacles_of_packages(version, version, entry)
    return [*found, *gate.obstacles(version)]


def test_a_moderator_sets_a_code_by_hand_and_it_is_recorded(
    version: Version, owner: User, moderator: User, signed_in: SignIn
) -> None:
    browser = signed_in(moderator)
    form = {"code": WARNING, "mode": "blocks", "reason": "Nothing runs with it"}
    assert signed_in(owner).post(PAGE, form).status_code == 403
    assert browser.post(PAGE, form)["Location"] == f"{PAGE}#code-{WARNING}"
    assert [one.code for one in blocking_findings(version).values()] == [WARNING]
    words = open_page(browser, "/queue/gear_tool/1.0.0/findings/").all("main")[0].words
    assert "Blocks an approval: set by mod on" in words
    assert "1 finding is to be fixed or waived before you approve" in words
    [found] = browser.get("/api/v1/extensions/gear_tool/versions/1.0.0/findings/").json()
    assert found["blocks"] is True
    assert found["blocking_reason"].endswith(": Nothing runs with it")
    row = AuditEntry.objects.get(action="blocking.set")
    assert (row.subject, row.text, row.details) == (WARNING, form["reason"], {"mode": "blocks"})

    set_blocking(code=WARNING, mode="informs", by=moderator, reason="As before")
    assert not CodeBlocking.objects.exists()
    assert AuditEntry.objects.filter(action="blocking.set").count() == 2


def test_codes_are_set_by_the_api_and_facts_are_not(
    owner: User, moderator: User, program: Callable[[User], Client]
) -> None:
    staff = program(moderator)
    body = {"mode": "informs", "reason": "Half of them were wrong"}
    answer = staff.put(f"{API}/{ERROR}", body, content_type="application/json")
    assert (answer.json()["mode"], answer.json()["blocks"]) == ("informs", False)
    assert [row["code"] for row in staff.get(API).json()] == [ERROR]
    assert staff.get(f"{API}/{FACT}").json()["is_fact"] is True
    assert staff.put(f"{API}/{FACT}", body, content_type="application/json").status_code == 409
    assert staff.get(f"{API}/no.code").status_code == 404
    for user, code, mode, reason, error in (
        (owner, ERROR, "informs", "x", Refused),
        (moderator, "no.code", "informs", "x", NotFound),
        (moderator, ERROR, "sometimes", "x", InvalidInput),
        (moderator, ERROR, "informs", " ", InvalidInput),
    ):
        with pytest.raises(error):
            set_blocking(code=code, mode=mode, by=user, reason=reason)


def test_all_findings_cost_two_queries_and_none_without_findings(
    db: None, django_assert_num_queries: Callable[..., Any]
) -> None:
    problems = [
        Problem(code, "", "", severity="error") for code in (ERROR, FACT, "library.malware")
    ]
    problems.append(Problem(WARNING, "", "", severity="warning"))
    with django_assert_num_queries(2):
        blocking = load_blocking(problems)
    assert [blocking.of(one).blocks for one in problems] == [True, True, True, False]
    with django_assert_num_queries(0):
        load_blocking([])
        load_codes({FACT: True})


def test_the_page_says_how_precise_each_rule_is_and_what_follows(
    version: Version, moderator: User, signed_in: SignIn
) -> None:
    waive_cases(ERROR, moderator, authors=3, each=2)
    browser = signed_in(moderator)
    words = open_page(browser, PAGE).all("main")[0].words
    assert "Informs: below 0.80: 0 of 6 were right" in words
    page = open_page(browser, f"{PAGE}?code={FACT}")
    assert "Blocks: always, " in page.all("main")[0].words
    assert page.by_id("id_code").get("value") == FACT
    sent = browser.post(f"{PAGE}?code={FACT}", {"code": FACT, "mode": "informs", "reason": "x"})
    assert sent.status_code == 409
    assert "always blocks" in sent.content.decode()
