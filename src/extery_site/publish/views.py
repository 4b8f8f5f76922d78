"""Pages for authors: upload, draft, and my extensions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from extery.core.errors import ExteryError, Problem
from extery.rules.blender_verdicts import verdict_lines, verdicts_of_upload
from extery_site.accounts.permissions import require_signed_in
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.similar_names import find_similar_public
from extery_site.project.problems import add_retry_after, http_status
from extery_site.publish import actions
from extery_site.publish.addresses import draft_url, files_url
from extery_site.publish.completeness import complete_state
from extery_site.publish.expiry import free_at
from extery_site.publish.forms import DraftForm, UploadForm
from extery_site.publish.manifest_rows import manifest_rows
from extery_site.publish.many_files import upload_many
from extery_site.publish.sending import go_on
from extery_site.quotas.client_address import client_address
from extery_site.scanning.rows import checks_of
from extery_site.ui.form_problems import add_problems, join_messages, with_hint

FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM_METHODS)
def upload(request: HttpRequest) -> HttpResponse:
    """Upload a package: show its problems, or redirect to its draft."""
    chosen = request.FILES.getlist("file")
    if len(chosen) > 1:
        return upload_many(request, chosen)
    form = UploadForm(request.POST or None, request.FILES or None)
    context = {"form": form, "name": "", "errors": [], "warnings": []}
    status, problem = 200, None
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        file = form.cleaned_data["file"]
        try:
            result = actions.receive_upload(
                file=file,
                user=request.user,
                release_notes=form.cleaned_data["release_notes"],
                address=client_address(request),
            )
        except ExteryError as error:
            problem, status = error, http_status(error)
            if status == 429:
                add_problems(form, error)
            else:
                verdicts = verdict_lines(error.refusals or ())
                context |= {
                    "name": file.name,
                    "verdicts": verdicts,
                    **_by_severity(error.problems),
                }
        else:
            messages.success(request, _uploaded_message(result))
            return go_on(request, files_url(result.version))
    response = render(request, "publish/upload.html", context, status=status)
    return add_retry_after(response, problem)


def _uploaded_message(result: actions.UploadResult) -> str:
    name, replaced = result.package.original_name, ", ".join(result.replaced)
    if result.version.is_in_review:
        return f"{name} uploaded. All tasks are done: the version is back in the queue."
    if not replaced:
        return f"{name} uploaded. Complete the draft, then submit it."
    return f"{name} uploaded. It replaces {replaced}. Submit the version again when it is ready."


def _by_severity(problems: tuple[Problem, ...]) -> dict[str, list[Problem]]:
    return {
        "errors": [problem for problem in problems if problem.is_error],
        "warnings": [problem for problem in problems if not problem.is_error],
    }


@login_required
@require_http_methods(FORM_METHODS)
def draft(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Edit a version before it is public, and list missing information."""
    extension = _own_extension_or_404(request, extension_id)
    if extension.is_deleted:
        return redirect("publish:manage", extension.extension_id)
    if not extension.versions.exists():
        messages.info(request, f"{extension.name} has no versions. Upload a package here.")
        return redirect("publish:upload")
    version = _selected_version(request, extension)
    form = DraftForm(
        request.POST or None, request.FILES or None, extension=extension, version=version
    )
    status, problem = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            problem = _save(request, form, extension, version)
            if problem is None:
                messages.success(request, "Draft saved.")
                return redirect(draft_url(version))
            status = http_status(problem)
    found = _stored_problems(version)
    context = {
        "extension": extension,
        "version": version,
        "versions": extension.versions.newest_first(),
        "form": form,
        "missing": complete_state(extension, version).missing,
        "free_at": free_at(extension),
        "errors": [problem for problem in found if problem.is_error],
        "warnings": [problem for problem in found if not problem.is_error],
        "verdicts": verdict_lines(verdicts_of_upload(version.manifest)),
        "fields": manifest_rows(version),
        "checks": checks_of(version),
        "similar": find_similar_public(extension),
    }
    response = render(request, "publish/draft.html", context, status=status)
    return add_retry_after(response, problem)


def _save(
    request: HttpRequest, form: DraftForm, extension: Extension, version: Version
) -> ExteryError | None:
    """Save the form; return the error if that fails. The form has its problems then."""
    try:
        problems = actions.update_draft(
            extension=extension,
            version=version,
            by=request.user,
            address=client_address(request),
            **form.cleaned_data,
        )
    except ExteryError as error:
        add_problems(form, error)
        return error
    for problem in problems:
        messages.warning(request, with_hint(problem))
    return None


def _own_extension_or_404(request: HttpRequest, extension_id: str) -> Extension:
    owned = Extension.objects.filter(owner=require_signed_in(request.user)).select_related(
        "image", "newest_version"
    )
    return get_object_or_404(owned.with_id(extension_id))


def _selected_version(request: HttpRequest, extension: Extension) -> Version:
    """Return the version of the query string, otherwise the newest editable version."""
    versions = list(extension.versions.with_packages().newest_first())
    if number := request.GET.get("version"):
        versions = [version for version in versions if version.number == number]
    editable = [version for version in versions if version.is_editable]
    selected = next(iter([*editable, *versions]), None)
    if selected is None:
        raise Http404("Unknown version.")
    selected.extension = extension
    return selected


def _stored_problems(version: Version) -> list[Problem]:
    """Return the findings of all packages of ``version``, without repetitions."""
    unique: dict[tuple[str, str], Problem] = {}
    for package in version.packages.all():
        for stored in package.problems:
            problem = Problem.from_dict(stored)
            unique.setdefault((problem.code, problem.message), problem)
    return list(unique.values())


@login_required
@require_POST
def change_status(
    request: HttpRequest, extension_id: str, number: str, action: str
) -> HttpResponse:
    """Submit, withdraw, discard or unpublish a version, or publish it again."""
    extension = _own_extension_or_404(request, extension_id)
    version = get_object_or_404(extension.versions, number=number)
    version.extension = extension
    try:
        if action == "discard":
            actions.discard_draft(version=version, by=request.user)
            messages.success(request, f"{extension.name} {number} discarded.")
            return redirect("publish:mine")
        if action == "submit":
            actions.submit(version=version, by=request.user, address=client_address(request))
            messages.success(request, f"{extension.name} {number} submitted for review.")
            return redirect("moderation:version", extension.extension_id, version.number)
        messages.success(request, f"{extension.name} {number} {_change(request, version, action)}")
    except ExteryError as error:
        messages.error(request, join_messages(error))
    return redirect(draft_url(version))


def _change(request: HttpRequest, version: Version, action: str) -> str:
    """Withdraw, unpublish or promote a version, or publish it again; return the end of the message."""
    if action == "unpublish":
        actions.unpublish(version=version, by=request.user, reason=request.POST.get("reason", ""))
        return "is no longer public."
    if action == "promote":
        actions.promote(version=version, by=request.user)
        return "is stable: everyone is offered it."
    if action == "republish":
        actions.republish(version=version, by=request.user)
        return "is public again."
    actions.withdraw(version=version, by=request.user)
    return "withdrawn. You can edit it and submit it again."
