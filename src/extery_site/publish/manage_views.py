"""Pages on which owners manage an extension: hide, deprecate, hand over, delete, restore."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import may_moderate, require_user
from extery_site.catalog.models import Extension, Handover
from extery_site.project.problems import add_retry_after, http_status
from extery_site.publish import handover
from extery_site.publish.manage_actions import MANAGE_ACTIONS, ManageAction, effects_of
from extery_site.publish.manage_forms import RefuseForm
from extery_site.quotas.usage import format_time
from extery_site.ui.form_problems import add_problems, join_messages

FORM_METHODS = ["GET", "HEAD", "POST"]


def _managed_or_404(
    request: HttpRequest, extension_id: str, *, by_moderator: bool = False
) -> Extension:
    user = require_user(request.user)
    extensions = Extension.objects.select_related("image", "newest_version", "replacement")
    if not (by_moderator and may_moderate(user)):
        extensions = extensions.filter(owner=user)
    return get_object_or_404(extensions.with_id(extension_id))


@login_required
@require_safe
def manage(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show what the owner of an extension can do with it."""
    extension = _managed_or_404(request, extension_id)
    context = {"extension": extension, "offer": handover.open_offer(extension)}
    return render(request, "publish/manage.html", context)


@login_required
@require_http_methods(FORM_METHODS)
def act(request: HttpRequest, extension_id: str, action: str) -> HttpResponse:
    """Show what an action does, and perform it."""
    if action not in MANAGE_ACTIONS:
        raise Http404("Unknown action.")
    chosen = MANAGE_ACTIONS[action]
    extension = _managed_or_404(request, extension_id, by_moderator=chosen.for_moderators)
    form = chosen.form(request.POST or None)
    status, problem = 200, None
    if request.method == "POST":
        # A form without fields is not bound to an empty POST.
        if form.fields and not form.is_valid():
            status = 422
        else:
            try:
                data = form.cleaned_data if form.fields else {}
                changed = chosen.perform(request, extension, data)
            except ExteryError as error:
                if not form.fields:
                    messages.error(request, join_messages(error))
                    return redirect(_page_after(request, extension))
                add_problems(form, error)
                status, problem = http_status(error), error
            else:
                messages.success(request, _done(chosen, extension, changed))
                return redirect(_page_after(request, changed))
    context = {
        "extension": extension,
        "action": chosen,
        "effects": effects_of(action, extension),
        "form": form,
        "back": _page_after(request, extension),
    }
    response = render(request, "publish/confirm.html", context, status=status)
    return add_retry_after(response, problem)


def _page_after(request: HttpRequest, extension: Extension | None) -> str:
    if extension is None:
        return reverse("publish:mine")
    if not extension.is_owned_by(request.user):
        return extension.get_absolute_url()
    return reverse("publish:manage", args=[extension.extension_id])


def _done(action: ManageAction, extension: Extension, changed: Extension | None) -> str:
    if changed is not None and changed.delete_at is not None and not action.done:
        return f"{extension.name} will be deleted on {format_time(changed.delete_at)}."
    return f"{extension.name} {action.done or 'is deleted.'}"


@login_required
@require_POST
def withdraw_offer(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Withdraw the open offer of an extension."""
    extension = _managed_or_404(request, extension_id)
    offer = handover.open_offer(extension)
    try:
        if offer is None:
            raise Http404("No open offer.")
        handover.withdraw(handover=offer, by=request.user)
    except ExteryError as error:
        messages.error(request, join_messages(error))
    else:
        messages.success(request, f"The offer of {extension.name} is withdrawn.")
    return redirect("publish:manage", extension.extension_id)


@login_required
@require_http_methods(FORM_METHODS)
def answer_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an offer to its recipient, who accepts or refuses it."""
    offers = Handover.objects.select_related("extension__image", "extension__owner", "offered_by")
    offer = get_object_or_404(offers, pk=pk, offered_to=require_user(request.user))
    form = RefuseForm(request.POST or None)
    status = 200
    if request.method == "POST":
        step = request.POST.get("step")
        if step not in ("accept", "refuse"):
            raise Http404("Unknown action.")
        if not form.is_valid():
            status = 422
        else:
            try:
                if step == "accept":
                    handover.accept(handover=offer, by=request.user)
                    messages.success(request, f"{offer.extension.name} is yours now.")
                    return redirect("publish:manage", offer.extension.extension_id)
                handover.refuse(handover=offer, by=request.user, **form.cleaned_data)
                messages.success(request, f"You refused {offer.extension.name}.")
                return redirect("publish:mine")
            except ExteryError as error:
                add_problems(form, error)
                status = http_status(error)
    context = {"offer": offer, "extension": offer.extension, "form": form}
    return render(request, "publish/offer.html", context, status=status)
