"""What all four steps show: where the version is, the state of each step, and the bar at the bottom."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse

from extery.core.errors import ExteryError, Problem
from extery_site.accounts.permissions import require_signed_in
from extery_site.catalog.models import Extension, Version
from extery_site.moderation.changes import approved_before
from extery_site.moderation.finding_rows import FindingRow, finding_rows
from extery_site.project.problems import add_retry_after, http_status
from extery_site.publish.completeness import MissingItem, submit_state
from extery_site.publish.held_files import holding
from extery_site.publish.models import PackageUpload
from extery_site.ui.form_problems import with_hint

STEPS = ("files", "findings", "page", "check")
_TITLES = {"files": "Files", "findings": "Findings", "page": "Page", "check": "Check"}


class Step(NamedTuple):
    """A step as the navigation shows it."""

    name: str
    title: str
    number: int
    url: str
    state: str
    """``done``, ``todo`` for one that needs something, or ``open``."""
    words: str


class Prepared(NamedTuple):
    """A version that its owner prepares, with what the steps need of it."""

    extension: Extension
    version: Version
    approved: Version | None
    """The approved version to compare with."""
    holding: list[PackageUpload]
    findings: list[FindingRow]
    missing: tuple[MissingItem, ...]

    @property
    def errors(self) -> list[FindingRow]:
        """Findings that keep it from being approved."""
        return [row for row in self.findings if row.blocks]

    @property
    def warnings(self) -> list[FindingRow]:
        return [row for row in self.findings if not row.blocks and row.waiver is None]

    @property
    def problems_of_files(self) -> int:
        """The number of errors of files that were refused."""
        return sum(stored["severity"] == "error" for row in self.holding for stored in row.problems)

    @property
    def missing_texts(self) -> list[MissingItem]:
        """What is missing of the page."""
        return [item for item in self.missing if item.field != "file"]


def find_version(request: HttpRequest, extension_id: str, number: str) -> Version:
    """Return a version of an extension of the user; other users do not learn that it exists."""
    extensions = Extension.objects.filter(owner=require_signed_in(request.user))
    extensions = extensions.select_related("image", "newest_version", "owner")
    extension = get_object_or_404(extensions.with_id(extension_id))
    if extension.is_deleted:
        raise Http404("The extension is deleted.")
    version = get_object_or_404(extension.versions.with_packages(), number=number)
    version.extension = extension
    return version


def prepare(version: Version) -> Prepared:
    """Return what the steps need of a version."""
    approved = approved_before(version)
    extension = version.extension
    return Prepared(
        extension,
        version,
        approved,
        holding(version),
        finding_rows(version, approved, ()),
        submit_state(extension, version).missing,
    )


def steps_of(prepared: Prepared) -> list[Step]:
    """Return the four steps with their state in words."""
    version = prepared.version
    packages = len(version.packages.all())
    held, errors = len(prepared.holding), len(prepared.errors) + prepared.problems_of_files
    files = f"{_count(packages, 'package')}{f', {held} not ready' if held else ''}"
    found = ", ".join(
        filter(
            None,
            (
                _count(errors, "error") if errors else "",
                _count(len(prepared.warnings), "warning") if prepared.warnings else "",
            ),
        )
    )
    missing = prepared.missing_texts
    page = missing[0].text.capitalize() if len(missing) == 1 else f"{len(missing)} things missing"
    states = {
        "files": ("todo" if held or not packages else "done", files),
        "findings": ("todo" if errors else "done", found or "Nothing found"),
        "page": ("todo" if missing else "done", page if missing else "Text and picture"),
        "check": ("open", "Send to review"),
    }
    arguments = [version.extension.extension_id, version.number]
    return [
        Step(name, _TITLES[name], place, reverse(f"submit:{name}", args=arguments), *states[name])
        for place, name in enumerate(STEPS, start=1)
    ]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


class Bar(NamedTuple):
    """The state of the version in the bar at the bottom."""

    state: str
    """``done`` or ``todo``."""
    title: str
    reason: str


def bar_of(prepared: Prepared, name: str) -> Bar:
    """Return what keeps the step from being done."""
    held = prepared.holding
    if name == "files" or (name == "check" and held):
        return _bar_of_files(prepared)
    if name == "findings":
        return _bar_of_findings(prepared)
    items = prepared.missing if name == "check" else prepared.missing_texts
    if items:
        title = "One thing is missing" if len(items) == 1 else f"{len(items)} things are missing"
        return Bar("todo", title, "; ".join(item.text for item in items[:3]).capitalize())
    if name == "check":
        return Bar("done", "Ready to send", "Nothing becomes public before it was checked.")
    return Bar("done", "Text and picture are there", "You can change them until you send it.")


def _bar_of_files(prepared: Prepared) -> Bar:
    held = prepared.holding
    if held:
        names = ", ".join(row.name for row in held[:3])
        title = "One file is not ready" if len(held) == 1 else f"{len(held)} files are not ready"
        return Bar("todo", title, f"{names}. The packages are published together or not at all.")
    if not prepared.version.packages.all():
        return Bar("todo", "No package", "Add at least one.")
    return Bar("done", "All files are ready", "They are published together.")


def _bar_of_findings(prepared: Prepared) -> Bar:
    if number := prepared.problems_of_files:
        reason = "Replace or remove the file."
        return Bar("todo", f"{_count(number, 'error')} left", reason)
    disputed = [row for row in prepared.errors if row.dispute is not None and row.dispute.is_open]
    if number := len(prepared.errors) - len(disputed):
        reason = (
            "You can send it, but it is not approved with them unless a moderator accepts them."
        )
        return Bar("todo", f"{_count(number, 'error')} left", reason)
    if disputed:
        reason = "A moderator decides with the review. Until then it does not hold you up."
        return Bar("done", f"{len(disputed)} disputed", reason)
    return Bar("done", "No errors", "Warnings do not hold you up.")


def render_step(
    request: HttpRequest,
    version: Version,
    name: str,
    context: dict[str, Any],
    *,
    prepared: Prepared | None = None,
    error: ExteryError | None = None,
) -> HttpResponse:
    """Render a step; with ``error``, why what was sent was not done."""
    prepared = prepared or prepare(version)
    steps = steps_of(prepared)
    place = STEPS.index(name)
    common = {
        "extension": prepared.extension,
        "version": version,
        "steps": steps,
        "step": steps[place],
        "back": steps[place - 1] if place else None,
        "next": steps[place + 1] if place + 1 < len(steps) else None,
        "bar": bar_of(prepared, name),
        "prepared": prepared,
        "problems": messages_of(error.problems) if error is not None else [],
    }
    status = http_status(error) if error is not None else 200
    response = render(request, f"submit/{name}.html", {**common, **context}, status=status)
    return add_retry_after(response, error)


def render_states(prepared: Prepared, name: str) -> dict[str, str]:
    """Return the HTML of the navigation and of the bar, which a script puts in place after it has saved."""
    steps = steps_of(prepared)
    context = {"steps": steps, "step": steps[STEPS.index(name)], "bar": bar_of(prepared, name)}
    return {
        part: render_to_string(f"submit/{part}.html", context)
        for part in ("steps_nav", "bar_state")
    }


def messages_of(problems: tuple[Problem, ...]) -> list[str]:
    """Return the errors of a request as sentences with their hints."""
    return [with_hint(problem) for problem in problems if problem.is_error]
