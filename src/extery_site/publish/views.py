"""From a zip to the queue: upload, draft, and the list of one's own extensions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from extery.core.errors import ExteryError, Problem
from extery_site.accounts.permissions import require_person
from extery_site.catalog.models import Extension, Version
from extery_site.project.problems import status_of
from extery_site.publish import actions
from extery_site.publish.forms import DraftForm, UploadForm
from extery_site.ui.form_problems import add_problems, flat, sentence

FORM = ["GET", "HEAD", "POST"]
PAGE_SIZE = 24


def draft_url(version: Version) -> str:
    """Address of the page where a version is completed."""
    page = reverse("publish:draft", args=[version.extension.extension_id])
    return f"{page}?{urlencode({'version': version.number})}"


@login_required
@require_http_methods(FORM)
def upload(request: HttpRequest) -> HttpResponse:
    """Take a zip; every problem is shown, and a good one leads to its draft."""
    form = UploadForm(request.POST or None, request.FILES or None)
    context = {"form": form, "name": "", "errors": [], "warnings": []}
    status = 200
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        file = form.cleaned_data["file"]
        try:
            draft = actions.receive_upload(
                file=file, user=request.user, release_notes=form.cleaned_data["release_notes"]
            )
        except ExteryError as error:
            status = status_of(error)
            context |= {"name": file.name, **_by_severity(error.problems)}
        else:
            messages.success(
                request, f"{draft.package.original_name} is uploaded. Complete the rest here."
            )
            return redirect(draft_url(draft.version))
    return render(request, "publish/upload.html", context, status=status)


def _by_severity(problems: tuple[Problem, ...]) -> dict[str, list[Problem]]:
    return {
        "errors": [problem for problem in problems if problem.is_error],
        "warnings": [problem for problem in problems if not problem.is_error],
    }


@login_required
@require_http_methods(FORM)
def draft(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Everything about a version before it is public, and what is still missing."""
    extension = _mine_or_404(request, extension_id)
    if not extension.versions.exists():
        messages.info(request, f"{extension.name} has no version left. Upload one here.")
        return redirect("publish:upload")
    version = _chosen_version(request, extension)
    form = DraftForm(
        request.POST or None, request.FILES or None, extension=extension, version=version
    )
    status = 200
    if request.method == "POST":
        if form.is_valid() and _save(request, form, extension, version):
            messages.success(request, "Saved.")
            return redirect(draft_url(version))
        status = 422
    missing = actions.missing_for_submission(extension, version)
    context = {
        "extension": extension,
        "version": version,
        "versions": extension.versions.newest_first(),
        "form": form,
        "missing": missing,
        "warnings": _stored_problems(version),
        "fields": _manifest_fields(version),
    }
    return render(request, "publish/draft.html", context, status=status)


def _save(request: HttpRequest, form: DraftForm, extension: Extension, version: Version) -> bool:
    """Store what was filled in; on refusal the form says why."""
    try:
        problems = actions.update_draft(
            extension=extension, version=version, by=request.user, **form.cleaned_data
        )
    except ExteryError as error:
        add_problems(form, error)
        return False
    for problem in problems:
        messages.warning(request, f"{sentence(problem)} {problem.hint}".strip())
    return True


def _mine_or_404(request: HttpRequest, extension_id: str) -> Extension:
    mine = Extension.objects.filter(owner=require_person(request.user)).select_related(
        "image", "newest_version"
    )
    return get_object_or_404(mine.with_id(extension_id))


def _chosen_version(request: HttpRequest, extension: Extension) -> Version:
    """The version that the address names, else the newest that can still be changed."""
    versions = list(extension.versions.with_packages().newest_first())
    if number := request.GET.get("version"):
        versions = [version for version in versions if version.number == number]
    editable = [version for version in versions if version.is_editable]
    chosen = next(iter([*editable, *versions]), None)
    if chosen is None:
        raise Http404("There is no such version.")
    chosen.extension = extension
    return chosen


def _stored_problems(version: Version) -> list[Problem]:
    """Return the warnings of all packages of ``version``, without repetitions."""
    found: dict[tuple[str, str], Problem] = {}
    for package in version.packages.all():
        for stored in package.problems:
            problem = Problem.from_dict(stored)
            found.setdefault((problem.code, problem.message), problem)
    return list(found.values())


#: Shown in this order; the rest of a manifest is for Blender.
_SHOWN = (
    *("id", "version", "type", "name", "tagline", "maintainer", "license", "copyright"),
    *("blender_version_min", "blender_version_max", "website", "tags", "permissions"),
    *("platforms", "wheels"),
)


def _manifest_fields(version: Version) -> list[tuple[str, list[str]]]:
    """The manifest as field names and lines of text."""
    fields = []
    for name in _SHOWN:
        value = version.manifest.get(name)
        if isinstance(value, dict):
            lines = [f"{key}: {text}" for key, text in value.items()]
        elif isinstance(value, list):
            lines = [str(item) for item in value]
        else:
            lines = [] if value is None else [str(value)]
        if lines:
            fields.append((name, lines))
    return fields


@login_required
@require_POST
def change(request: HttpRequest, extension_id: str, number: str, step: str) -> HttpResponse:
    """Submit, withdraw or discard a version."""
    extension = _mine_or_404(request, extension_id)
    version = get_object_or_404(extension.versions, number=number)
    version.extension = extension
    try:
        if step == "discard":
            actions.discard_draft(version=version, by=request.user)
            messages.success(request, f"{extension.name} {number} is discarded.")
            return redirect("publish:mine")
        if step == "submit":
            actions.submit(version=version, by=request.user)
            messages.success(request, f"{extension.name} {number} waits for review now.")
            return redirect("moderation:thread", extension.extension_id)
        actions.withdraw(version=version, by=request.user)
        messages.success(request, f"{extension.name} {number} is withdrawn. You can change it.")
    except ExteryError as error:
        messages.error(request, flat(error))
    return redirect(draft_url(version))


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """All my extensions, with the versions that are not public yet."""
    pending = Version.objects.exclude(status=Version.Status.APPROVED).newest_first()
    extensions = (
        Extension.objects.filter(owner=require_person(request.user))
        .select_related("image", "newest_version")
        .prefetch_related(Prefetch("versions", pending, to_attr="pending"))
        .order_by("-updated_at", "-pk")
    )
    paginator = Paginator(extensions, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {"page": page, "pages": paginator.get_elided_page_range(page.number)}
    return render(request, "publish/mine.html", context)
