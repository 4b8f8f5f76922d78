"""Several files in one form: each gets a verdict, and one that is refused holds the version of the others."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from extery.core.errors import ExteryError, Problem
from extery_site.catalog.models import Version
from extery_site.publish import uploads
from extery_site.publish.addresses import files_url
from extery_site.publish.forms import UploadForm
from extery_site.publish.models import PackageUpload
from extery_site.publish.sending import go_on
from extery_site.quotas.client_address import client_address

#: Files of one form.
MAX_FILES = 20


def take_files(
    request: HttpRequest,
    files: Sequence[UploadedFile[Any]],
    *,
    version: Version | None = None,
    replaces: str = "",
) -> tuple[list[PackageUpload], dict[str, tuple[Problem, ...]]]:
    """Check the files of a form as one set; one that cannot be taken does not stop the others.

    Returns what became of each, and the problems of those that could not be taken, by name.
    """
    batch = secrets.token_hex(16)
    checked, problems = [], {}
    for file in files[:MAX_FILES]:
        try:
            checked.append(
                uploads.check_file(
                    file=cast("BinaryIO", file),
                    name=file.name or "",
                    by=request.user,
                    version=version,
                    batch=batch,
                    replaces=replaces,
                    address=client_address(request),
                )
            )
        except ExteryError as error:
            problems[file.name or ""] = error.problems
        replaces = ""
    return checked, problems


def upload_many(request: HttpRequest, files: Sequence[UploadedFile[Any]]) -> HttpResponse:
    """Take the files of the page for new packages: lead to their version, or show the verdict of each."""
    checked, problems = take_files(request, files)
    stored = [row for row in checked if row.state == PackageUpload.State.STORED]
    for name, found in problems.items():
        messages.error(request, f"{name}: {next(p.message for p in found if p.is_error)}")
    if stored and (version := stored[-1].version) is not None:
        number = len(stored)
        messages.success(request, f"{number} package{'' if number == 1 else 's'} passed.")
        return go_on(request, files_url(version))
    refused = [(row.name, [Problem.from_dict(one) for one in row.problems]) for row in checked]
    context = {
        "form": UploadForm(),
        "refused": [(name, [one for one in found if one.is_error]) for name, found in refused],
    }
    # Nothing was stored, so nothing is held: the next upload is another set.
    PackageUpload.objects.filter(pk__in=[row.pk for row in checked]).delete()
    return render(request, "publish/upload.html", context, status=422)
