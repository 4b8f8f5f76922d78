"""The review queue, which is public; moderators claim versions in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from extery.core.errors import Conflict, ExteryError
from extery_site.accounts.permissions import may_moderate, require_moderator
from extery_site.catalog.models import Version
from extery_site.moderation import bulk, claims, queue_list, queues
from extery_site.moderation.figures import queue_figures
from extery_site.moderation.next_version import claim_next
from extery_site.moderation.queue_follow import SUBSCRIBING, subscribe
from extery_site.moderation.queue_list import QueueFilter
from extery_site.moderation.queue_rows import make_rows
from extery_site.moderation.review_context import tab_url
from extery_site.moderation.undo import UNDO_TIME
from extery_site.moderation.waiting import format_duration
from extery_site.ui.form_problems import sentence

PAGE_SIZE = 24
_UNDO = "queue_undo"


@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """Show the versions in the queue, or recent decisions; claim and release versions."""
    if request.method == "POST":
        return _change(request)
    now = timezone.now()
    try:
        wanted = QueueFilter.of(request.GET, request.user)
    except ExteryError as error:
        raise Http404("Unknown list.") from error
    counts = queue_list.count_tabs(request.user, now)
    if wanted.tab == "decided":
        keys = queues.decided().values_list("pk", flat=True)
        page: Any = Paginator(keys, PAGE_SIZE).get_page(request.GET.get("page"))
        context: dict[str, Any] = {"decisions": queues.read_decisions(page)}
    else:
        entries = queue_list.list_entries(wanted, request.user, now)
        paginator = Paginator(entries, wanted.rows)
        if not wanted.is_filtered:
            paginator.count = counts.by_tab[wanted.tab]  # spares a query
        page = paginator.get_page(request.GET.get("page"))
        can_follow = request.user.is_authenticated and not wanted.is_staff
        context = {
            "rows": make_rows(page, wanted, request.user, now),
            "columns": _columns(wanted, can_follow=can_follow),
            "can_follow": can_follow,
        }
    context |= {
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "filter": wanted,
        "tabs": _tabs(wanted, counts.by_tab),
        "counts": counts.by_tab,
        "open": counts.by_tab[""],
        "oldest": "" if counts.oldest is None else format_duration(counts.oldest),
        "figures": queue_figures(request.user, now),
        "choices": _choices(wanted),
        "undo": _current_undo(request, now),
    }
    return render(request, "moderation/queue.html", context)


def _tabs(wanted: QueueFilter, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "url": QueueFilter(wanted.is_staff, tab=name, rows=wanted.rows).url(),
            "count": counts.get(name),
            "is_current": name == wanted.tab,
        }
        for name, title in queue_list.TABS.items()
        if wanted.is_staff or name not in queue_list.STAFF_TABS
    ]


def _columns(wanted: QueueFilter, *, can_follow: bool) -> list[dict[str, str]]:
    """Return the columns of the table with the addresses that sort by them."""
    titles = [
        ("risk", "Risk", "risk") if wanted.is_staff else ("place", "Place", "place"),
        ("name", "Extension", "name"),
        ("flags", "Flags" if wanted.is_staff else "Asks for", ""),
        ("change", "Change", "change"),
        ("state", "State", ""),
        ("us", "With us", "us"),
        ("author", "Author", "author"),
        ("who", "Who", "") if wanted.is_staff else ("comments", "Comments", ""),
    ]
    if can_follow:
        titles.append(("follow", "Follow", ""))
    return [
        {
            "class": css_class,
            "title": title,
            "url": wanted.sort_url(sort) if sort else "",
            "sorted": wanted.is_sorted_by(sort) if sort else "",
        }
        for css_class, title, sort in titles
    ]


def _choices(wanted: QueueFilter) -> dict[str, Any]:
    """Return the fields of the filter form: label, choices and value by name."""
    sorts = {
        name: title
        for name, title in queue_list.SORTS.items()
        if wanted.is_staff or name not in queue_list.STAFF_SORTS
    }
    fields = {
        "type": ("Type", queue_list.TYPES, wanted.type),
        "kind": ("First versions or updates", queue_list.KINDS, wanted.kind),
        "flag": ("Flag", queue_list.FLAGS, wanted.flag),
        "who": ("Claimed by", queue_list.WHO, wanted.who),
    }
    if not wanted.is_staff:
        del fields["flag"], fields["who"]
    return {"fields": fields, "sorts": sorts}


def _change(request: HttpRequest) -> HttpResponse:
    """Claim, release or follow a version, take the next one, or undo; return to the list."""
    post = request.POST
    for step in SUBSCRIBING:
        if step in post:
            followed = subscribe(request, step)
            return redirect(_list_url(post) + (f"#entry-{followed.pk}" if followed else ""))
    moderator = require_moderator(request.user)
    if "next" in post:
        claim = claim_next(by=moderator)
        if claim is not None:
            # Of an update, what changed is read first.
            is_update = claim.version.extension.newest_version_id is not None
            return redirect(tab_url(claim.version, "changes" if is_update else "version"))
        messages.info(request, "Nothing is left to take: every version in review is claimed.")
        return redirect(_list_url(post))
    if "undo" in post:
        _undo(request)
        return redirect(_list_url(post))
    for step, action in _STEPS.items():
        if step in post:
            version = _find_version(post[step])
            try:
                action(version=version, by=moderator)
            except Conflict as error:
                messages.warning(request, " ".join(map(sentence, error.problems)))
            return redirect(f"{_list_url(post)}#entry-{version.pk}")
    raise Http404("Unknown action.")


_STEPS: dict[str, Any] = {
    "claim": claims.claim,
    "release": claims.release,
}


def _find_version(key: str) -> Version:
    """Return the version that a button names; raises `Http404` if it was deleted."""
    found = bulk.find_chosen([key])
    if not found:
        raise Http404("No such version in the queue.")
    return found[0].version


def _list_url(post: QueryDict) -> str:
    """Return the address of the list that a form was on: ``back`` is its query."""
    query = QueryDict(post.get("back", "")[:2000]).urlencode()
    return reverse("moderation:queue") + (f"?{query}" if query else "")


@require_http_methods(["GET", "HEAD", "POST"])
def chosen(request: HttpRequest) -> HttpResponse:
    """Show what a step with the chosen versions would do, and do it."""
    moderator = require_moderator(request.user)
    data = request.POST if request.method == "POST" else request.GET
    step = data.get("step", "")
    if step not in bulk.STEPS:
        raise Http404("Unknown step.")
    choices = bulk.preview(step, bulk.find_chosen(data.getlist("chosen")), moderator)
    if not choices:
        messages.info(request, "Choose at least one version.")
        return redirect(_list_url(data))
    reason, status, problem = data.get("reason", "").strip(), 200, ""
    if request.method == "POST":
        if step not in bulk.WITH_REASON or reason:
            _perform(request, step, choices, reason)
            return redirect(_list_url(data))
        status, problem = 422, _REASON_MISSING[step]
    possible = [choice for choice in choices if choice.is_possible]
    context = {
        "step": step,
        "needs_reason": step in bulk.WITH_REASON,
        "verb": bulk.STEPS[step],
        "choices": choices,
        "possible": possible,
        "owners": {choice.version.extension.owner for choice in possible},
        "downloads": sum(choice.version.extension.download_count for choice in possible),
        "reason": reason,
        "problem": problem,
        "back": data.get("back", "")[:2000],
        "back_url": _list_url(data),
    }
    return render(request, "moderation/chosen.html", context, status=status)


def _perform(request: HttpRequest, step: str, choices: list[bulk.Choice], reason: str) -> None:
    """Do a step, and report what was done and what was not."""
    moderator = require_moderator(request.user)
    packages = {
        choice.version.pk: request.POST.getlist(f"package-{choice.version.pk}")
        for choice in choices
    }
    start = timezone.now()
    result = bulk.perform(step, choices, by=moderator, reason=reason, packages=packages)
    if result.done:
        number = len(result.done)
        text = f"{number} version{'' if number == 1 else 's'} {_DONE[step]}"
        if step == "approve":
            keys = [version.pk for version in result.done]
            approved = Version.objects.filter(pk__in=keys)
            later = approved.filter(status=Version.Status.COOLING_DOWN).count()
            text += f" {later} become public later." if later else " They are in the listing."
        messages.success(request, text)
        request.session[_UNDO] = {
            "step": step,
            "keys": [version.pk for version in result.done],
            "time": start.timestamp(),
        }
    for error in result.errors:
        messages.warning(request, " ".join(map(sentence, error.problems)))
    if left_out := [choice for choice in choices if not choice.is_possible]:
        names = ", ".join(f"{one.version} ({one.reason.lower()})" for one in left_out)
        messages.info(request, f"Left out: {names}.")


_DONE = {
    "claim": "claimed.",
    "approve": "approved.",
    "request_changes": "returned to their authors, with your message.",
    "hold": "put on hold.",
}
_REASON_MISSING = {
    "request_changes": "Describe what is wrong and how to fix it.",
    "hold": "Write why they are put on hold.",
}


def _current_undo(request: HttpRequest, now: datetime) -> dict[str, Any] | None:
    """Return the step that can still be undone, with the time that is left."""
    stored = request.session.get(_UNDO) if may_moderate(request.user) else None
    if not stored:
        return None
    left = int(stored["time"] + UNDO_TIME.total_seconds() - now.timestamp())
    if left <= 0:
        return None
    done = _DONE[stored["step"]]
    return {
        **stored,
        "done": done,
        "number": len(stored["keys"]),
        "left": f"{left // 60}:{left % 60:02}",
    }


def _undo(request: HttpRequest) -> None:
    moderator = require_moderator(request.user)
    stored = _current_undo(request, timezone.now())
    request.session.pop(_UNDO, None)
    if stored is None:
        messages.info(request, "There is nothing left to undo.")
        return
    since = datetime.fromtimestamp(stored["time"], tz=timezone.get_current_timezone())
    result = bulk.undo(stored["step"], stored["keys"], by=moderator, since=since)
    if number := len(result.done):
        versions = "1 version is" if number == 1 else f"{number} versions are"
        state = "released again" if stored["step"] == "claim" else "in the queue again"
        messages.success(request, f"{versions} {state}.")
    elif not result.errors:
        messages.info(request, "There is nothing left to undo.")
    for error in result.errors:
        messages.warning(request, " ".join(map(sentence, error.problems)))
