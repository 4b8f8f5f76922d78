"""The page of reserved ids, for moderators."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import require_moderator
from extery_site.publish.manage_forms import ReserveForm
from extery_site.publish.models import ReservedId
from extery_site.publish.reserved_ids import free_id, reserve_id
from extery_site.ui.form_problems import join_messages
from extery_site.ui.submission import submit

PAGE_SIZE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reserved_ids(request: HttpRequest) -> HttpResponse:
    """List the reserved ids, and reserve one."""
    require_moderator(request.user)
    form = ReserveForm(request.POST or None)

    def perform() -> ReservedId:
        data = form.cleaned_data
        return reserve_id(extension_id=data["id"], by=request.user, reason=data["reason"])

    submission = submit(request, form, perform)
    if submission.result is not None:
        messages.success(request, f"{submission.result.id_key} is reserved.")
        return redirect("publish:reserved")
    paginator = Paginator(ReservedId.objects.select_related("by"), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "configured": settings.EXTERY_RESERVED_IDS,
    }
    return submission.render("publish/reserved.html", context)


@login_required
@require_POST
def free_reserved_id(request: HttpRequest, pk: int) -> HttpResponse:
    """Let everyone use a reserved id again."""
    require_moderator(request.user)
    reserved = get_object_or_404(ReservedId, pk=pk)
    try:
        free_id(reserved=reserved, by=request.user)
    except ExteryError as error:
        messages.error(request, join_messages(error))
    else:
        messages.success(request, f"{reserved.id_key} can be used again.")
    return redirect("publish:reserved")
