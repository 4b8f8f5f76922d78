"""Following an extension: its followers are notified of new versions and blocks."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from extery.core.errors import ExteryError
from extery_site.catalog.models import Extension
from extery_site.catalog.subjects import extension_subject
from extery_site.notify import actions
from extery_site.ui.form_problems import join_messages


@login_required
@require_POST
def follow(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Follow or unfollow an extension, and return to its page."""
    visible = Extension.objects.visible_to(request.user)
    extension = get_object_or_404(visible.with_id(extension_id))
    subject = extension_subject(extension)
    match request.POST.get("step", ""):
        case "follow":
            try:
                actions.follow(request.user, subject)
            except ExteryError as error:
                messages.error(request, join_messages(error))
            else:
                messages.success(
                    request, "You follow it: you are notified of new versions and blocks."
                )
        case "unfollow":
            actions.unfollow(request.user, subject)
            messages.success(request, "You do not follow it any more.")
        case _:
            raise Http404("Unknown action.")
    return redirect(extension)
