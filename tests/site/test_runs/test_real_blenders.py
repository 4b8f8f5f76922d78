"""The worker tests packages in the oldest and the newest Blender, which find nothing of the data of the site."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import BlenderTest
from extery_site.scanning.tasks import check_now
from extery_site.test_runs import blenders
from extery_site.test_runs.models import Blender, BlenderRun
from extery_site.test_runs.tasks import run_tests
from tests.blender.install import ENDS, VERSIONS, installed
from tests.parts import require_part
from tests.site import factories

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(sys.platform != "linux", reason="nothing runs without a sandbox"),
]
#: It prints what it finds of the data of the site.
LOOKS = """
import os


def register():
    print("found", os.listdir({folder!r}))


def unregister():
    pass
"""
CRASHES = "import os\n\n\ndef register():\n    os.abort()\n"
RAISES = "def register():\n    raise ValueError('no gears')\n"


@pytest.mark.parametrize(
    ("series", "code", "step"),
    [
        (ENDS[0], CRASHES, "crash"),
        (ENDS[1], RAISES, "enable"),
    ],
    ids=["oldest", "newest"],
)
@pytest.mark.blender
def test_a_package_that_works_passes_and_others_fail(
    series: str, code: str, step: str, owner: User, moderator: User, settings: Any, monkeypatch: Any
) -> None:
    require_part(f"blender-{series}")
    blenders._version.cache_clear()
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", list)
    settings.EXTERY_TEST_BLENDERS = (installed(series).python,)
    data = Path(settings.EXTERY_DATA)
    (data / "secret").write_text("key")
    looks = {"__init__.py": LOOKS.format(folder=str(data))}
    good = factories.make_approved(owner, moderator, files=looks)
    bad = factories.make_approved(
        owner, moderator, id="bad_tool", name="Bad tool", files={"__init__.py": code}
    )
    check_now([*good.package_hashes, *bad.package_hashes])

    assert run_tests.call() == 2
    assert Blender.objects.get().release == VERSIONS[series]
    runs = {run.sha256: run for run in BlenderRun.objects.all()}
    passed, failed = (runs[one.package_hashes[0]] for one in (good, bad))
    assert (passed.state, passed.text) == ("passed", "")
    assert "found []" in passed.log
    assert (failed.state, failed.failed_step) == ("failed", step)
    assert {"crash": "Aborted", "enable": "no gears"}[step] in failed.log
    assert set(BlenderTest.objects.values_list("release", "works")) == {
        (VERSIONS[series], True),
        (VERSIONS[series], False),
    }
