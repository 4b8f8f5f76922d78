"""The page on which moderators keep their saved replies."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError, NotFound
from extery_site.accounts.permissions import require_moderator
from extery_site.moderation.forms import ReplyForm
from extery_site.moderation.models import SavedReply
from extery_site.moderation.replies import PLACEHOLDERS, delete_reply, save_reply
from extery_site.project.problems import http_status
from extery_site.ui.form_problems import add_problems
from extery_site.ui.row_keys import row_key


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def replies(request: HttpRequest) -> HttpResponse:
    """List the saved replies; add, change and delete them."""
    require_moderator(request.user)
    number = request.GET.get("edit", "")
    edited = None
    if number:
        edited = SavedReply.objects.filter(pk=row_key(number)).first()
        if edited is None:
            raise NotFound.of("request.not-found", variant="reply")
    initial = {"title": edited.title, "text": edited.text} if edited else None
    form, status = ReplyForm(request.POST or None, initial=initial), 200
    if request.method == "POST":
        try:
            if request.POST.get("step") == "delete":
                if edited:
                    delete_reply(by=request.user, reply=edited)
                messages.success(request, "The saved reply is deleted.")
                return redirect("moderation:replies")
            if form.is_valid():
                save_reply(by=request.user, reply=edited, **form.cleaned_data)
                messages.success(request, "Saved.")
                return redirect("moderation:replies")
            status = 422
        except ExteryError as error:
            add_problems(form, error)
            status = http_status(error)
    context = {
        "form": form,
        "edited": edited,
        "replies": SavedReply.objects.select_related("changed_by"),
        "placeholders": PLACEHOLDERS.items(),
    }
    return render(request, "moderation/replies.html", context, status=status)
