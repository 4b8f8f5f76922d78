"""The page on which a user chooses the own sets that have an extension."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import require_signed_in
from extery_site.catalog.models import Extension
from extery_site.project.problems import http_status
from extery_site.quotas.client_address import client_address
from extery_site.sets import entries
from extery_site.sets.models import ExtensionSet
from extery_site.sets.queries import own_sets
from extery_site.ui.form_problems import join_messages
from extery_site.ui.row_keys import row_keys


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show the sets of the user, and put the extension into those that are chosen, and out of the others."""
    user = require_signed_in(request.user)
    extension = get_object_or_404(Extension.objects.browsable().with_id(extension_id))
    if request.method != "POST" and extension.extension_id != extension_id:
        return redirect("sets:add", extension.extension_id, permanent=True)
    sets = own_sets(user, extension)
    if not sets:
        return _new(extension)
    status = 200
    if request.method == "POST":
        # Only sets that the page had are changed: another tab may have made a new one.
        shown = row_keys(request.POST.getlist("shown"), maximum=len(sets))
        chosen = row_keys(request.POST.getlist("chosen"), maximum=len(sets))
        try:
            changed = _change(request, extension, [one for one in sets if one.pk in shown], chosen)
        except ExteryError as error:
            messages.error(request, join_messages(error))
            status, sets = http_status(error), own_sets(user, extension)
        else:
            messages.success(request, _text(changed))
            return redirect(extension)
    context = {"extension": extension, "sets": sets}
    return render(request, "sets/add.html", context, status=status)


def _change(
    request: HttpRequest,
    extension: Extension,
    sets: Collection[ExtensionSet],
    chosen: Collection[int],
) -> int:
    """Add and remove the extension; return the number of sets that changed."""
    changed = 0
    for set_ in sets:
        set_.owner = request.user  # type: ignore[assignment]
        has_it, wants_it = bool(set_.has_it), set_.pk in chosen  # type: ignore[attr-defined]
        if wants_it and not has_it:
            entries.add_extension(
                set_=set_,
                by=request.user,
                extension_id=extension.extension_id,
                address=client_address(request),
            )
        elif has_it and not wants_it:
            entries.remove_extension(
                set_=set_, by=request.user, extension_id=extension.extension_id
            )
        changed += has_it != wants_it
    return changed


def _text(changed: int) -> str:
    if not changed:
        return "Nothing was changed."
    return "1 set is changed." if changed == 1 else f"{changed} sets are changed."


def _new(extension: Extension) -> HttpResponse:
    response = redirect("sets:new")
    response["Location"] += f"?extension={extension.extension_id}"
    return response
