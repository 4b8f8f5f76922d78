"""The page on which moderators hide the name and text of a profile, and answer changes of its user."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from extery_site.accounts import profiles
from extery_site.accounts.models import User
from extery_site.accounts.permissions import require_moderator
from extery_site.notify.actions import mark_subject_read
from extery_site.reports.forms import HidingForm
from extery_site.reports.profile_notifications import waiting_key
from extery_site.ui.submission import submit


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, username: str) -> HttpResponse:
    """Hide the name and text of a user; show them again, or refuse what the user wrote since."""
    moderator = require_moderator(request.user)
    person = get_object_or_404(User, username__iexact=username)
    mark_subject_read(moderator, waiting_key(person))
    step = request.POST.get("step", "")
    form: Form = HidingForm(request.POST or None)
    if step == "show":
        form = Form(request.POST)

    def perform() -> str:
        seen = request.POST.get("seen", "")
        if step == "show":
            profiles.show_profile(user=person, by=moderator, seen=seen)
            return "Everyone sees the name and text again."
        reason = form.cleaned_data["reason"]
        if step == "keep":
            profiles.keep_hidden(user=person, by=moderator, reason=reason, seen=seen)
            return "The profile stays hidden."
        profiles.hide_profile(user=person, by=moderator, reason=reason)
        return "The name and text are hidden."

    submission = submit(request, form, perform)
    if submission.result is not None:
        messages.success(request, submission.result)
        return redirect("reports:profile", person.username)
    if isinstance(submission.form, HidingForm):
        reasons, rejected = submission.form, step
    else:
        reasons, rejected = HidingForm(), ""
    # The action may have failed because the profile has changed.
    person.refresh_from_db()
    context = {
        "person": person,
        "hidden": profiles.find_hidden(person),
        "has_text": profiles.has_text(person),
        "reasons": reasons,
        "rejected": rejected,
    }
    return submission.render("reports/profile.html", context)
