"""The page of known-bad files, and its endpoints in the API, for moderators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST
from ninja import Field, Query, Router, Schema, Status

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import require_moderator
from extery_site.scanning.known_bad_list import (
    MAX_ADDED,
    MAX_REASON,
    add_known_bad,
    remove_known_bad,
)
from extery_site.scanning.models import KnownBadFile
from extery_site.ui.form_problems import join_messages
from extery_site.ui.submission import submit

router = Router(tags=["moderation"])
PAGE_SIZE = 50


class KnownBadForm(forms.Form):
    """Hashes, and why files with them are refused."""

    hashes = forms.CharField(
        label="SHA-256",
        max_length=MAX_ADDED * 100,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
        help_text="Of packages, or of files in packages: one a line, as sha256sum prints them.",
        error_messages={"required": "Enter a SHA-256."},
    )
    reason = forms.CharField(
        max_length=MAX_REASON,
        help_text="Only moderators read it.",
        error_messages={"required": "Enter a reason."},
    )
    confirm = forms.BooleanField(
        required=False,
        label_suffix="",
        label="Also files that packages of many extensions have",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def known_bad(request: HttpRequest) -> HttpResponse:
    """List the known-bad files, and add some."""
    require_moderator(request.user)
    form = KnownBadForm(request.POST or None)
    submission = submit(request, form, lambda: add_known_bad(by=request.user, **form.cleaned_data))
    if submission.is_done:
        messages.success(request, _added(len(submission.result or ())))
        return redirect("scanning:known-bad")
    wanted = request.GET.get("q", "").strip().lower()[:64]
    rows = KnownBadFile.objects.select_related("by")
    if wanted:
        rows = rows.filter(pk__startswith=wanted)
    paginator = Paginator(rows, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    pages = paginator.get_elided_page_range(page.number)
    context = {"page": page, "pages": pages, "wanted": wanted, "number": paginator.count}
    return submission.render("scanning/known_bad.html", context)


def _added(number: int) -> str:
    if not number:
        return "All of them were on the list already."
    files = "1 file is" if number == 1 else f"{number} files are"
    return f"{files} refused from now on. Packages with it are put into quarantine."


@login_required
@require_POST
def remove(request: HttpRequest, sha256: str) -> HttpResponse:
    """Let files with a hash in again."""
    try:
        remove_known_bad(sha256=sha256, by=request.user)
    except ExteryError as error:
        messages.error(request, join_messages(error))
    else:
        messages.success(request, f"{sha256[:12]}… can be uploaded again.")
    return redirect("scanning:known-bad")


class KnownBadOut(Schema):
    """A file that is refused."""

    sha256: str
    reason: str
    by: str = Field(description="Empty if it was added on the machine of the site.")
    created_at: datetime

    @classmethod
    def of(cls, row: KnownBadFile) -> KnownBadOut:
        by = row.by.username if row.by else ""
        return cls(sha256=row.sha256, reason=row.reason, by=by, created_at=row.created_at)


class KnownBadIn(Schema):
    """Files that are refused from now on."""

    hashes: list[str] = Field(
        description="SHA-256 of packages, or of files in packages; 10,000 at most."
    )
    reason: str = Field(description="For moderators.")
    confirm: bool = Field(
        default=False, description="Add also files that packages of many extensions have."
    )


class AddedOut(Schema):
    """What was added."""

    added: list[str] = Field(description="The hashes that were not on the list.")


@router.get("/known-bad-files/", response=list[KnownBadOut])
def list_known_bad(
    request: HttpRequest,
    sha256: Annotated[str, Query(max_length=64, description="The beginning of a SHA-256.")] = "",
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Files to leave out.")] = 0,
) -> list[KnownBadOut]:
    """Return known-bad files, the newest first, 500 at most; for moderators."""
    require_moderator(request.user)
    rows = KnownBadFile.objects.select_related("by").filter(pk__startswith=sha256.lower())
    return [KnownBadOut.of(row) for row in rows[offset : offset + 500]]


@router.post("/known-bad-files/", response=AddedOut)
def add(request: HttpRequest, body: KnownBadIn) -> AddedOut:
    """Refuse uploads with these files, and put packages with them into quarantine; for moderators."""
    hashes = "\n".join(one.replace("\n", " ") for one in body.hashes)
    added = add_known_bad(hashes=hashes, reason=body.reason, by=request.user, confirm=body.confirm)
    return AddedOut(added=added)


@router.delete("/known-bad-files/{sha256}", response={204: None})
def delete(request: HttpRequest, sha256: str) -> Status[None]:
    """Let files with a hash in again; packages in quarantine stay there. For moderators."""
    remove_known_bad(sha256=sha256.lower(), by=request.user)
    return Status(204, None)
