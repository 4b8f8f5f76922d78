"""Check a file: run the steps that it needs, and decide its state.

`run_steps` and `finish` can run any number of times, by several workers and after one was killed: steps with a
current result do not run again, and the state follows from the stored results (`extery_site.scanning.states`),
under the lock of the file's row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from extery_site.catalog.models import Package, Version
from extery_site.project.tasks.retry import RetryPolicy
from extery_site.scanning import quarantine
from extery_site.scanning.known_bad import Found, is_listed, quarantine_replaced
from extery_site.scanning.models import UNFINISHED, FileCheck, StepResult
from extery_site.scanning.results import run_step
from extery_site.scanning.states import is_infected, state_of
from extery_site.scanning.steps import configured_steps

State = FileCheck.State
#: Stands among the accepted signatures of a file for the list of known-bad files.
KNOWN_BAD = "known-bad file"
#: When a file is checked again of which a step had no result: soon, and at least every ten minutes.
RETRY = RetryPolicy(base_delay=timedelta(seconds=5), max_delay=timedelta(minutes=10))


def run_steps(sha256: str) -> list[str] | None:
    """Run the steps that a package needs, if it is due; `finish` follows.

    Returns the names of steps that have a result again after there was none, or ``None`` if there is nothing to do.
    """
    found = FileCheck.objects.filter(pk=sha256, due_at__lte=timezone.now()).first()
    if found is None:
        return None
    package = find_package(sha256)
    if package is None:
        FileCheck.objects.filter(pk=sha256).update(due_at=None)
        return None
    _start(found)
    waiting = set(found.steps.filter(attempts__gt=0).values_list("name", flat=True))
    results = [run_step(step, package) for step in configured_steps()]
    return [result.name for result in results if result.name in waiting and not result.attempts]


def find_package(sha256: str) -> Package | None:
    """Return the package with this hash, with its file, version and extension."""
    rows = Package.objects.select_related("file", "version__extension__owner")
    return rows.filter(sha256=sha256).first()


def _start(found: FileCheck) -> None:
    values: dict[str, object] = {"started_at": timezone.now()}
    if found.state in UNFINISHED:
        values["state"] = State.CHECKING
    FileCheck.objects.filter(pk=found.pk).update(**values)


@transaction.atomic
def finish(sha256: str) -> FileCheck:
    """Store the state that follows from the results, and what follows from the state.

    The package may have been discarded meanwhile: what was found in it is known all the same.
    """
    package = find_package(sha256)
    if package is not None:
        # The extension first: all transitions lock it before anything of its versions.
        quarantine.lock_extension_of_package(package)
    found = FileCheck.objects.select_for_update().get(pk=sha256)
    results = {result.name: result for result in found.steps.all()}
    names = [step.name for step in configured_steps()]
    before = found.state
    if package is not None:
        _quarantine_infected(package, found, results.values())
        _quarantine_listed(package, found)
    found.state = state_of(
        names,
        results,
        accepted=found.accepted_signatures,
        is_quarantined=package is not None and package.file.quarantined_at is not None,
    )
    if package is None:
        found.due_at = None
        found.save()
        return found
    _plan(found, [results.get(name) for name in names])
    found.save()
    problems = _problems_of(names, results)
    is_changed = problems != package.problems
    if is_changed:
        Package.objects.filter(pk=package.pk).update(problems=problems)
    if found.is_finished and (is_changed or before != found.state):
        _call_handlers(package.version)
    return found


def _quarantine_infected(package: Package, found: FileCheck, results: Iterable[StepResult]) -> None:
    for result in results:
        if is_infected(result, found.accepted_signatures):
            quarantine.put_into_quarantine(package, result.signature)


def _quarantine_listed(package: Package, found: FileCheck) -> None:
    """Put a package into quarantine that was listed as bad, also while it was uploaded, and not released since."""
    if KNOWN_BAD not in found.accepted_signatures and is_listed(package.sha256):
        text = f"{package.original_name} is on the list of known-bad files of the site."
        quarantine.put_into_quarantine(package, "", text=text)


@transaction.atomic
def stop_listed(found: Found) -> bool:
    """Put a package with a known-bad file into quarantine; whether it was not yet.

    Again does nothing, nor after a moderator has released it.
    """
    package = find_package(found.package)
    if package is None:
        quarantine_replaced(found.package)
        return False
    quarantine.lock_extension_of_package(package)
    check, _ = FileCheck.objects.get_or_create(pk=package.sha256)
    if KNOWN_BAD in check.accepted_signatures or package.file.quarantined_at is not None:
        return False
    name = package.original_name
    text = f"{name} is on the list of known-bad files of the site."
    if found.path:
        text = f"{name} has the file {found.path}, which is on the list of known-bad files of the site."
    quarantine.put_into_quarantine(package, "", text=text)
    finish(package.sha256)
    return True


def _plan(found: FileCheck, results: Sequence[StepResult | None]) -> None:
    """Set when the file is checked again, if a step had no result or an outdated one."""
    now = timezone.now()
    open_tries = [result.attempts or 1 if result else 1 for result in results if _is_open(result)]
    found.attempts = max(open_tries, default=0)
    found.due_at = now + RETRY.delay_after(found.attempts) if open_tries else None
    if found.is_finished and not open_tries:
        found.finished_at = now


def _is_open(result: StepResult | None) -> bool:
    return result is None or not result.has_result or bool(result.attempts)


def _problems_of(names: Sequence[str], results: dict[str, StepResult]) -> list[object]:
    """Return the findings of all steps, in the order of the steps."""
    return [problem for name in names if name in results for problem in results[name].problems]


def _call_handlers(version: Version) -> None:
    for path in settings.SCAN_HANDLERS:
        import_string(path)(version)
