"""Workers that are killed while they render listing rows, and the workers after them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extery.core.compatibility import System
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Package, Version
from extery_site.listings.changes import current_revision, read_changes
from extery_site.listings.models import ListedExtension, ListingEntry
from extery_site.listings.snapshot import Snapshot
from extery_site.project.tasks.models import Status, StoredTask
from tests.site import factories
from tests.site.project.tasks import sample_tasks
from tests.site.project.tasks.processes import worker_process
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is sent"),
]

OLD, NEW = "Makes gears", "Makes gears of any size"


def taglines(snapshot: Snapshot) -> list[str]:
    """The tagline of each entry of the unfiltered listing."""
    document = json.loads(b"".join(snapshot.render(System(), "http://a").body))
    return [entry["tagline"] for entry in document["data"]]


def kill_while_rendering(folder: Path) -> None:
    """Start a worker, and kill it when its task has stopped before a row."""
    log = folder / "worker.log"
    with worker_process("--lease", "2", log=log) as worker:
        wait_until((folder / "rendering").exists, log=log)
        worker.kill()
        worker.wait()


def run_again(result: Any, folder: Path) -> None:
    """Let another worker take up the task of the killed one."""
    log = folder / "worker.log"
    assert StoredTask.objects.get(pk=result.id).status == Status.RUNNING
    with worker_process("--lease", "2", log=log):
        wait_until(
            lambda: StoredTask.objects.get(pk=result.id).status == Status.SUCCESSFUL, log=log
        )
    assert StoredTask.objects.get(pk=result.id).attempt == 2


@pytest.mark.parametrize(("row", "committed"), [(2, 0), (4, 2)])
def test_the_rebuild_of_a_killed_worker_is_completed_by_another(
    approve: Callable[..., Version], tmp_path: Path, row: int, committed: int
) -> None:
    for number in range(5):
        approve(id=f"tool_{number}", name=f"Tool {number}", tagline=OLD)
    for version in Version.objects.all():
        version.manifest["tagline"] = NEW
        version.save()
    snapshot = Snapshot.of(read_changes())
    result = sample_tasks.rebuild_listing.enqueue(row, str(tmp_path))

    kill_while_rendering(tmp_path)

    assert taglines(Snapshot.of(read_changes())) == [NEW] * committed + [OLD] * (5 - committed)
    snapshot = snapshot.apply(read_changes(snapshot.revision))
    assert taglines(snapshot) == taglines(Snapshot.of(read_changes()))
    run_again(result, tmp_path)
    assert taglines(Snapshot.of(read_changes())) == [NEW] * 5
    assert taglines(snapshot.apply(read_changes(snapshot.revision))) == [NEW] * 5
    packages = ListingEntry.objects.order_by("package").values_list("package", flat=True)
    assert list(packages) == list(Package.objects.order_by("pk").values_list("pk", flat=True))


def test_an_approval_by_a_killed_process_leaves_no_row_and_can_be_repeated(
    owner: User, moderator: User, tmp_path: Path
) -> None:
    factories.make_draft(owner, platforms=["linux-x64"], tagline=NEW)
    version = factories.make_waiting(owner, platforms=["windows-x64"], tagline=NEW)
    snapshot = Snapshot.of(read_changes())
    result = sample_tasks.approve_version.enqueue(version.pk, 2, str(tmp_path))

    kill_while_rendering(tmp_path)

    version.refresh_from_db()
    assert version.is_in_review
    assert Event.objects.decisions().count() == current_revision() == 0
    assert ListedExtension.objects.count() == ListingEntry.objects.count() == 0
    run_again(result, tmp_path)
    version.refresh_from_db()
    assert version.status == Version.Status.APPROVED
    assert taglines(snapshot.apply(read_changes(snapshot.revision))) == [NEW, NEW]
