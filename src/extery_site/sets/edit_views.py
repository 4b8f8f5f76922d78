"""Pages of users for their own sets: create, change, order, delete; and hiding for moderators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from extery.core.errors import ExteryError, Refused
from extery_site.accounts.permissions import require_moderator, require_signed_in
from extery_site.quotas.client_address import client_address
from extery_site.sets import actions, entries, hiding
from extery_site.sets.contents import edit_rows
from extery_site.sets.forms import HideForm, NewSetForm, SetForm, Visibility
from extery_site.sets.models import ExtensionSet
from extery_site.sets.queries import cards_with_keys
from extery_site.sets.views import visible_set
from extery_site.ui.form_problems import join_messages
from extery_site.ui.row_keys import row_key
from extery_site.ui.submission import submit

FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List the sets of the signed-in user, also those that no list has."""
    user = require_signed_in(request.user)
    keys = user.sets.by_title().values_list("pk", flat=True)
    return render(request, "sets/mine.html", {"cards": cards_with_keys(list(keys))})


@login_required
@require_http_methods(FORM_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """Create a set, with the extension that the query names."""
    require_signed_in(request.user)
    extension_id = request.GET.get("extension", "")[:200]
    form = NewSetForm(request.POST or None)

    def perform() -> ExtensionSet:
        data, address = form.cleaned_data, client_address(request)
        if extension_id:
            entries.find_addable(extension_id, request.user)
        set_ = actions.create_set(
            by=request.user,
            title=data["title"],
            description=data["description"],
            visibility=Visibility(data["visibility"]),
            name=data["name"].strip(),
            address=address,
        )
        if extension_id:
            entries.add_extension(
                set_=set_, by=request.user, extension_id=extension_id, address=address
            )
        return set_

    submission = submit(request, form, perform)
    if submission.result is not None:
        text = (
            "Set created." if extension_id else "Set created. Now add extensions from their pages."
        )
        messages.success(request, text)
        return redirect(submission.result)
    return submission.render("sets/new.html", {"extension_id": extension_id})


@login_required
@require_http_methods(FORM_METHODS)
def edit(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """Change the texts of a set; the list of its entries has forms of its own."""
    set_ = own_set(request, owner, name)
    initial = {name: getattr(set_, name) for name in ("title", "description", "visibility")}
    form = SetForm(request.POST or None, initial=initial)

    def perform() -> ExtensionSet:
        data = form.cleaned_data
        return actions.change_set(
            set_=set_,
            by=request.user,
            title=data["title"],
            description=data["description"],
            visibility=Visibility(data["visibility"]),
            address=client_address(request),
        )

    submission = submit(request, form, perform)
    if submission.result is not None:
        messages.success(request, "Saved.")
        return redirect(set_.get_edit_url())
    return submission.render("sets/edit.html", _edit_context(request, set_))


def _edit_context(request: HttpRequest, set_: ExtensionSet) -> dict[str, Any]:
    return {"set": set_, "rows": edit_rows(set_, request.user)}


@login_required
@require_POST
def change_entries(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """Move, change or remove an entry, or order all, and return to the page for changes."""
    set_ = own_set(request, owner, name)
    chosen = request.POST.get("extension", "")[:200]
    try:
        anchor = _change_entries(request, set_, chosen)
    except ExteryError as error:
        messages.error(request, join_messages(error))
        anchor = chosen
    return redirect(f"{set_.get_edit_url()}#entry-{anchor}" if anchor else set_.get_edit_url())


def _change_entries(request: HttpRequest, set_: ExtensionSet, chosen: str) -> str:
    """Perform the step of a form; returns the id of the entry to show."""
    common: dict[str, Any] = {"set_": set_, "by": request.user}
    data = request.POST
    match data.get("step", ""):
        case "up" | "down" as direction:
            entries.move_extension(**common, extension_id=chosen, direction=direction)
        case "save":
            entries.change_entry(
                **common,
                extension_id=chosen,
                note=data.get("note", ""),
                version=data.get("version", ""),
                address=client_address(request),
            )
            messages.success(request, "Saved.")
        case "remove":
            if chosen:
                entries.remove_extension(**common, extension_id=chosen)
            else:
                entries.remove_entry(**common, entry=row_key(data.get("entry", "")))
            messages.success(request, "Removed from the set.")
            return ""
        case "order":
            revision = data.get("revision", "")
            entries.order_extensions(
                **common,
                extension_ids=data.get("order", "").split(),
                # Without a number, nothing is known about what the order was made from.
                revision=int(revision) if revision.isdecimal() and len(revision) < 19 else -1,
            )
        case _:
            raise Http404("Unknown action.")
    return chosen


@login_required
@require_http_methods(FORM_METHODS)
def delete(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """Ask whether to delete a set, and delete it."""
    set_ = own_set(request, owner, name)
    if request.method == "POST":
        try:
            actions.delete_set(set_=set_, by=request.user)
        except ExteryError as error:
            messages.error(request, join_messages(error))
            return redirect(set_)
        messages.success(request, f"The set “{set_.title}” is deleted.")
        return redirect("sets:mine")
    return render(request, "sets/delete.html", {"set": set_})


@login_required
@require_http_methods(FORM_METHODS)
def hide(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """Hide a set as a moderator, or show a hidden one again."""
    require_moderator(request.user)
    set_ = visible_set(request, owner, name)
    is_show = request.POST.get("step") == "show"
    if is_show:
        try:
            hiding.show_set(set_=set_, by=request.user)
        except ExteryError as error:
            messages.error(request, join_messages(error))
        else:
            messages.success(request, "The set is shown again.")
        return redirect(set_)
    form = HideForm(request.POST or None, initial={"reason": set_.hidden_reason})

    def perform() -> ExtensionSet:
        reason = form.cleaned_data["reason"]
        return hiding.hide_set(set_=set_, by=request.user, reason=reason)

    submission = submit(request, form, perform)
    if submission.result is not None:
        messages.success(request, "The set is hidden.")
        return redirect(set_)
    context = {"set": set_, "may_hide": hiding.may_hide(request.user, set_)}
    return submission.render("sets/hide.html", context)


def own_set(request: HttpRequest, owner: str, name: str) -> ExtensionSet:
    """Return a set of the user; 404 for one that the user cannot see, and `Refused` for one of another user."""
    set_ = visible_set(request, owner, name)
    if not set_.is_owned_by(request.user):
        raise Refused.of("set.not-owner", title=set_.title, owner=set_.owner.username)
    return set_
