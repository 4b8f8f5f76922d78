"""The page of the blocks of an extension: its history, and for moderators the block itself.

And the page of all blocks. Both are public.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from extery.core.errors import ExteryError, InvalidInput, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import (
    active_moderators,
    may_moderate,
    require_moderator,
    require_user,
)
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.own_work import may_decide
from extery_site.catalog.text_limits import MAX_BLOCK_REASON_LENGTH
from extery_site.moderation import blocks, decisions, queues
from extery_site.moderation.forms import BlockForm
from extery_site.moderation.models.block_request import BlockRequest
from extery_site.project.problems import add_retry_after, http_status
from extery_site.ui.form_problems import add_problems

PAGE_SIZE = 50


@dataclass(frozen=True)
class Effect:
    """What a block of the chosen things does, in numbers for its page."""

    is_extension: bool
    numbers: Sequence[str]
    downloads: int
    needs_second: bool
    next_newest: str
    """The version that listings have afterwards; empty if none remains."""
    listed: int
    """The number of public versions, for which Blender shows the block."""

    @property
    def is_empty(self) -> bool:
        """Whether it is about versions, and none is chosen."""
        return not self.is_extension and not self.numbers

    @property
    def key(self) -> str:
        """What was counted: submitted with the form, and compared with what is chosen then."""
        return _key("extension" if self.is_extension else "versions", self.numbers)

    @classmethod
    def of(
        cls,
        extension: Extension,
        versions: list[Version],
        numbers: Sequence[str],
        *,
        is_extension: bool,
    ) -> Effect:
        """Count the effect of a block of the extension or of the versions with ``numbers``."""
        chosen = [version for version in versions if version.number in numbers]
        public = [version for version in versions if version.is_public]
        remaining = [version for version in public if version.number not in numbers]
        downloads = extension.download_count if is_extension else blocks.downloads_of(chosen)
        return cls(
            is_extension=is_extension,
            numbers=[version.number for version in chosen],
            downloads=downloads,
            needs_second=blocks.needs_second_moderator(downloads),
            next_newest=remaining[0].number if remaining else "",
            listed=len(public),
        )


def _key(scope: str, numbers: Sequence[str]) -> str:
    return " ".join([scope, *sorted(numbers)])


@require_http_methods(["GET", "HEAD", "POST"])
def block(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show the blocks of an extension to everyone; moderators block it here."""
    extensions = Extension.objects.select_related("owner", "image", "newest_version")
    extension = get_object_or_404(extensions.with_id(extension_id))
    if not queues.can_view_thread(extension, request.user):
        raise Http404("This extension was never submitted for review.")
    if request.method != "POST":
        initial = {"scope": "versions" if request.GET.get("version") else "extension"}
        numbers = request.GET.getlist("version")
        return _show(request, extension, BlockForm(initial=initial), numbers=numbers)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    require_moderator(request.user)
    return _change(request, extension)


@require_safe
def all_blocks(request: HttpRequest) -> HttpResponse:
    """Show all blocks, newest first; moderators see requests that wait for a second one too."""
    paginator = Paginator(queues.block_events(), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    is_moderator = may_moderate(request.user)
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "requests": BlockRequest.objects.open().with_related() if is_moderator else [],
    }
    return render(request, "moderation/blocks.html", context)


def _show(
    request: HttpRequest,
    extension: Extension,
    form: BlockForm,
    *,
    numbers: Sequence[str],
    status: int = 200,
    answer_error: str = "",
    recounted: bool = False,
) -> HttpResponse:
    is_moderator = may_moderate(request.user)
    open_request = (
        BlockRequest.objects.filter(extension=extension).open().with_related().first()
        if is_moderator
        else None
    )
    versions = list(blocks.blockable_versions(extension).with_packages())
    if open_request:
        numbers = open_request.numbers
    scope = form["scope"].value()
    is_extension = not numbers if open_request else scope != "versions"
    effect = Effect.of(extension, versions, numbers, is_extension=is_extension)
    blocked = extension.versions.filter(status=Version.Status.BLOCKED).newest_first()
    context: dict[str, Any] = {
        "extension": extension,
        "form": form,
        "effect": effect,
        "open_request": open_request,
        "versions": [(version, blocks.downloads_of([version])) for version in versions],
        "chosen": numbers,
        "blocked_versions": blocked,
        "others": _other_moderators(request) if is_moderator else [],
        "may_decide": may_decide(request.user, extension),
        "history": queues.block_events(extension)[:PAGE_SIZE],
        "max_reason": MAX_BLOCK_REASON_LENGTH,
        "answer_error": answer_error,
        "recounted": recounted,
        "visible": Extension.objects.visible_to(request.user).filter(pk=extension.pk).exists(),
    }
    return render(request, "moderation/block.html", context, status=status)


def _other_moderators(request: HttpRequest) -> list[User]:
    user = require_user(request.user)
    return list(active_moderators().exclude(pk=user.pk).order_by("username")[:6])


def _change(request: HttpRequest, extension: Extension) -> HttpResponse:
    """Count again, or perform a step and return to the page; show it with the errors otherwise."""
    step = request.POST.get("step", "")
    form = BlockForm(request.POST)
    numbers = form.numbers(request.POST)
    if step == "count":
        return _show(request, extension, BlockForm(initial=request.POST.dict()), numbers=numbers)
    if step in {"block", "ask"}:
        return _ask_or_block(request, step, extension, form, numbers)
    try:
        messages.success(request, _perform(request, step, extension))
    except ExteryError as error:
        text = " ".join(problem.message for problem in error.problems)
        extension.refresh_from_db()
        response = _show(
            request,
            extension,
            BlockForm(initial={"scope": "extension"}),
            numbers=[],
            status=http_status(error),
            answer_error=text[:1].upper() + text[1:],
        )
        return add_retry_after(response, error)
    return redirect("moderation:block", extension.extension_id)


def _ask_or_block(
    request: HttpRequest, step: str, extension: Extension, form: BlockForm, numbers: Sequence[str]
) -> HttpResponse:
    """Block, or ask for a block; show the page again if the form is about something else than it counted."""
    if not form.is_valid():
        return _show(request, extension, form, numbers=numbers, status=422)
    data = form.cleaned_data
    try:
        if data["scope"] == "versions" and not numbers:
            raise InvalidInput.of("review.no-version-chosen", where=Where(path=("scope",)))
        if request.POST.get("counted") != _key(data["scope"], numbers):
            initial = BlockForm(initial=request.POST.dict())
            return _show(request, extension, initial, numbers=numbers, status=409, recounted=True)
        if step == "ask":
            blocks.ask_for_block(
                extension=extension,
                by=request.user,
                reason=data["reason"],
                numbers=numbers,
                note=data["note"],
                stop_downloads=data["stop"],
            )
            text = "Asked. The block begins when another moderator confirms it."
        else:
            text = _blocked(
                blocks.block(
                    extension=extension, by=request.user, reason=data["reason"], numbers=numbers
                )
            )
    except ExteryError as error:
        add_problems(form, error)
        extension.refresh_from_db()
        response = _show(request, extension, form, numbers=numbers, status=http_status(error))
        return add_retry_after(response, error)
    messages.success(request, text)
    return redirect("moderation:block", extension.extension_id)


def _perform(request: HttpRequest, step: str, extension: Extension) -> str:
    """Answer a request, or lift a block; return the message."""
    by, text = request.user, request.POST.get("answer", "")
    match step:
        case "confirm":
            return _blocked(blocks.confirm_block(request=_request_of(request, extension), by=by))
        case "refuse":
            blocks.refuse_block(request=_request_of(request, extension), by=by, answer=text)
            return "Refused. Nothing is blocked."
        case "take_back":
            blocks.take_back_request(request=_request_of(request, extension), by=by)
            return "Taken back. Nothing is blocked."
        case "lift":
            decisions.unblock_extension(extension=extension, by=by, reason=text)
            return "The block is lifted. Listings follow within seconds."
        case "lift_version":
            number = request.POST.get("number", "")
            version = get_object_or_404(extension.versions, number=number)
            decisions.unblock_version(version=version, by=by, reason=text)
            return f"The block of {number} is lifted."
    raise Http404("Unknown action.")


def _request_of(request: HttpRequest, extension: Extension) -> BlockRequest:
    pk = request.POST.get("request", "")
    requests = BlockRequest.objects.filter(extension=extension).select_related("extension")
    return get_object_or_404(requests, pk=int(pk) if pk.isdecimal() and len(pk) < 18 else 0)


def _blocked(events: Sequence[Event]) -> str:
    if events[0].kind == Event.Kind.BLOCKED:
        return "Blocked. It is in every listing within seconds; each Blender shows it at its next check."
    numbers = ", ".join(event.version_number for event in events)
    return f"Blocked: {numbers}. Listings, pages and downloads do without it from now on."
