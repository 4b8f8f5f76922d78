"""The rows of the listings: written with the event, read by every process, rebuilt."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extery.core.compatibility import System
from extery.core.errors import Corrupt, ExteryError
from extery.core.versions import blender_version_of_number
from extery_site.accounts.models import User
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import Event, Extension, Package, Version
from extery_site.listings import rebuild as rebuild_module
from extery_site.listings.cache import LISTINGS
from extery_site.listings.changes import current_revision, read_changes
from extery_site.listings.event_handler import increment_revision
from extery_site.listings.models import ListedExtension, ListingEntry
from extery_site.listings.rebuild import rebuild
from extery_site.listings.snapshot import Snapshot
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.migrating import migrated_back

Approve = Callable[..., Version]
BASE = "http://a"


def listing(snapshot: Snapshot | None = None) -> dict[str, Any]:
    """Return the unfiltered listing, by default of the current database."""
    snapshot = snapshot or Snapshot.of(read_changes())
    document: dict[str, Any] = json.loads(b"".join(snapshot.render(System(), BASE).body))
    return document


def names(document: dict[str, Any]) -> list[str]:
    return [f"{entry['id']} {entry['version']}" for entry in document["data"]]


def test_the_revision_is_raised_by_each_change_also_from_no_row(db: None) -> None:
    assert current_revision() == 0
    assert increment_revision() == 1
    assert increment_revision() == 2
    assert current_revision() == 2


def test_an_approval_adds_the_entries_of_its_packages(approve: Approve) -> None:
    version = approve(platforms=["linux-x64"], blender_version_max="5.0.0")
    entry = ListingEntry.objects.get()
    assert entry.package == version.packages.get()
    assert (entry.version, entry.sort_key) == (version, version.sort_key)
    assert (entry.blender_min, entry.blender_max) == (4_002_000, 5_000_000)
    assert entry.platforms == ["linux-x64"]
    assert entry.listed.revision == current_revision() == 1
    assert json.loads(f"{entry.before_address}https://x{entry.after_address}")["id"] == "gear_tool"


@pytest.mark.django_db(transaction=True)
def test_an_approval_that_is_rolled_back_leaves_no_row(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)

    with transaction.atomic():
        moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)
        assert ListingEntry.objects.count() == 1
        transaction.set_rollback(True)
    assert ListedExtension.objects.count() == ListingEntry.objects.count() == 0
    assert current_revision() == 0
    assert names(listing()) == []


def test_a_version_that_cannot_be_listed_cannot_be_approved(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    del version.manifest["license"]
    version.save()
    with pytest.raises(Corrupt) as caught:
        moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert caught.value.code == "review.not-listable"
    assert "add-on-gear_tool-v1.0.0.zip" in str(caught.value)
    version.refresh_from_db()
    assert version.is_in_review
    assert Event.objects.decisions().count() == current_revision() == 0


def test_blocks_change_the_revision_and_keep_the_entries(approve: Approve, moderator: User) -> None:
    extension = approve().extension
    snapshot = Snapshot.of(read_changes())
    moderation.block_extension(extension=extension, by=moderator, reason="Mines coins")
    snapshot = snapshot.apply(read_changes(snapshot.revision))
    assert names(listing(snapshot)) == ["gear_tool 1.0.0"]
    assert listing(snapshot)["blocklist"] == [{"id": "gear_tool", "reason": "Mines coins"}]
    moderation.unblock_extension(extension=extension, by=moderator)
    snapshot = snapshot.apply(read_changes(snapshot.revision))
    assert listing(snapshot) == listing()
    assert listing(snapshot)["blocklist"] == []


def test_an_extension_that_was_never_listed_is_not_on_the_blocklist(
    owner: User, moderator: User
) -> None:
    extension = factories.make_waiting(owner).extension
    moderation.block_extension(extension=extension, by=moderator, reason="Mines coins")
    assert listing()["blocklist"] == []


@pytest.mark.parametrize("target", [Package, Version, Extension])
def test_a_deleted_extension_leaves_the_listing_with_the_next_change(
    target: type[Any], approve: Approve
) -> None:
    approve(id="other_tool", name="Other")
    approve()
    snapshot = Snapshot.of(read_changes())
    Extension.objects.filter(extension_id="gear_tool").update(newest_version=None)
    if target is Extension:
        Event.objects.all().delete()
        Extension.objects.get(extension_id="gear_tool").delete()
    else:
        target.objects.order_by("pk").last().delete()
    rebuild()
    snapshot = snapshot.apply(read_changes(snapshot.revision))
    assert names(listing(snapshot)) == ["other_tool 1.0.0"]
    assert listing(snapshot) == listing()


def test_discarding_a_version_of_a_listed_extension_updates_the_listing(
    approve: Approve, owner: User
) -> None:
    approve()
    draft = factories.make_draft(owner, version="2.0.0")
    before = current_revision()
    publish.discard_draft(version=draft, by=owner)
    assert current_revision() == before + 1
    assert [state.id_key for state in read_changes(before).extensions] == ["gear_tool"]
    other = factories.make_draft(owner, id="other_tool", name="Other")
    publish.discard_draft(version=other, by=owner)
    assert current_revision() == before + 1


def test_a_deleted_id_that_is_published_again_is_listed_again(approve: Approve) -> None:
    approve()
    Extension.objects.update(newest_version=None)
    Event.objects.all().delete()
    Extension.objects.all().delete()
    approve(version="3.0.0")
    assert names(listing()) == ["gear_tool 3.0.0"]
    assert ListedExtension.objects.count() == 1


def test_a_rebuild_renders_all_entries(approve: Approve, monkeypatch: Any) -> None:
    for number in range(3):
        approve(id=f"tool_{number}", name=f"Tool {number}")
    expected = listing()
    snapshot = Snapshot.of(read_changes())
    ListingEntry.objects.update(before_address="{broken")
    ListedExtension.objects.filter(id_key="tool_1").delete()
    monkeypatch.setattr(rebuild_module, "REBUILD_BATCH", 2)
    output = io.StringIO()
    call_command("rebuild_listing", stdout=output)
    assert output.getvalue() == "listing entries: 3\n"
    assert listing() == expected
    assert listing(snapshot.apply(read_changes(snapshot.revision))) == expected


def test_a_rebuild_reports_and_skips_versions_that_cannot_be_listed(
    approve: Approve, caplog: pytest.LogCaptureFixture
) -> None:
    approve()
    broken = approve(id="broken_tool", name="Broken")
    Version.objects.filter(pk=broken.pk).update(manifest={"id": "broken_tool"})
    with pytest.raises(Corrupt, match=r"broken_tool-v1\.0\.0\.zip"):
        call_command("rebuild_listing", stdout=io.StringIO())
    assert names(listing()) == ["gear_tool 1.0.0"]
    assert "broken_tool" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_migration_renders_approved_versions(approve: Approve, moderator: User) -> None:
    approve()
    moderation.block_extension(
        extension=approve(id="other_tool", name="Other").extension,
        by=moderator,
        reason="Mines coins",
    )
    expected = listing()
    with migrated_back(("listings", "0001_initial")) as apps:
        assert [model.__name__ for model in apps.get_app_config("listings").get_models()] == [
            "Revision"
        ]
    assert listing() == expected
    assert len(expected["data"]) == 2


@pytest.mark.django_db(transaction=True)
def test_the_process_that_approves_has_the_new_listing_before_it_answers(
    approve: Approve, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve()
    assert LISTINGS.get(System(), BASE).revision == 1
    # As if another request had just read the revision.
    monkeypatch.setattr(LISTINGS, "expire", lambda: None)
    monkeypatch.setattr(LISTINGS, "_check_at", float("inf"))
    approve(version="2.0.0")
    assert LISTINGS.get(System(), BASE).revision == 2


READER = """
import json, sys
from extery_site.project.wsgi import application
from extery.core.compatibility import System
from extery_site.listings.cache import LISTINGS

for line in sys.stdin:
    document = LISTINGS.get(System(), "http://a")
    print(document.etag, len(json.loads(b"".join(document.body))["data"]), flush=True)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_another_process_serves_the_same_entity_tag(approve: Approve, settings: Any) -> None:
    approve()
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        database = f"sqlite:///{name}"
    else:
        database = urlsplit(os.environ["EXTERY_DATABASE"])._replace(path=f"/{name}").geturl()
    environment = {
        **os.environ,
        "EXTERY_DATA": str(settings.EXTERY_DATA),
        "EXTERY_DATABASE": database,
    }
    with subprocess.Popen(
        [sys.executable, "-c", READER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None

        def ask() -> str:
            print(file=reader.stdin, flush=True)
            return reader.stdout.readline()

        assert ask() == f"{LISTINGS.get(System(), BASE).etag} 1\n"
        for number in range(3):
            approve(id=f"tool_{number}", name=f"Tool {number}")
        expected = f"{LISTINGS.get(System(), BASE).etag} 4\n"
        assert any(ask() == expected for _ in range(1_000_000))
        reader.stdin.close()


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["approve", "block", "unblock", "discard", "rebuild", "follow"]),
        st.integers(0, 2),
        st.integers(0, 3),
        st.sampled_from([(), ("linux-x64",), ("windows-x64", "linux-x64")]),
    ),
    max_size=14,
)
BLENDERS = (None, (4, 2, 0), (4, 3, 0), (4, 4, 0), (5, 0, 0))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CHANGES)
def test_an_incrementally_updated_listing_equals_a_fully_read_one(
    db: None, changes: list[tuple[str, int, int, tuple[str, ...]]]
) -> None:
    with transaction.atomic():
        owner, moderator = factories.make_user("ada2"), factories.make_moderator("mod2")
        followed = Snapshot.of(read_changes())
        for kind, which, minor, platforms in changes:
            if kind == "follow":
                followed = followed.apply(read_changes(followed.revision))
            else:
                with_errors_ignored(kind, which, minor, platforms, owner, moderator)
        followed = followed.apply(read_changes(followed.revision))
        at_once = Snapshot.of(read_changes())
        for blender in BLENDERS:
            for platform in (None, "linux-x64", "windows-x64", "macos-arm64"):
                system = System(blender, platform, "3.11")
                document = followed.render(system, BASE)
                assert document.etag == at_once.render(system, BASE).etag
                assert document.body == at_once.render(system, BASE).body
                assert names(json.loads(b"".join(document.body))) == expected_names(system)
        transaction.set_rollback(True)


def with_errors_ignored(
    kind: str, which: int, minor: int, platforms: tuple[str, ...], owner: User, moderator: User
) -> None:
    """Make a change to one of three extensions, unless its state does not allow it."""
    extension = Extension.objects.filter(id_key=f"tool_{which}").first()
    try:
        if kind == "rebuild":
            rebuild()
        elif kind == "block" and extension is not None:
            moderation.block_extension(extension=extension, by=moderator, reason="Mines coins")
        elif kind == "unblock" and extension is not None:
            moderation.unblock_extension(extension=extension, by=moderator)
        elif kind in {"approve", "discard"}:
            add_version(kind, which, minor, platforms, owner, moderator)
    except ExteryError:
        pass


def add_version(
    kind: str, which: int, minor: int, platforms: tuple[str, ...], owner: User, moderator: User
) -> None:
    """Create the rows of a version in review without an upload, and approve or discard it."""
    extension, _ = Extension.objects.get_or_create(
        id_key=f"tool_{which}",
        defaults={
            "extension_id": f"tool_{which}",
            "type": "add-on",
            "name": "Tool",
            "tagline": "Does something",
            "owner": owner,
        },
    )
    number = extension.versions.count() + 1
    in_review = kind == "approve"
    version = extension.versions.create(
        number=f"1.{number}.0",
        sort_key=f"{number:05}",
        status=Version.Status.IN_REVIEW if in_review else Version.Status.DRAFT,
        manifest={
            "schema_version": "1.0.0",
            "id": extension.extension_id,
            "version": f"1.{number}.0",
            "name": "Tool",
            "tagline": "Does something",
            "maintainer": "Ada",
            "type": "add-on",
            "blender_version_min": f"4.{2 + minor}.0",
            "license": ["SPDX:GPL-3.0-or-later"],
        },
        blender_min=4_002_000 + 1000 * minor,
        created_by=owner,
    )
    version.packages.create(
        file=factories.make_package_file(f"{Package.objects.count():064x}"),
        sha256=f"{Package.objects.count():064x}",
        size=1,
        original_name="x.zip",
        platforms=list(platforms),
    )
    if in_review:
        with lifecycle.transition(lifecycle.APPROVE, version=version, by=moderator):
            pass
    else:
        with lifecycle.transition(transitions.DISCARD, version=version, by=owner):
            pass


def expected_names(system: System) -> list[str]:
    """Return the expected listing, computed from the tables of the catalogue."""
    found = []
    for extension in sorted(Extension.objects.listed(), key=lambda row: row.id_key):
        for version in extension.versions.approved().newest_first():
            blender_min = blender_version_of_number(version.blender_min)
            fits = system.blender is None or blender_min <= system.blender
            packages = [
                package
                for package in version.packages.order_by("pk")
                if not package.platforms
                or system.platform is None
                or system.platform in package.platforms
            ]
            if fits and packages:
                found += [f"{extension.extension_id} {version.number}"] * len(packages)
                break
    return found
