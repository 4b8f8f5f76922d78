"""Workers that are killed at random while they check uploads, with a real clamd that stops meanwhile.

``EXTERY_TEST_SCAN_KILLS`` sets how often a worker is killed, and how many packages are uploaded.
"""

from __future__ import annotations

import io
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Package, Version
from extery_site.moderation import decisions
from extery_site.notify.models import Notification
from extery_site.publish import actions as publish
from extery_site.scanning.models import FileCheck, StepResult
from tests.parts import require_part
from tests.services.clamav import ClamdServer
from tests.site import factories
from tests.site.packages import package
from tests.site.project.tasks.processes import worker_process
from tests.site.scanning.hostile import eicar
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.clamd,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

KILLS = int(os.environ.get("EXTERY_TEST_SCAN_KILLS", "4"))
UPLOADS = max(KILLS, 8)
#: One in so many packages has malware.
INFECTED = 4


@pytest.fixture
def clamd(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClamdServer]:
    """A real clamd, which the site and its workers use."""
    with ClamdServer(require_part("clamd")) as server:
        settings.EXTERY_CLAMD = server.address
        settings.EXTERY_UPLOADS_PER_ACCOUNT = settings.EXTERY_SUBMISSIONS_PER_ACCOUNT = None
        monkeypatch.setenv("EXTERY_CLAMD", str(server.address))
        yield server


def is_infected(version: Version) -> bool:
    return int(version.extension.extension_id.rpartition("_")[2]) % INFECTED == 0


def upload(owner: User, number: int) -> Version:
    infected = number % INFECTED == 0
    files: dict[str, str | bytes] = {"data.bin": eicar() if infected else bytes([number % 256])}
    data = package(id=f"tool_{number}", name=f"Tool {number}", files=files)
    version = publish.receive_upload(file=io.BytesIO(data), user=owner).version
    return publish.submit(version=factories.complete(version), by=owner)


def approve_what_can_be(moderator: User) -> None:
    """Approve every version in review: only those that were scanned become public."""
    refused: set[str] = set()
    for version in Version.objects.in_review().select_related("extension"):
        try:
            decisions.approve_version(
                version=version, packages=version.package_hashes, by=moderator
            )
        except Conflict as error:
            refused |= {problem.code for problem in error.problems}
    assert refused <= {"scan.not-finished", "scan.unavailable", "scan.quarantined"}


def assert_only_scanned_packages_are_public() -> None:
    for found in Package.objects.filter(version__status=Version.Status.APPROVED):
        result = StepResult.objects.get(file_check=found.sha256, name="malware")
        assert result.outcome == "passed", found.original_name


def test_nothing_is_lost_doubled_or_served_unscanned(
    owner: User, moderator: User, clamd: ClamdServer, tmp_path: Path
) -> None:
    chance, log = random.Random(KILLS), tmp_path / "worker.log"
    numbers = iter(range(UPLOADS))
    for kill in range(KILLS):
        if kill == KILLS // 3:
            clamd.kill()
        if kill == 2 * KILLS // 3:
            clamd.start()
        for _ in range(UPLOADS // KILLS):
            upload(owner, next(numbers))
        with worker_process("--lease", "2", log=log) as process:
            time.sleep(chance.uniform(0, 0.6))
            process.kill()
            process.wait()
        approve_what_can_be(moderator)
        assert_only_scanned_packages_are_public()
    uploaded = [upload(owner, number) for number in numbers]
    assert len(uploaded) + KILLS * (UPLOADS // KILLS) == UPLOADS

    open_states = ["received", "checking", "unavailable"]
    with worker_process("--lease", "2", log=log):
        wait_until(lambda: not FileCheck.objects.filter(state__in=open_states).exists(), log=log)
    approve_what_can_be(moderator)

    assert_only_scanned_packages_are_public()
    versions = list(Version.objects.select_related("extension"))
    assert len(versions) == FileCheck.objects.count() == UPLOADS
    assert StepResult.objects.filter(name="malware").count() == UPLOADS
    for version in versions:
        check = FileCheck.objects.get(pk=version.package_hashes[0])
        status = Version.Status.IN_REVIEW if is_infected(version) else Version.Status.APPROVED
        assert version.status == status, check
        assert check.state == ("rejected" if is_infected(version) else "passed")
    infected = sum(map(is_infected, versions))
    assert Event.objects.filter(kind=Event.Kind.QUARANTINED).count() == infected
    told = Notification.objects.filter(kind="malware_found", entry__user=owner)
    assert told.count() == infected
