"""The feed of notifications, and the page where users choose which ones they receive."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from extery_site.accounts.permissions import require_user
from extery_site.notify import actions, feed, preferences, stop_links
from extery_site.notify.forms import MailForm
from extery_site.notify.kind import Group
from extery_site.notify.kinds import kinds_for
from extery_site.notify.models import FeedEntry, Subscription
from extery_site.ui.row_keys import row_key


@login_required
@require_safe
def show_feed(request: HttpRequest) -> HttpResponse:
    """List the notifications of the signed-in user."""
    user = require_user(request.user)
    tabs = feed.tabs_of(user)
    name = request.GET.get("show", "all")
    tab = next((tab for tab in tabs if tab.name == name), None)
    if tab is None:
        raise Http404("Unknown list.")
    # First, so that what arrives in the meantime is not marked as read.
    newest = feed.newest_notification(user)
    paginator = Paginator(tab.select(FeedEntry.objects.of_user(user)), feed.PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "tabs": tabs,
        "tab": tab,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "days": feed.by_day(feed.rows_of(list(page))),
        "unread": feed.count_unread(user),
        "asked": feed.count_asked(user),
        "newest": newest,
        "marked": row_key(request.GET.get("marked", "")),
    }
    return render(request, "notify/feed.html", context)


@login_required
@never_cache
@require_safe
def open_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a row of the feed as read and go to its page."""
    entry = actions.mark_read(request.user, pk)
    newest = entry.notifications.filter(on_site=True).first()
    return redirect(newest.url if newest else entry.url)


@login_required
@require_POST
def read_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a row of the feed as read and return to the feed."""
    actions.mark_read(request.user, pk)
    return _back_to_feed(request)


@login_required
@require_POST
def mute_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Mute the subject of a row of the feed."""
    entry = get_object_or_404(FeedEntry, pk=pk, user=request.user)
    actions.mute(request.user, entry.subject)
    actions.mark_subject_read(request.user, entry.key)
    messages.success(
        request, f"“{entry.title}” is muted. You can unmute it in the notification settings."
    )
    return _back_to_feed(request)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark what was in the feed when the page was made as read."""
    up_to = row_key(request.POST.get("up_to", ""))
    number = actions.mark_all_read(request.user, up_to=up_to) if up_to else 0
    return _back_to_feed(request, **({"marked": up_to} if number else {}))


@login_required
@require_POST
def undo_read_all(request: HttpRequest) -> HttpResponse:
    """Mark as unread again what `read_all` marked."""
    if up_to := row_key(request.POST.get("up_to", "")):
        actions.undo_mark_all(request.user, up_to=up_to)
    return _back_to_feed(request)


def _back_to_feed(request: HttpRequest, **query: Any) -> HttpResponse:
    tab = request.POST.get("show", "")
    if tab in feed.TABS and tab != "all":
        query["show"] = tab
    if (page := row_key(request.POST.get("page", ""))) > 1:
        query["page"] = page
    return redirect(reverse("notify:feed") + (f"?{urlencode(query)}" if query else ""))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Choose the channels of every kind, and when e-mails are sent."""
    user = require_user(request.user)
    kinds = kinds_for(staff=user.can_moderate)
    stored = preferences.mail_settings_of(user)
    form = MailForm(request.POST) if request.method == "POST" else MailForm.of(stored)
    status = 200
    if request.method == "POST":
        if request.POST.get("step") == "reset":
            preferences.reset_preferences(user)
            messages.success(request, "You have the settings of a new account now.")
            return redirect("notify:settings")
        if form.is_valid():
            preferences.save_preferences(
                user,
                form.chosen_channels(kinds),
                paused=form.cleaned_data["paused"],
                daily_hour=int(form.cleaned_data["daily_hour"]),
            )
            messages.success(request, "Saved. You are never notified about what you do yourself.")
            return redirect("notify:settings")
        status = 422
    channels = preferences.channels_by_kind(user)
    context = {
        "form": form,
        "groups": [
            (group, [(kind, channels[kind.name]) for kind in kinds if kind.group is group])
            for group in Group
            if any(kind.group is group for kind in kinds)
        ],
        "mail_settings": stored,
        "sends_mail": preferences.sends_mail(),
        "muted": Subscription.objects.filter(user=user, state=Subscription.State.MUTED).order_by(
            "title", "pk"
        ),
        "followed": Subscription.objects.filter(
            user=user, state=Subscription.State.FOLLOWED
        ).order_by("title", "pk"),
    }
    return render(request, "notify/settings.html", context, status=status)


@login_required
@require_POST
def end_subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """Unmute or unfollow a subject."""
    row = get_object_or_404(Subscription, pk=pk, user=request.user)
    if row.state == Subscription.State.MUTED:
        actions.unmute(request.user, row.key)
        messages.success(request, f"“{row.title}” is not muted any more.")
    else:
        actions.unfollow(request.user, actions.Subject(row.key, row.title, row.url))
        messages.success(request, f"You do not follow “{row.title}” any more.")
    return redirect("notify:settings")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop e-mails by the link in one of them, without sign-in; only POST changes something.

    Without a CSRF token: mail programs send the POST (RFC 8058), and the signed link is the proof.
    """
    link = stop_links.read_link(token)
    stopped = request.method == "POST"
    everything = request.POST.get("stop") == "all"
    if stopped:
        stop_links.stop(link, everything=everything)
    context = {"link": link, "stopped": stopped, "everything": everything}
    return render(request, "notify/stop.html", context)
