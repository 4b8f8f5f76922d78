"""Fake data: a site with built packages in every state, the same for the same seed, that can be continued."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from extery.author.build.execute import build
from extery.author.inspect import inspect_path
from extery.core.errors import Refused
from extery.listing.entries import parse_listing
from extery.rules.engine import check_package
from extery_demo import fill_site
from extery_demo.fake import run
from extery_demo.fake.packages import build_packages
from extery_demo.fake.people import SIGN_INS
from extery_demo.fake.plans import FakeExtension, plan_extension
from extery_demo.fake.terms import terms_of_plan
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Package, SearchTerm, Version
from extery_site.moderation.models import Claim, QueueEntry
from extery_site.notify.models import MailJob
from extery_site.ratings.models import Rating, Reply
from extery_site.ratings.summaries import update_summary
from extery_site.reports.models import Case
from extery_site.scanning.search_index import terms_of
from tests.demo.conftest import RowOnly
from tests.site import factories

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LISTING = "/api/v1/extensions/"


@pytest.fixture(autouse=True)
def _no_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery_demo.fake.images._draw", lambda *_: b"an image")
    monkeypatch.setattr("extery_demo.fake.images.uploaded_image", RowOnly)


def packages_of(plan: FakeExtension, *, small: bool = False) -> list[bytes]:
    return [
        package.data
        for version in plan.versions
        for package in build_packages(plan, version, small=small)
    ]


def test_twenty_extensions_are_in_every_state_and_listed(db: None, client: Client) -> None:
    result = fill_site(extensions=20, now=NOW)

    assert (result.created, result.extensions) == (20, 20)
    assert set(Version.objects.values_list("status", flat=True)) == set(Version.Status.values)
    assert Claim.objects.count() == 1
    assert QueueEntry.objects.filter(first_approval__isnull=False).count() == 1
    cases = set(Case.objects.values_list("status", flat=True))
    assert cases == {Case.Status.OPEN, Case.Status.RESOLVED, Case.Status.DISMISSED}
    assert Extension.objects.exclude(unlisted_at=None).count() == 1
    assert Extension.objects.exclude(deprecated_at=None).count() == 1
    assert {"add-on", "theme", "asset-library"} == {one.type for one in Extension.objects.all()}
    assert Reply.objects.exists()
    assert not MailJob.objects.exists()
    # Everything happened before the time that was given.
    assert not Event.objects.filter(created_at__gt=NOW).exists()
    assert not Rating.objects.filter(created_at__gt=NOW).exists()
    answer = client.get(LISTING, {"blender_version": "5.3.0", "platform": "linux-x64"})
    listed = {entry["id"] for entry in parse_listing(answer.content).data}
    assert listed
    assert listed <= set(Extension.objects.listed().values_list("extension_id", flat=True))
    # Those who look after the site can sign in.
    for name, password, _ in SIGN_INS:
        assert client.login(username=name, password=password), name


def test_stored_rows_are_those_that_the_site_would_write(db: None) -> None:
    fill_site(extensions=12, now=NOW)

    for package in Package.objects.select_related("file"):
        assert package.file.pk == package.sha256
        assert package.file.size == package.size
    for extension in Extension.objects.filter(rating_summary__isnull=False):
        summary = extension.rating_summary
        before = (summary.stars, summary.by_version, summary.with_text, extension.rating_score)
        update_summary(extension)
        summary.refresh_from_db()
        extension.refresh_from_db()
        assert before == (
            *(summary.stars, summary.by_version, summary.with_text),
            extension.rating_score,
        )
    for extension in Extension.objects.exclude(newest_version=None):
        newest = extension.versions.approved().newest_first().first()
        assert extension.newest_version == newest


def test_the_packages_pass_all_checks_and_are_those_of_a_build(tmp_path: Path) -> None:
    # Of all types, with wheels and platforms, with a shortcut and a file format.
    numbers = [0, 4, 5, 8, 11]
    numbers.append(next(n for n in range(200) if plan_extension(1, n).format))
    numbers.append(next(n for n in range(200) if plan_extension(1, n).shortcut))
    for number in numbers:
        plan = plan_extension(1, number)
        for small in (False, True):
            packages = packages_of(plan, small=small)
            for data in packages:
                assert not check_package(io.BytesIO(data), name="package.zip").problems.errors
            # The last one, built again from its files.
            source = tmp_path / f"{number}-{small}"
            with zipfile.ZipFile(io.BytesIO(packages[-1])) as archive:
                archive.extractall(source)
            [built] = build(source, output_dir=tmp_path)
            assert built.path.read_bytes() == packages[-1]
        assert terms_of_plan(plan) == terms_of(inspect_path(built.path).inventory), plan


def test_the_same_seed_gives_the_same_packages_and_another_one_others() -> None:
    def digest(seed: int) -> str:
        found = hashlib.sha256()
        for number in range(30):
            for data in packages_of(plan_extension(seed, number)):
                found.update(data)
        return found.hexdigest()

    assert digest(7) == digest(7) != digest(8)
    names = {plan_extension(7, number).id for number in range(20_000)}
    assert len(names) == 20_000


def test_an_interruption_leaves_whole_extensions_and_the_next_run_continues(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BATCH", 4)

    def interrupt(done: int, _of: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill_site(extensions=8, now=NOW, progress=interrupt)
    assert Extension.objects.count() == 4
    first = list(Package.objects.values_list("sha256", flat=True))

    assert fill_site(extensions=8, now=NOW).created == 4

    assert Extension.objects.count() == 8
    assert set(first) < set(Package.objects.values_list("sha256", flat=True))
    assert SearchTerm.objects.exists()
    assert fill_site(extensions=8, now=NOW).created == 0


def test_a_site_with_content_is_refused_unless_forced(owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator)

    with pytest.raises(Refused) as caught:
        fill_site(extensions=1)

    assert [problem.code for problem in caught.value.problems] == ["setting.has-content"]
    assert Extension.objects.count() == 1
    assert fill_site(extensions=1, force=True).created == 1


def test_the_command_fills_a_site_and_says_what_is_wrong(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("extery_site.project.startup.prepare", lambda: None)

    call_command("fake_data", extensions=1, now=NOW)

    written = capsys.readouterr()
    assert written.err == "1 of 1 extensions\n"
    assert written.out.startswith("Created 1 extensions. The site has 1 with ")
    assert "fake-moderator" in written.out
    with pytest.raises(CommandError, match="expected a number from 1 to 100000, found '0'"):
        call_command("fake_data", "--extensions=0")
    with pytest.raises(CommandError, match="expected a date"):
        call_command("fake_data", "--now=yesterday")
