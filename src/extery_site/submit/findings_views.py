"""The second step: what the checks found, with the line, the cure and the rule; the author can disagree."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError, Problem
from extery.manifest.document import MANIFEST_FILENAME
from extery_site.catalog.models import Version
from extery_site.catalog.text_limits import MAX_DISPUTE_LENGTH
from extery_site.moderation import disputes
from extery_site.moderation.finding_rows import FindingRow
from extery_site.moderation.findings import FindingPlace, fingerprint_of
from extery_site.quotas.client_address import client_address
from extery_site.submit.file_rows import platform_words
from extery_site.submit.snippets import SnippetLine, snippets_of
from extery_site.submit.steps import Prepared, find_version, prepare, render_step

FORM_METHODS = ["GET", "HEAD", "POST"]


class Finding(NamedTuple):
    """A finding as the page shows it; ``row`` is empty for one of a file that was refused."""

    problem: Problem
    packages: str
    row: FindingRow | None = None
    snippet: list[SnippetLine] | None = None
    key: str = ""
    """The upload that was refused."""
    may_dispute: bool = False


class Filters(NamedTuple):
    """What of the findings is shown."""

    severity: str = ""
    package: str = ""
    only_new: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> Filters:
        """Read the query; unknown values show everything."""
        severity = request.GET.get("severity", "")
        return cls(
            severity if severity in ("error", "warning") else "",
            request.GET.get("package", "")[:64],
            request.GET.get("new") == "1",
        )


@login_required
@require_http_methods(FORM_METHODS)
def findings(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Show the findings of a version; dispute one, or take a dispute back."""
    version = find_version(request, extension_id, number)
    error = None
    if request.method == "POST":
        try:
            anchor = _act(request, version)
        except ExteryError as caught:
            error = caught
        else:
            page = reverse("submit:findings", args=[version.extension.extension_id, number])
            return redirect(f"{page}#{anchor}")
    prepared = prepare(version)
    context = _context(prepared, Filters.of(request))
    context["typed"] = request.POST if error is not None else {}
    return render_step(request, version, "findings", context, prepared=prepared, error=error)


def _act(request: HttpRequest, version: Version) -> str:
    fingerprint = request.POST.get("finding", "")[:64]
    if request.POST.get("action") == "take_back":
        rows = version.disputes.filter(fingerprint=fingerprint).order_by("pk")
        found = get_object_or_404(rows.open())
        disputes.take_back(dispute=found, by=request.user)
        messages.success(request, "Taken back.")
    else:
        disputes.dispute(
            version=version,
            fingerprint=fingerprint,
            by=request.user,
            text=request.POST.get("text", ""),
            address=client_address(request),
        )
        messages.success(request, "A moderator decides with the review.")
    return f"finding-{fingerprint}"


def _context(prepared: Prepared, filters: Filters) -> dict[str, Any]:
    version = prepared.version
    shown = [row for row in prepared.findings if _is_shown(row, filters, version)]
    places = {row.fingerprint: place for row in shown if (place := _place(row, version))}
    snippets = snippets_of(places.values())
    names = _packages_by_finding(version)
    found = [
        Finding(
            row.problem,
            names.get(row.fingerprint, ""),
            row,
            snippets.get(places[row.fingerprint]) if row.fingerprint in places else None,
            may_dispute=_may_dispute(row),
        )
        for row in shown
    ]
    refused = [
        Finding(problem, upload.name, key=upload.key)
        for upload in prepared.holding
        for problem in map(Problem.from_dict, upload.problems)
        if not filters.only_new and not filters.package and _has_severity(problem, filters)
    ]
    errors = [one for one in found if one.row is not None and one.row.blocks]
    others = [one for one in found if one.row is not None and not one.row.blocks]
    return {
        "filters": filters,
        "groups": [
            ("Must be fixed", [*(one for one in refused if one.problem.is_error), *errors]),
            ("Look at it", [*(one for one in refused if not one.problem.is_error), *others]),
        ],
        "packages": version.packages.all(),
        "severities": (("", "All"), ("error", "Must be fixed"), ("warning", "Look at it")),
        "hidden": len(prepared.findings) - len(shown),
        "new_count": sum(row.is_new for row in prepared.findings),
        "max_dispute": MAX_DISPUTE_LENGTH,
    }


def _is_shown(row: FindingRow, filters: Filters, version: Version) -> bool:
    if filters.only_new and not row.is_new:
        return False
    if filters.severity and row.blocks != (filters.severity == "error"):
        return False
    return not filters.package or any(
        package.sha256 == filters.package and row.fingerprint in _fingerprints(package.problems)
        for package in version.packages.all()
    )


def _has_severity(problem: Problem, filters: Filters) -> bool:
    return not filters.severity or problem.is_error == (filters.severity == "error")


def _fingerprints(problems: list[dict[str, Any]]) -> set[str]:
    return {fingerprint_of(Problem.from_dict(stored)) for stored in problems}


def _packages_by_finding(version: Version) -> dict[str, str]:
    """Return in which packages each finding is, in words."""
    packages = list(version.packages.all())
    found: dict[str, list[str]] = {}
    for package in packages:
        for fingerprint in _fingerprints(package.problems):
            found.setdefault(fingerprint, []).append(platform_words(package.platforms))
    return {
        fingerprint: "in all packages" if len(names) == len(packages) > 1 else "; ".join(names)
        for fingerprint, names in found.items()
    }


def _place(row: FindingRow, version: Version) -> FindingPlace | None:
    """Return the place whose lines are shown: in the code, or in the manifest."""
    if row.places:
        return row.places[0]
    line = row.problem.where.line
    package = next(iter(version.packages.all()), None)
    if line is None or package is None or row.problem.where.file != MANIFEST_FILENAME:
        return None
    return FindingPlace(package.sha256, MANIFEST_FILENAME, line)


def _may_dispute(row: FindingRow) -> bool:
    if row.waiver is not None:
        return False
    return row.dispute is None or row.dispute.state not in ("open", "kept")
