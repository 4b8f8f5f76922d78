"""Start, run, cancel, save and delete searches. Results are in `results`, runs in `running`."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, Refused, Where
from extery.core.types import TYPES_BY_NAME
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog.text_limits import clean_text
from extery_site.source_search.expressions import Expression
from extery_site.source_search.models import Search
from extery_site.source_search.models.search import (
    MAX_DESCRIPTION_LENGTH,
    MAX_NAME_LENGTH,
    MAX_POINTS,
    MAX_QUERY_LENGTH,
)
from extery_site.source_search.symbol_patterns import check_symbol
from extery_site.source_search.symbols import SymbolKind
from extery_site.source_search.tasks import run_search
from extery_site.ui.short_text import check_short_text

#: Watched searches of all moderators: each runs on every upload.
MAX_WATCHED = 50
#: Searches of one moderator that run or wait.
MAX_ACTIVE = 5
MAX_SAVED = 200

_CHOICES = {
    "kind": Search.Kind.values,
    "scope": Search.Scope.values,
    "symbol_kind": ["", *(kind.value for kind in SymbolKind)],
    "type": ["", *TYPES_BY_NAME],
}
_TEXTS = {"query": MAX_QUERY_LENGTH, "file_pattern": 100, "tag": 64}


@transaction.atomic
def start_search(*, by: AnyUser, **values: Any) -> Search:
    """Search for a symbol or a regular expression; the same search again continues the earlier one.

    ``values`` are the fields of `Search` from ``kind`` to ``tag``. Raises `InvalidInput` for an expression
    that cannot be used, and `Conflict` for too many running searches.
    """
    user = require_moderator(by)
    values = _checked(values)
    search = Search.objects.filter(owner=user, **values).order_by("-name", "pk").first()
    if search is None:
        search = Search.objects.create(owner=user, **values)
    Search.objects.filter(pk=search.pk).update(used_at=timezone.now())
    return _request_run(search, user) if search.is_regex else search


def run_again(*, search: Search, by: AnyUser) -> Search:
    """Search the texts that are new since the last run; a running search stays as it is."""
    user = require_moderator(by)
    return _request_run(search, user) if search.is_regex else search


def cancel_run(*, search: Search, by: AnyUser) -> Search:
    """Stop a run; what it found is kept, and the next run continues there."""
    require_moderator(by)
    running = Search.objects.filter(
        pk=search.pk, state__in=[Search.State.WAITING, Search.State.RUNNING]
    )
    running.update(state=Search.State.CANCELLED, finished_at=timezone.now())
    search.refresh_from_db()
    return search


def save_search(
    *,
    search: Search,
    by: AnyUser,
    name: str,
    description: str = "",
    is_shared: bool = False,
    is_watched: bool = False,
    points: int = 0,
) -> Search:
    """Save a search under a name, or change one's saved search.

    A watched one is also run on each new package, and adds ``points`` to the risk of versions that match.
    """
    user = _require_owner(search, by)
    name = " ".join(clean_text(name, field="name", max_length=MAX_NAME_LENGTH).split())
    if not name:
        raise InvalidInput.of("source-search.name-missing", where=Where(path=("name",)))
    check_short_text(name, field="name")
    description = clean_text(description, field="description", max_length=MAX_DESCRIPTION_LENGTH)
    if not 0 <= points <= MAX_POINTS:
        raise InvalidInput.of(
            "source-search.bad-points",
            where=Where(path=("points",)),
            points=points,
            maximum=MAX_POINTS,
        )
    if is_watched and not search.is_watched:
        _require_fewer(Search.objects.watched().count(), MAX_WATCHED, "watched searches")
    before = (search.name, search.description, search.points, search.is_shared, search.is_watched)
    if not search.is_saved:
        saved = Search.objects.saved().filter(owner=user)
        _require_fewer(saved.count(), MAX_SAVED, "saved searches")
    search.name, search.description, search.points = name, description, points
    search.is_shared, search.is_watched = is_shared, is_watched
    try:
        with transaction.atomic():
            search.save(update_fields=["name", "description", "points", "is_shared", "is_watched"])
            if before != (name, description, points, is_shared, is_watched):
                _record(Action.SEARCH_SAVED, search, user)
            # Packages that are in review already match too.
            if is_watched and search.is_regex:
                search = _request_run(search, user)
    except IntegrityError as error:
        raise Conflict.of(
            "source-search.name-exists", where=Where(path=("name",)), name=name
        ) from error
    return search


def delete_search(*, search: Search, by: AnyUser) -> None:
    """Delete a search and its matches; deleting it again changes nothing."""
    user = _require_owner(search, by)
    with transaction.atomic():
        deleted, _ = Search.objects.filter(pk=search.pk).delete()
        if deleted and search.is_saved:
            _record(Action.SEARCH_DELETED, search, user)


def _record(action: Action, search: Search, by: User) -> None:
    path = reverse("source_search:search", args=[search.pk]) if search.pk else ""
    points = {"points": search.points} if search.points else {}
    write_entry(action, by=by, subject=search.name, text=search.query, path=path, details=points)


def _require_owner(search: Search, by: AnyUser) -> User:
    user = require_moderator(by)
    if search.owner_id != user.pk:
        raise Refused.of("source-search.not-owner", owner=search.owner.display_name)
    return user


@transaction.atomic
def _request_run(search: Search, user: User) -> Search:
    search = Search.objects.select_for_update(of=("self",)).get(pk=search.pk)
    if search.is_active:
        return search
    active = Search.objects.filter(
        owner=user, state__in=[Search.State.WAITING, Search.State.RUNNING]
    )
    _require_fewer(active.count(), MAX_ACTIVE, "running searches")
    Search.objects.filter(pk=search.pk).update(
        state=Search.State.WAITING, run=F("run") + 1, finished_at=None
    )
    search.refresh_from_db()
    run_search.enqueue(search.pk, search.run)
    return search


def _require_fewer(count: int, maximum: int, what: str) -> None:
    if count >= maximum:
        raise Conflict.of("source-search.too-many", count=count, what=what)


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of all fields; those that are missing have their defaults."""
    checked: dict[str, Any] = {
        "ignore_case": bool(values.get("ignore_case")),
        "not_bundled": bool(values.get("not_bundled")),
    }
    for field, maximum in _TEXTS.items():
        checked[field] = clean_text(values.get(field) or "", field=field, max_length=maximum)
    for field, allowed in _CHOICES.items():
        value = checked[field] = values.get(field) or getattr(Search(), field)
        if value not in allowed:
            raise InvalidInput.of(
                "source-search.bad-filter",
                where=Where(path=(field,)),
                value=str(value)[:40],
                field=field,
                allowed=", ".join(filter(None, allowed)),
            )
    if not checked["query"]:
        raise InvalidInput.of("source-search.empty", where=Where(path=("query",)))
    if checked["kind"] == Search.Kind.REGEX:
        Expression(checked["query"], ignore_case=checked["ignore_case"])
        checked |= {"symbol_kind": "", "not_bundled": False}
    else:
        check_symbol(checked["query"])
        checked["ignore_case"] = False
    return checked
