"""Account settings: profile, API tokens and colour theme."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from extery.core.errors import ExteryError
from extery_site.accounts import actions
from extery_site.accounts.forms import ProfileForm, TokenForm
from extery_site.accounts.models import ApiToken
from extery_site.accounts.permissions import require_signed_in, require_user
from extery_site.accounts.profiles import find_hidden, save_profile
from extery_site.project.problems import add_retry_after, http_status
from extery_site.quotas.client_address import client_address
from extery_site.ui import appearance
from extery_site.ui.form_problems import add_problems


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Edit the public profile."""
    person = require_signed_in(request.user)
    hidden = find_hidden(person)
    initial = {}
    if hidden is not None:
        initial = {"full_name": hidden.current_full_name, "about": hidden.current_about}
    form = ProfileForm(request.POST or None, instance=person, initial=initial)
    if request.method == "POST":
        require_user(person)
    if request.method == "POST" and form.is_valid():
        save_profile(user=person, **form.cleaned_data)
        messages.success(request, "Profile saved.")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form, "hidden": hidden})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List API tokens and create one; its secret is shown in this response only."""
    form = TokenForm(request.POST or None)
    new = secret = problem = None
    if request.method == "POST" and form.is_valid():
        try:
            new, secret = actions.create_token(
                user=request.user,
                name=form.cleaned_data["name"],
                expires_at=form.expires_at(),
                address=client_address(request),
            )
        except ExteryError as error:
            problem = error
            add_problems(form, error)
        else:
            form = TokenForm()
    context = {
        "form": form,
        "new": new,
        "secret": secret,
        "tokens": ApiToken.objects.filter(
            Q(revoked_at=None) | Q(ended_with_password=True), user=require_signed_in(request.user)
        ),
    }
    status = 200 if problem is None else http_status(problem)
    response = render(request, "accounts/tokens.html", context, status=status)
    return add_retry_after(response, problem)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke an API token of the signed-in user."""
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    actions.revoke_token(token=token, by=request.user)
    messages.success(request, f"The token “{token.name}” is revoked.")
    return redirect("accounts:tokens")


@csrf_exempt
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Store the colour theme in a cookie and redirect to ``next``.

    Without a CSRF token: the form is part of every page, and anonymous pages set no cookie.
    """
    next_url = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        next_url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        next_url = "/"
    response = HttpResponseRedirect(next_url)
    appearance.set_theme_cookie(response, request.POST.get("appearance", ""))
    return response
