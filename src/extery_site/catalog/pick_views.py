"""The page of editor's picks: everyone reads them, moderators choose them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import may_moderate, require_moderator
from extery_site.catalog.models import EditorsPick, Extension
from extery_site.catalog.models.home import MAX_PICK_TEXT_LENGTH
from extery_site.catalog.picks import MAX_ID_LENGTH, pick_extension, remove_pick
from extery_site.ui.form_problems import join_messages
from extery_site.ui.submission import submit

PAGE_SIZE = 24


class PickForm(forms.Form):
    """An extension, and the sentence about it."""

    extension = forms.CharField(
        label="Id of the extension",
        max_length=MAX_ID_LENGTH,
        help_text="As in its address, such as <code>gear_tool</code>. One that is picked already comes first again.",
    )
    text = forms.CharField(
        label="What it is, and for whom",
        max_length=MAX_PICK_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One or two sentences. The start page quotes them with your name.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def picks(request: HttpRequest) -> HttpResponse:
    """List the picks, the newest first; a moderator adds one."""
    if request.method == "POST":
        require_moderator(request.user)
    initial = {"extension": request.GET.get("extension", "")[:MAX_ID_LENGTH]}
    form = PickForm(request.POST or None, initial=initial)

    def perform() -> EditorsPick:
        data = form.cleaned_data
        return pick_extension(extension_id=data["extension"], by=request.user, text=data["text"])

    submission = submit(request, form, perform)
    if submission.result is not None:
        messages.success(request, f"{submission.result.extension.name} is the first pick now.")
        return redirect("catalog:picks")
    shown = EditorsPick.objects.filter(extension__in=Extension.objects.browsable())
    paginator = Paginator(shown.select_related("by"), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    cards = Extension.objects.browsable().with_cards().in_bulk([pick.extension_id for pick in page])
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "picks": [(pick, cards[pick.extension_id]) for pick in page if pick.extension_id in cards],
        "may_pick": may_moderate(request.user),
    }
    return submission.render("catalog/picks.html", context)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """End the recommendation of an extension."""
    require_moderator(request.user)
    pick = get_object_or_404(EditorsPick.objects.select_related("extension"), pk=pk)
    try:
        remove_pick(pick=pick, by=request.user)
    except ExteryError as error:
        messages.error(request, join_messages(error))
    else:
        messages.success(request, f"{pick.extension.name} is not a pick any more.")
    return redirect("catalog:picks")
