"""The fourth step: what is there, what changes, and the button that sends the version to the review."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError, InvalidInput, Problem, Where
from extery_site.catalog.models import Channel, Version
from extery_site.catalog.text_limits import MAX_REASON_LENGTH
from extery_site.moderation.comments import comment
from extery_site.moderation.figures import expected_wait_of
from extery_site.publish import actions
from extery_site.publish.page_text import page_text
from extery_site.quotas.client_address import client_address
from extery_site.scanning.changes import changes_between
from extery_site.submit.file_rows import platform_words
from extery_site.submit.steps import Prepared, find_version, prepare, render_step

FORM_METHODS = ["GET", "HEAD", "POST"]


class There(NamedTuple):
    """A line of what is there, or is missing."""

    is_done: bool
    title: str
    detail: str
    url: str = ""


class Fact(NamedTuple):
    """A fact that a version changes for people who have the last one."""

    title: str
    value: str
    detail: str
    is_grave: bool = False


@login_required
@require_http_methods(FORM_METHODS)
def check(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Show what is sent, and send it to the review."""
    version = find_version(request, extension_id, number)
    error = None
    if request.method == "POST":
        try:
            sends = _act(request, version)
        except ExteryError as caught:
            error = caught
        else:
            if not sends:
                return redirect("publish:mine")
            messages.success(
                request,
                f"Sent. The moderators were told about {number}. You can take it back here.",
            )
            return redirect("moderation:version", version.extension.extension_id, number)
        version = find_version(request, extension_id, number)
    prepared = prepare(version)
    context = _context(request, prepared)
    return render_step(request, version, "check", context, prepared=prepared, error=error)


def _act(request: HttpRequest, version: Version) -> bool:
    """Save the channel, and send the version if the button says so; whether it was sent."""
    sends = request.POST.get("action") == "send"
    with transaction.atomic():
        channel = request.POST.get("channel", "")
        if channel and channel != version.channel:
            actions.update_draft(
                extension=version.extension, version=version, by=request.user, channel=channel
            )
        if not sends:
            return False
        _require_ticks(request)
        address = client_address(request)
        actions.submit(version=version, by=request.user, address=address)
        if text := request.POST.get("words", "").strip():
            comment(
                extension=version.extension,
                version=version,
                by=request.user,
                text=text,
                address=address,
            )
    return True


def _require_ticks(request: HttpRequest) -> None:
    """Raise `InvalidInput` unless the author says both things."""
    missing = [
        Problem.of("submit.not-confirmed", where=Where(path=(name,)), variant=name)
        for name in ("rights", "honest")
        if not request.POST.get(name)
    ]
    if missing:
        raise InvalidInput(*missing)


def _context(request: HttpRequest, prepared: Prepared) -> dict[str, Any]:
    version = prepared.version
    there = there_of(prepared)
    return {
        "there": there,
        "done": sum(line.is_done for line in there),
        "facts": facts_of(prepared),
        "expected": expected_wait_of(version),
        "before": Version.objects.in_review().count(),
        "channels": Channel.choices,
        "typed": request.POST,
        "max_words": MAX_REASON_LENGTH,
        "can_send": version.is_editable
        and not prepared.missing
        and not prepared.extension.is_blocked,
        "size": version.size,
    }


def there_of(prepared: Prepared) -> list[There]:
    """Return what is there, with what is missing and where to add it."""
    version, text = prepared.version, page_text(prepared.version)
    packages = list(version.packages.all())
    missing = {item.field: item for item in prepared.missing_texts}
    held = ", ".join(upload.name for upload in prepared.holding)
    platforms = "; ".join(platform_words(package.platforms) for package in packages)
    warnings = len(prepared.warnings)
    errors = len(prepared.errors) + prepared.problems_of_files
    disputed = sum(row.dispute is not None and row.dispute.is_open for row in prepared.errors)
    image = missing.get("image") or missing.get("alt_text")
    return [
        There(
            bool(packages) and not held, "Packages that agree", held or platforms or "No package"
        ),
        There(
            errors <= disputed,
            "No errors" if not errors else f"{errors} error{'' if errors == 1 else 's'}",
            f"{warnings} warning{'' if warnings == 1 else 's'}, {disputed} disputed",
        ),
        There(bool(version.license), "Licence", ", ".join(version.license)),
        There(
            all(version.permissions.values()),
            "Permissions with a reason",
            ", ".join(sorted(version.permissions)) or "None declared",
        ),
        There(
            "description" not in missing,
            "Description",
            f"{len(text.description.split())} words",
        ),
        There(
            image is None,
            "Picture with a text for people who cannot see it",
            image.text.capitalize() if image else "It is there",
            image.url if image else "",
        ),
    ]


def facts_of(prepared: Prepared) -> list[Fact]:
    """Return what changes for people who have the last approved version; none without one."""
    before, version = prepared.approved, prepared.version
    if before is None:
        return []
    added = sorted(set(version.permissions) - set(before.permissions))
    lost = sorted(set(before.permissions) - set(version.permissions))
    same_range = version.blender_range == before.blender_range
    facts = [
        Fact(
            "Permissions",
            ", ".join([*(f"+ {name}" for name in added), *(f"− {name}" for name in lost)])
            or "unchanged",
            "Blender does not ask for them: say why in the release notes." if added else "",
            bool(added),
        ),
        Fact(
            "Blender",
            version.blender_range_text,
            "unchanged" if same_range else f"before: {before.blender_range_text}",
        ),
        Fact("Size", f"{version.size / 1000:,.0f} KB", f"before: {before.size / 1000:,.0f} KB"),
    ]
    changes = changes_between(before, version)
    if changes is not None:
        numbers = dict(changes.files)
        words = [f"{number} {name}" for name, number in numbers.items() if number]
        facts.insert(1, Fact("Files", ", ".join(words) or "unchanged", ""))
        if changes.groups:
            group = changes.groups[0]
            lines = ", ".join(line.title for line in group.lines[:3])
            facts.append(Fact(group.title, f"{group.number} changed", lines))
    return facts
