"""Public pages of sets: the list, one set, and its listing for Blender; following."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from extery.core.errors import ExteryError, NotFound
from extery_site.accounts.permissions import may_moderate
from extery_site.catalog.models import Extension
from extery_site.notify.actions import is_following, mark_subject_read
from extery_site.sets import following
from extery_site.sets.actions import find_set
from extery_site.sets.contents import page_rows
from extery_site.sets.forms import ListForm
from extery_site.sets.hiding import may_hide
from extery_site.sets.listing import set_listing
from extery_site.sets.models import ExtensionSet
from extery_site.sets.queries import cards_with_keys, find_sets
from extery_site.ui.form_problems import join_messages

PAGE_SIZE = 24


@require_safe
def set_list(request: HttpRequest) -> HttpResponse:
    """List public sets: all, those that a search finds, or those with an extension."""
    form = ListForm(request.GET)
    is_valid = form.is_valid()
    text = form.cleaned_data.get("q", "") if is_valid else ""
    extension = None
    if with_id := request.GET.get("extension", "")[:200]:
        extension = get_object_or_404(Extension.objects.browsable().with_id(with_id))
    order = form.cleaned_data.get("sort", "") if is_valid else ""
    found = find_sets(text=text, order=order, extension=extension)
    paginator = Paginator(found.values_list("pk", flat=True), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "extension": extension,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "cards": cards_with_keys(list(page)),
        "text": text,
    }
    return render(request, "sets/list.html", context, status=200 if is_valid else 400)


@require_safe
def page(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """Show a set; a Blender that subscribes to the address of the page gets the listing."""
    if request.headers.get("Accept") == "application/json":
        return listing(request, owner, name)
    set_ = visible_set(request, owner, name)
    if (set_.owner.username, set_.name) != (owner, name):
        return redirect(set_, permanent=True)
    mark_subject_read(request.user, set_.key)
    rows = page_rows(set_, request)
    moderates = may_moderate(request.user)
    context = {
        "set": set_,
        "rows": rows.shown,
        "left_out": rows.left_out,
        "drag": rows.drag,
        "page": rows.page,
        "pages": rows.pages,
        "is_owner": set_.is_owned_by(request.user),
        "may_hide": moderates and may_hide(request.user, set_),
        "is_following": is_following(request.user, set_.key),
    }
    response = render(request, "sets/page.html", context)
    patch_vary_headers(response, ["Accept"])
    return response


@require_safe
def listing(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """Return the listing of a set, which Blender subscribes to."""
    return set_listing(request, owner, name)


@login_required
@require_POST
def follow(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """Follow or unfollow a set, and return to its page."""
    set_ = visible_set(request, owner, name)
    actions = {
        "follow": (following.follow_set, "You follow it: you are notified of new extensions."),
        "unfollow": (following.unfollow_set, "You do not follow it any more."),
    }
    step = request.POST.get("step", "")
    if step not in actions:
        raise Http404("Unknown action.")
    action, text = actions[step]
    try:
        action(set_=set_, by=request.user)
    except ExteryError as error:
        messages.error(request, join_messages(error))
    else:
        messages.success(request, text)
    return redirect(set_)


def visible_set(request: HttpRequest, owner: str, name: str) -> ExtensionSet:
    """Return a set that the user of the request sees, or respond with 404."""
    try:
        return find_set(owner, name, request.user)
    except NotFound as error:
        raise Http404(str(error)) from error
