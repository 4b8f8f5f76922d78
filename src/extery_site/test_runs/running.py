"""Runs a claimed test, and stores its result, which only the last claim of a run can."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery.author.testing.results import Answer
from extery.author.testing.run import Options, Program, Subject, run_in_blender
from extery.author.testing.supervise import Limits, find_sandbox
from extery.core.versions import number_of_blender_version, parse_blender_version
from extery_site.catalog.models import BlenderTest, Package
from extery_site.catalog.stored_values import stored_problems, without_nul
from extery_site.files import storage
from extery_site.project.isolation import private_folders
from extery_site.test_runs.models import BlenderRun
from extery_site.test_runs.planning import Claim, delay_after
from extery_site.test_runs.verdict import Verdict, judge, log_of

logger = logging.getLogger(__name__)

State = BlenderRun.State
LIMITS = Limits()


class NoSandbox(Exception):
    """Nothing runs unconfined."""


def run_claim(claim: Claim) -> BlenderRun:
    """Test a package in a Blender and store what came of it; raises nothing that the package could cause."""
    started = time.monotonic()
    try:
        answer = test_package(claim.package, claim.program)
    except NoSandbox:
        verdict, log = Verdict(State.NOT_RUN, "", "There is no sandbox.", ()), ""
    except OSError as error:
        logger.warning("a test in Blender could not be made: %s", error)
        text = f"The package could not be read or run: {error.strerror or type(error).__name__}."
        verdict, log = Verdict(State.NOT_RUN, "", text, ()), ""
    else:
        version = claim.package.version
        verdict = judge(
            answer,
            release=claim.run.release,
            id_=version.extension.extension_id,
            declared=[*version.permissions],
            limits=LIMITS,
        )
        log = log_of(answer, verdict)
    return _store(claim, verdict, log, time.monotonic() - started)


def test_package(package: Package, program: str) -> Answer:
    """Return the answer of a Blender about a package. Raises `NoSandbox`, and `OSError` for files that cannot be used."""
    sandbox = find_sandbox()
    if sandbox == "none":
        raise NoSandbox
    temporary = _folder_outside(settings.EXTERY_DATA)
    with tempfile.TemporaryDirectory(prefix="extery-package-", dir=temporary) as name:
        path = Path(name) / "package.zip"
        with storage.open_file(package.file) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        extension = package.version.extension
        subject = Subject(path, extension.extension_id, extension.type, package.size)
        # What it prints is shown to its owner.
        hidden = [one for one in private_folders() if not temporary.is_relative_to(one.resolve())]
        options = Options(LIMITS, sandbox, hidden=hidden, temporary=temporary)
        return run_in_blender(Program("", Path(program), None), subject, None, options)


def _folder_outside(data: Path) -> Path:
    """Return the folder for temporary files, or another one if it is in the data folder, which is hidden."""
    usual = Path(tempfile.gettempdir()).resolve()
    return Path("/tmp") if usual.is_relative_to(data.resolve()) else usual  # noqa: S108


@transaction.atomic
def _store(claim: Claim, verdict: Verdict, log: str, seconds: float) -> BlenderRun:
    """Store a result, unless the run was claimed again meanwhile; one without a result keeps the verdict of before."""
    run, now = claim.run, timezone.now()
    values: dict[str, Any] = {
        "state": verdict.state,
        "failed_step": verdict.step,
        "text": without_nul(verdict.text)[:300],
        "problems": stored_problems(verdict.problems),
        "packed_log": zlib.compress(without_nul(log).encode("utf-8", "replace")),
        "seconds": round(seconds, 1),
        "finished_at": now,
        "due_at": None,
    }
    if verdict.state == State.NOT_RUN:
        delay = delay_after(run.attempts)
        values["due_at"] = now + delay if delay is not None else None
    else:
        values["attempts"] = 0
    if not BlenderRun.objects.filter(pk=run.pk, claims=run.claims).update(**values):
        logger.warning("the result of %s is dropped: another worker has started it again", run)
        return run
    for name, value in values.items():
        setattr(run, name, value)
    if run.has_result:
        _publish(run)
    return run


def _publish(run: BlenderRun) -> None:
    """Store the verdict for the catalogue, and delete the results of older versions of the test."""
    older = BlenderRun.objects.filter(sha256=run.sha256, release=run.release)
    older.filter(harness__lt=run.harness).delete()
    package = Package.objects.select_for_update(of=("self",)).filter(sha256=run.sha256).first()
    if package is None:  # discarded meanwhile
        return
    major, minor, _ = parse_blender_version(run.release)
    BlenderTest.objects.update_or_create(
        package=package,
        blender=number_of_blender_version((major, minor, 0)),
        defaults={
            "release": run.release,
            "works": run.state == State.PASSED,
            "text": run.text,
        },
    )
