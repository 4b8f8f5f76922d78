"""The page on which moderators suspend a user, or lift a suspension."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from extery_site.accounts.models import User
from extery_site.accounts.permissions import require_moderator
from extery_site.accounts.suspensions import current_suspension, lift_suspension, suspend_user
from extery_site.reports import notifications
from extery_site.reports.forms import LiftForm, SuspensionForm
from extery_site.ui.submission import submit


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def suspension(request: HttpRequest, username: str) -> HttpResponse:
    """Suspend a user, or lift the suspension; show the earlier ones."""
    moderator = require_moderator(request.user)
    person = get_object_or_404(User, username__iexact=username)
    current = current_suspension(person)
    form: Form = (LiftForm if current else SuspensionForm)(request.POST or None)
    if request.method == "POST":
        lifts = request.POST.get("step") == "lift"
        form = LiftForm(request.POST) if lifts else SuspensionForm(request.POST)

    @transaction.atomic
    def perform() -> str:
        reason = form.cleaned_data["reason"]
        if isinstance(form, SuspensionForm):
            made = suspend_user(user=person, by=moderator, reason=reason, ends_at=form.ends_at())
            notifications.suspended(made)
            return "The account is suspended."
        notifications.suspension_lifted(lift_suspension(user=person, by=moderator, reason=reason))
        return "The suspension is lifted."

    submission = submit(request, form, perform)
    if submission.result is not None:
        messages.success(request, submission.result)
        return redirect("reports:suspension", person.username)
    context = {
        "person": person,
        "current": current,
        "is_excluded": person.can_moderate or person.pk == moderator.pk,
        "suspensions": person.suspensions.select_related("by", "lifted_by")[:20],
    }
    return submission.render("reports/suspension.html", context)
