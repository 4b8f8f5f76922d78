"""The tabs Changes, Findings and Try it of the review of a version, and the page that confirms a decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from extery.core.errors import ExteryError, Refused
from extery_site.accounts.permissions import is_active_user, may_triage, require_moderator
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import queues
from extery_site.moderation.change_lines import files_with_lines
from extery_site.moderation.changes import find_bases, safe_difference, summarize
from extery_site.moderation.cool_down import waiting_time
from extery_site.moderation.finding_rows import FindingRow, finding_rows
from extery_site.moderation.findings import findings_of
from extery_site.moderation.forms import ReasonForm
from extery_site.moderation.review_context import may_read_code, review_context
from extery_site.moderation.seen_files import seen_keys
from extery_site.moderation.space_changes import without_space_changes
from extery_site.moderation.tried import RESULTS, SYSTEMS, read_try
from extery_site.moderation.try_addresses import TRIED_STATUSES, address_of, drag_path
from extery_site.moderation.waiting import OPEN
from extery_site.project.problems import http_status
from extery_site.scanning.changes import changes_between
from extery_site.scanning.inventories import inventory_of_version
from extery_site.scanning.permission_rows import permission_rows
from extery_site.scanning.rows import checks_of
from extery_site.source_search.watches import index_state, watched_matches
from extery_site.ui.addresses import absolute
from extery_site.ui.form_problems import with_hint

_Context = dict[str, Any]
_EXTENSIONS = Extension.objects.select_related("owner", "image", "newest_version")


@require_safe
def changes(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Show how the packages of a version differ from the last approved version or an earlier build."""
    return _open(request, extension_id, number, "changes")


@require_safe
def findings(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Show what the checks found in the packages of a version."""
    return _open(request, extension_id, number, "findings")


@require_safe
def try_it(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Show the private address to install a version, and what happened to those who tried it."""
    return _open(request, extension_id, number, "try")


def _open(request: HttpRequest, extension_id: str, number: str, tab: str) -> HttpResponse:
    extension = get_object_or_404(_EXTENSIONS.with_id(extension_id))
    if not queues.can_view_thread(extension, request.user):
        raise Http404("This extension was never submitted for review.")
    return show_tab(request, extension, find_submitted(extension, number), tab)


def find_submitted(extension: Extension, number: str) -> Version | None:
    """Return the submitted version with ``number``."""
    version = queues.submitted_versions(extension).with_packages().filter(number=number).first()
    if version is not None:
        version.extension = extension
    return version


def show_tab(
    request: HttpRequest,
    extension: Extension,
    version: Version | None,
    tab: str,
    error: ExteryError | None = None,
) -> HttpResponse:
    """Render a tab; with ``error``, that of a form of the tab, and what was typed.

    Raises `Refused` for users who may not see the content of packages.
    """
    if version is None:
        raise Http404("This version was never submitted for review.")
    if not may_read_code(request.user, extension):
        if not is_active_user(request.user):
            return redirect_to_login(request.get_full_path())
        raise Refused.of("download.not-public")
    if tab == "try" and not may_triage(request.user):
        raise Refused.of("permission.staff-only")
    context = review_context(request, extension, version, number=version.number, tab=tab)
    context |= {
        "reason": ReasonForm(),
        "typed": request.POST,
        "step": request.POST.get("step", ""),
        "problems": [with_hint(problem) for problem in error.problems if problem.is_error]
        if error
        else [],
    }
    template, fill = _TABS[tab]
    context |= fill(request, extension, version, context)
    status = http_status(error) if error else 200
    return render(request, template, context, status=status)


def _changes(
    request: HttpRequest, extension: Extension, version: Version, context: _Context
) -> dict[str, Any]:
    packages = context["packages"]
    if not packages:
        return {"package": None}
    data = request.POST or request.GET
    wanted = {
        name: data.get(f"place_{name}") or data.get(name, "")
        for name in ("package", "base", "space")
    }
    package = next((one for one in packages if one.sha256 == wanted["package"]), packages[0])
    bases = find_bases(version, package, context["approved"])
    base = next((one for one in bases if one.sha256 == wanted["base"]), None)
    base = base or (bases[0] if bases else None)
    difference, problem = safe_difference(package, base)
    hides_space = wanted["space"] == "hide"
    compared = {
        "package": package.sha256,
        **({"base": base.sha256} if base else {}),
        **({"space": "hide"} if hides_space else {}),
    }
    comments = queues.thread(extension, request.user, number=version.number)
    files = files_with_lines(
        without_space_changes(difference["files"]) if hides_space else difference["files"],
        package=package.sha256,
        comments=[event for event in comments if event.place],
        tasks=context["tasks"],
        field=(
            data.get("place_file") or data.get("file", ""),
            data.get("place_line") or data.get("line", ""),
        ),
        seen=seen_keys(version, request.user) if context["may_triage"] else (),
        whole=data.get("whole", ""),
    )
    return {
        "package": package,
        "bases": bases,
        "base": base,
        "compared": compared,
        "compared_query": urlencode(compared),
        "hides_space": hides_space,
        "difference": difference,
        "difference_problem": problem,
        "summary": summarize(version, context["approved"], difference),
        "does": changes_between(context["approved"], version) if context["approved"] else None,
        "files": files,
        "seen_files": sum(file.is_seen for file in files),
        "added": sum(file.added for file in files),
        "removed": sum(file.removed for file in files),
    }


def _findings(
    request: HttpRequest, extension: Extension, version: Version, context: _Context
) -> dict[str, Any]:
    found = findings_of(version)
    approved = context["approved"]
    before = findings_of(approved) if approved else {}
    rows = finding_rows(version, approved, context["tasks"])
    only = request.GET.get("show", "")
    groups: dict[str, list[FindingRow]] = {"To fix": [], "To look at": [], "Waived": []}
    for row in rows:
        if only != "new" or row.is_new:
            groups[row.group].append(row)
    gone = [problem for fingerprint, problem in before.items() if fingerprint not in found]
    reads_notes = context["reads_notes"]
    inventory = inventory_of_version(version)
    return {
        "checks": checks_of(version),
        "tests_in_blender": bool(settings.EXTERY_TEST_BLENDERS),
        "permissions": permission_rows(inventory, version.permissions) if inventory else [],
        "not_analysed": len(inventory.unread) if inventory else 0,
        "watched": watched_matches(version) if reads_notes else [],
        "index_state": index_state(version) if reads_notes else None,
        "groups": [(name, rows) for name, rows in groups.items() if rows],
        "may_dispute": context["is_owner"] and version.status in OPEN and not extension.is_blocked,
        "gone": gone,
        "new_count": sum(row.is_new for row in rows),
        "show": only if only in ("new", "gone") else "",
    }


def _try(
    request: HttpRequest, extension: Extension, version: Version, context: _Context
) -> dict[str, Any]:
    address = address_of(version, request.user)
    links = (
        [(one, absolute(request, drag_path(address, one))) for one in context["packages"]]
        if address is not None
        else []
    )
    events = queues.thread(extension, request.user, number=version.number)
    return {
        "address": address,
        "links": links,
        "can_be_tried": version.status in TRIED_STATUSES,
        "results": RESULTS,
        "systems": SYSTEMS,
        "tries": [
            read_try(event)
            for event in events.filter(kind=Event.Kind.TRIED, removed_at=None).reverse()
        ],
    }


#: Tabs beside the conversation: template, and the function that adds to the context.
_TABS: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "changes": ("moderation/changes.html", _changes),
    "findings": ("moderation/findings.html", _findings),
    "try": ("moderation/try.html", _try),
}

#: Tabs that show the content of packages.
CODE_TABS = frozenset(_TABS)

#: Decisions that are confirmed on a page of their own: the verb of the title and of the button, and
#: that of the button while the form is sent.
CONFIRMED = {
    "approve": ("Approve", "Approving"),
    "decline": ("Decline", "Declining"),
    "request_changes": ("Request changes to", "Requesting changes to"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Show what a decision does before it is made; a POST carries the message, and changes nothing."""
    if not is_active_user(request.user):
        return redirect_to_login(request.get_full_path())
    require_moderator(request.user)
    extension = get_object_or_404(_EXTENSIONS.with_id(extension_id))
    version = find_submitted(extension, number)
    step = request.GET.get("step", "")
    if version is None or step not in CONFIRMED:
        raise Http404("There is no such decision.")
    # The hashes of the page that the moderator has seen, not the current ones.
    seen = request.POST.getlist("package") or version.package_hashes
    context = review_context(request, extension, version, number=number, tab="version")
    context |= {
        "step": step,
        "verb": CONFIRMED[step][0],
        "sending": CONFIRMED[step][1],
        "message": request.POST.get("reason", ""),
        "seen": seen,
        "wait": waiting_time(version) if step == "approve" else timedelta(0),
        "is_changed": sorted(seen) != version.package_hashes,
        "gained": [
            name
            for name in version.permissions
            if name not in (context["approved"].permissions if context["approved"] else {})
        ],
    }
    return render(request, "moderation/confirm.html", context)
