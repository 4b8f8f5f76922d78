"""Searches that users follow: once a day they are notified of new extensions that match.

A search is followed as a subject of `extery_site.notify`, so users see and end it where they end all others. The daily job
looks only at extensions that became public since the last one.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from urllib.parse import urlencode

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from extery.core.errors import Conflict
from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.catalog.forms import BrowseForm, tags_in_use
from extery_site.catalog.models import Extension, FollowedSearchCheck, Tag
from extery_site.notify import actions as notify_actions
from extery_site.notify.actions import Subject
from extery_site.notify.models import Subscription
from extery_site.notify.subject import MAX_URL_LENGTH

#: Searches that a user can follow.
MAX_SEARCHES = 20
#: Names in a notification.
_MAX_NAMES = 5
_KEY = "search "
#: Fields of the form that do not say what is looked for.
_OTHERS = frozenset({"sort", "exact"})


def subject_of(form: BrowseForm) -> Subject | None:
    """Return the subject of the search of a form; ``None`` for all extensions, all of a type, or an invalid value."""
    if not form.is_valid():
        return None
    # Type and tag can be in the path of a page, whose form has no fields for them.
    values = {name: form.data.get(name) for name in ("type", "tag")} | form.cleaned_data
    wanted = {
        name: value for name, value in sorted(values.items()) if value and name not in _OTHERS
    }
    query = urlencode(wanted)
    url = f"{reverse('catalog:browse')}?{query}"
    # All extensions of a type are no search.
    if not wanted.keys() - {"type"} or len(url) > MAX_URL_LENGTH - len("&sort=newest"):
        return None
    whole = form if "type" in form.fields and "tag" in form.fields else form_of(query)
    title = ", ".join(label for _, label in whole.active_filters()) if whole.is_valid() else query
    digest = hashlib.sha256(query.encode()).hexdigest()[:32]
    return Subject(f"{_KEY}{digest}", title[:300], url)


def form_of(query: str, tags: list[Tag] | None = None) -> BrowseForm:
    """Return the form of the query string of a search."""
    data = QueryDict(query).dict()
    return BrowseForm(data, tags=tags_in_use() if tags is None else tags)


def follow(user: AnyUser, subject: Subject) -> None:
    """Follow a search; raises `Conflict` for more than `MAX_SEARCHES`."""
    owner = require_user(user)
    followed = Subscription.objects.filter(
        user=owner, key__startswith=_KEY, state=Subscription.State.FOLLOWED
    ).exclude(key=subject.key)
    if followed.count() >= MAX_SEARCHES:
        raise Conflict.of("notification.too-many-searches", max_number=MAX_SEARCHES)
    notify_actions.follow(owner, subject)


def notify_followers() -> int:
    """Notify those who follow a search of extensions that are new since the last time; return how many searches matched.

    Done in one transaction with the time until which they were compared, so that nothing is sent twice.
    """
    now = timezone.now()
    with transaction.atomic():
        check, is_new = FollowedSearchCheck.objects.select_for_update().get_or_create(
            pk=1, defaults={"until": now}
        )
        number = 0 if is_new else _compare(check.until, now)
        check.until = now
        check.save()
    return number


def _compare(since: datetime, now: datetime) -> int:
    new = Extension.objects.browsable().filter(approved_at__gt=since, approved_at__lte=now)
    keys = list(new.values_list("pk", flat=True))
    if not keys:
        return 0
    followed = Subscription.objects.filter(key__startswith=_KEY, state=Subscription.State.FOLLOWED)
    tags, number = tags_in_use(), 0
    for key, title, url in followed.values_list("key", "title", "url").distinct().order_by("key"):
        if matches := _matches(url, keys, tags):
            number += 1
            newest = max(approved_at for _, approved_at in matches)
            # Not those who followed it when all of these were there.
            earlier = followed.filter(key=key, created_at__lt=newest)
            users = notify_actions.followers_of(key).filter(pk__in=earlier.values("user"))
            notify_actions.notify(
                "search_match",
                to=users,
                subject=Subject(key, title, url),
                text=_text([name for name, _ in matches]),
                url=f"{url}&sort=newest",
            )
    return number


def _matches(url: str, keys: list[int], tags: list[Tag]) -> list[tuple[str, datetime]]:
    """Return name and time of the first publication of those of some extensions that a search finds, without correcting it."""
    form = form_of(url.partition("?")[2], tags)
    if not form.is_valid():  # a tag that nothing has any more
        return []
    found = form.filtered(Extension.objects.browsable().filter(pk__in=keys))
    if text := form.cleaned_data["q"]:
        found = found.search(text)
    rows = found.newest_first().values_list("name", "approved_at")
    return [(name, approved_at) for name, approved_at in rows if approved_at is not None]


def _text(names: list[str]) -> str:
    first = ", ".join(names[:_MAX_NAMES])
    rest = len(names) - _MAX_NAMES
    return f"{first} and {rest} more" if rest > 0 else first
