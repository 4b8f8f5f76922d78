"""Filling: an empty site becomes a lively one in one step, and any other site is left as it is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from extery.core.errors import Refused
from extery_site import demo
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Image, Package, Version
from extery_site.demo import filling
from extery_site.demo.filling import DemoSummary
from extery_site.demo.people import PASSWORD
from extery_site.demo.telling import Telling
from extery_site.files.storage import media_path
from extery_site.listings.models import Revision
from extery_site.moderation import queues
from extery_site.reports.models import Report
from tests.site import factories

LISTING = "/api/v1/extensions/"


def everything() -> list[Any]:
    """All rows that filling makes, as they are."""
    tables = (User, Extension, Version, Package, Image, Event, Report, Revision)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_an_empty_site_gets_add_ons_and_themes_from_many_hands(filled: DemoSummary) -> None:
    kinds = dict(Extension.objects.values_list("type").annotate(Count("pk")))

    assert filled.filled
    assert filled.extensions == Extension.objects.count() >= 24
    assert kinds["add-on"] >= 17
    assert kinds["theme"] >= 7
    assert Extension.objects.public().count() >= 20
    assert 8 <= User.objects.count() <= 12
    assert User.objects.filter(is_moderator=True).count() == 2
    assert Extension.objects.values("owner").distinct().count() >= 6
    several = Extension.objects.annotate(count=Count("versions")).filter(count__gt=1)
    assert several.count() >= 15
    folder_door = Extension.objects.get(extension_id="folder_door").newest_version
    assert folder_door is not None
    assert folder_door.platforms == ["linux-x64", "macos-arm64", "macos-x64", "windows-arm64", "windows-x64"]  # fmt: skip
    assert [p.python_versions for p in folder_door.packages.all()] == [["3"]] * 5
    asking = Version.objects.approved().exclude(permissions={})
    assert {key for version in asking for key in version.permissions} == {"files", "clipboard"}


@pytest.mark.usefixtures("filled")
def test_extensions_versions_and_reports_are_in_every_state() -> None:
    assert set(Extension.objects.values_list("status", flat=True)) == set(Extension.Status.values)
    assert set(Version.objects.values_list("status", flat=True)) == set(Version.Status.values)
    assert set(Report.objects.values_list("status", flat=True)) == set(Report.Status.values)
    waiting = queues.waiting()
    assert {version.extension.type for version in waiting} == {"add-on", "theme"}
    assert {version.extension.status for version in waiting} == {"in_review", "approved"}
    (given_back,) = queues.given_back()
    assert given_back.extension.owner.username == "demo"
    assert queues.thread(given_back.extension).filter(kind="comment").count() == 4
    blocked = Extension.objects.get(status="blocked")
    assert "fake user" in blocked.block_reason
    drafts = Version.objects.filter(status="draft", extension__owner__username="demo")
    assert {version.extension.status for version in drafts} == {"draft", "approved"}


@pytest.mark.usefixtures("filled")
def test_blender_gets_the_newest_version_that_fits_it_with_the_very_bytes(client: Client) -> None:
    found = {}
    for blender in ("4.2.0", "5.0.0"):
        query = {"blender_version": blender, "platform": "linux-x64"}
        listing = client.get(LISTING, query).json()
        found[blender] = {entry["id"]: entry["version"] for entry in listing["data"]}
        assert [entry["id"] for entry in listing["blocklist"]] == ["scene_sweeper"]
        assert len(found[blender]) == len(listing["data"]) >= 21
    assert (found["4.2.0"]["pose_echo"], found["5.0.0"]["pose_echo"]) == ("1.1.0", "2.0.0")
    assert (found["4.2.0"]["chalk_yard"], found["5.0.0"]["chalk_yard"]) == ("1.0.0", "2.0.1")
    assert "comic_gutters" not in found["4.2.0"]
    public = set(Extension.objects.public().values_list("extension_id", flat=True))
    assert found["4.2.0"].keys() | found["5.0.0"].keys() == public | {"scene_sweeper"}

    entry = next(entry for entry in listing["data"] if entry["id"] == "stair_smith")
    answer = client.get(entry["archive_url"])
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == entry["archive_hash"]


@pytest.mark.usefixtures("filled")
def test_every_page_of_the_demonstration_opens(client: Client) -> None:
    addresses = ["/", "/extensions/", "/add-ons/", "/themes/", "/queue/", "/reports/"]
    addresses += [e.get_absolute_url() for e in Extension.objects.visible_to(factories.make_user())]
    addresses += [f"/queue/{e.extension_id}/" for e in queues.in_queue()]
    addresses += [f"/people/{user.username}/" for user in User.objects.all()]
    client.force_login(User.objects.get(username="moderator"))
    for address in addresses:
        assert client.get(address).status_code == 200, address

    names = client.get("/extensions/", {"sort": "name"}).content.decode()
    assert "Beat Marker" in names


@pytest.mark.usefixtures("filled")
def test_everything_happened_in_its_order_within_the_last_year() -> None:
    now = timezone.now()
    for version in Version.objects.select_related("extension"):
        times = [version.created_at, version.submitted_at, version.approved_at, now]
        known = [time for time in times if time is not None]
        assert known == sorted(known), version
        assert (now - version.created_at).days < 366
        assert version.extension.created_at <= version.created_at
    for extension in Extension.objects.all():
        lines = list(queues.thread(extension))
        assert [line.pk for line in lines] == sorted(line.pk for line in lines), extension
        assert lines[0].kind == Event.Kind.UPLOADED
        assert lines[-1].created_at == extension.updated_at
        for line in lines:
            assert line.by is not None
            assert line.by.date_joined < line.created_at
        if extension.newest_version is not None:
            assert extension.published_at == extension.newest_version.approved_at
    for report in Report.objects.all():
        assert (report.handled_at is None) == (report.status == Report.Status.OPEN)
        assert report.handled_at is None or report.handled_at > report.created_at


@pytest.mark.usefixtures("filled")
def test_downloads_add_up() -> None:
    for extension in Extension.objects.all():
        packages = Package.objects.filter(version__extension=extension)
        counted = sum(packages.values_list("download_count", flat=True))
        assert counted == extension.download_count
    assert Extension.objects.filter(status="approved", download_count=0).count() == 0


def test_only_the_three_accounts_of_the_demonstration_can_sign_in(filled: DemoSummary) -> None:
    assert [name for name, _, _ in filled.sign_ins] == ["demo", "moderator", "visitor"]
    for user in User.objects.all():
        is_open = Client().login(username=user.username, password=PASSWORD)
        assert is_open == (user.username in {"demo", "moderator", "visitor"})
    answer = Client().post("/account/login/", {"login": "demo", "password": PASSWORD})
    assert answer.headers["Location"] == "/mine/"


def test_filling_again_changes_nothing(filled: DemoSummary) -> None:
    before = everything()

    again = demo.fill()

    assert not again.filled
    assert "extensions already" in str(again)
    assert again.sign_ins == filled.sign_ins
    assert everything() == before


def test_a_site_with_extensions_of_its_own_is_left_as_it_is(owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator)
    before = everything()

    summary = demo.fill()

    assert (summary.filled, summary.sign_ins) == (False, ())
    assert everything() == before


def test_somebody_who_has_a_name_of_the_demonstration_keeps_it(db: None) -> None:
    factories.make_user("demo")
    before = everything()

    summary = demo.fill()

    assert not summary.filled
    assert summary.reason == "somebody has the name demo already"
    assert summary.sign_ins == ()
    assert everything() == before


@pytest.mark.usefixtures("quick_pictures")
def test_a_failure_half_way_leaves_the_site_empty(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    date = Telling.date

    def fail_late(telling: Telling, now: Any) -> None:
        if telling.story.id == "lantern_kit":
            raise OSError("the disk is full")
        date(telling, now)

    monkeypatch.setattr(Telling, "date", fail_late)
    before = everything()

    with pytest.raises(OSError, match="full"):
        demo.fill()

    assert everything() == before
    monkeypatch.setattr(Telling, "date", date)
    assert demo.fill().filled


@pytest.mark.parametrize("address", ["https://extensions.example.org", "http://192.0.2.7:8000"])
def test_a_site_that_others_can_reach_is_refused(db: None, settings: Any, address: str) -> None:
    settings.EXTERY_SITE_URL = address

    with pytest.raises(Refused) as caught:
        demo.fill()

    assert caught.value.problems[0].code == "setting.demo-public"
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8000", "http://127.0.0.2", "http://[::1]:8000", "http://demo.localhost"],
)
def test_a_site_on_this_machine_is_filled(
    owner: User, moderator: User, settings: Any, address: str
) -> None:
    factories.make_approved(owner, moderator)  # so that there is nothing to do
    settings.EXTERY_SITE_URL = address

    assert "already" in demo.fill().reason


@pytest.mark.usefixtures("quick_pictures")
def test_the_command_fills_a_public_site_when_it_is_forced(
    db: None, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EXTERY_SITE_URL = "https://extensions.example.org"
    with pytest.raises(CommandError, match="hint: unset EXTERY_SITE_URL"):
        call_command("fake_data")
    assert User.objects.count() == 0

    call_command("fake_data", "--force")

    said = capsys.readouterr().out
    assert said.startswith(f"Made {Extension.objects.count()} extensions (")
    assert f"moderator    {PASSWORD}" in said


@pytest.mark.usefixtures("quick_pictures")
def test_the_full_size_adds_a_crowd_for_tests_of_load(
    db: None, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(filling, "CROWD", 20)

    summary = demo.fill(size="full")

    crowd = Extension.objects.filter(tagline__contains="tests of load")
    assert crowd.count() == 20
    assert crowd.public().count() == 20
    assert {extension.type for extension in crowd} == {"add-on", "theme"}
    assert summary.extensions == Extension.objects.count()
    # One file for all pictures of a colour.
    names = set(crowd.values_list("image__file", flat=True))
    assert 1 <= len(names) <= 6
    listing = client.get(LISTING, {"blender_version": "5.0.0"}).json()
    versions = {entry["id"]: entry["version"] for entry in listing["data"]}
    assert versions["amber_lattice"] == "2.0.0"


@pytest.mark.slow
def test_the_real_pictures_are_stored_in_all_sizes(db: None) -> None:
    demo.fill()

    shown = Extension.objects.exclude(extension_id="snapshot_shelf").select_related("image")
    for extension in shown:
        image = extension.image
        assert image is not None, extension
        assert (image.width, image.height) == (1920, 1080)
        assert image.alt_text
        sizes = [Path(media_path(str(file))).stat().st_size for file in (image.small, image.large)]
        assert sizes[0] < sizes[1] < 400_000
