"""The list of the queue: tabs, filters and orders, as one query on the stored entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Lower

from extery.core import types
from extery.core.errors import NotFound
from extery_site.accounts.permissions import AnyUser, may_moderate
from extery_site.catalog.models import Version
from extery_site.moderation.models import Claim, QueueEntry
from extery_site.moderation.models.queue_entry import CLOSED
from extery_site.moderation.queue_order import in_place_order
from extery_site.moderation.waiting import OPEN, PUBLIC

MAX_QUERY_LENGTH = 200
ROWS = (25, 50, 100)
#: Tabs by the value of ``show``; those in `STAFF_TABS` are for moderators only.
TABS = {
    "": "All open",
    "us": "With us",
    "author": "With the author",
    "hold": "On hold",
    "mine": "Mine",
    "cooling": "Cooling down",
    "decided": "Decided",
}
#: Statuses of the versions in any tab but "Decided".
_SHOWN = (*OPEN, Version.Status.COOLING_DOWN)
#: A dispute of its author waits for an answer while the version awaits changes.
_IS_DISPUTED = Q(version__status=Version.Status.CHANGES_REQUESTED, side=QueueEntry.Side.US)
#: The entries of a tab.
_TAB_ENTRIES = {
    "us": Q(version__status=Version.Status.IN_REVIEW) | _IS_DISPUTED,
    "author": Q(version__status=Version.Status.CHANGES_REQUESTED) & ~_IS_DISPUTED,
    "hold": Q(version__status=Version.Status.ON_HOLD),
    "cooling": Q(version__status=Version.Status.COOLING_DOWN),
}
STAFF_TABS = frozenset({"hold", "mine", "cooling"})
#: Values of ``show`` in links from before there were these tabs.
_OLD_TABS = {"waiting": "us", "changes": "author"}
TYPES = {"": "All types", **{type_.name: type_.plural for type_ in types.TYPES}}
KINDS = {"": "First and updates", "first": "First versions", "update": "Updates"}
#: The flag of versions that the lists leave out otherwise.
QUARANTINE = "quarantine"
FLAGS = {
    "": "Any flag",
    "reports": "Reports",
    "findings": "Findings",
    "gains": "Gains a permission",
    "host": "New host",
    "binaries": "Binaries",
    "new-author": "New author",
    "second": "Waits for a second moderator",
    QUARANTINE: "In quarantine (hidden otherwise)",
}
WHO = {"": "Anyone's", "free": "Free", "mine": "Mine", "others": "Of others"}
SORTS = {
    "risk": "Highest risk first",
    "place": "By place",
    "us": "Longest with us first",
    "author": "Longest with the author first",
    "change": "Largest change first",
    "name": "By name",
}
STAFF_SORTS = frozenset({"risk"})
#: Orders with the smallest value first.
_ASCENDING = frozenset({"place", "name"})

_FLAG_FILTERS = {
    "reports": Q(reports__gt=0),
    "findings": Q(findings__gt=0),
    "gains": ~Q(gained=[]),
    "host": ~Q(new_hosts=[]),
    "binaries": Q(binaries__gt=0),
    "new-author": Q(by_new_author=True),
    "second": Q(first_approval__isnull=False),
    QUARANTINE: Q(is_quarantined=True),
}


@dataclass(frozen=True)
class QueueFilter:
    """What a page of the queue shows: the parameters of its address, checked."""

    is_staff: bool
    tab: str = ""
    query: str = ""
    type: str = ""
    kind: str = ""
    flag: str = ""
    who: str = ""
    sort: str = ""
    is_reversed: bool = False
    rows: int = ROWS[0]

    @classmethod
    def of(cls, params: Mapping[str, Any], user: AnyUser) -> QueueFilter:
        """Return the filter of an address; ignores values that are unknown, or for moderators only.

        Raises `NotFound` for an unknown tab.
        """
        is_staff = may_moderate(user)
        tab = params.get("show", "")
        tab = _OLD_TABS.get(tab, tab)
        if tab not in TABS or (tab in STAFF_TABS and not is_staff):
            raise NotFound.of("request.not-found", variant="list", list=str(tab)[:40])
        sort = str(params.get("sort", ""))
        name = sort.removeprefix("-")
        is_known = name in SORTS and (is_staff or name not in STAFF_SORTS)
        rows = str(params.get("rows", ""))
        return cls(
            is_staff=is_staff,
            tab=tab,
            query=str(params.get("q", "")).replace("\0", "").strip()[:MAX_QUERY_LENGTH],
            type=_known(params, "type", TYPES),
            kind=_known(params, "kind", KINDS),
            flag=_known(params, "flag", FLAGS) if is_staff else "",
            who=_known(params, "who", WHO) if is_staff else "",
            sort=name if is_known else "",
            is_reversed=is_known and sort.startswith("-"),
            rows=int(rows) if rows in {str(number) for number in ROWS} else ROWS[0],
        )

    @property
    def order(self) -> str:
        """The order: by risk for moderators, by place for others, unless another is chosen."""
        return self.sort or ("risk" if self.is_staff else "place")

    @property
    def is_filtered(self) -> bool:
        return bool(self.query or self.type or self.kind or self.flag or self.who)

    @property
    def is_by_place(self) -> bool:
        """Whether it shows all versions in review by place, before any others."""
        is_whole = self.tab in ("", "us") and not self.is_filtered
        return is_whole and self.order == "place" and not self.is_reversed

    @property
    def words(self) -> str:
        """The filters as words: ``“lantern”, themes, new host``."""
        chosen = [
            *([f"“{self.query}”"] if self.query else []),
            *([TYPES[self.type].lower()] if self.type else []),
            *([KINDS[self.kind].lower()] if self.kind else []),
            *([FLAGS[self.flag].lower()] if self.flag else []),
            *([WHO[self.who].lower()] if self.who else []),
        ]
        return ", ".join(chosen)

    def url(self, **changes: Any) -> str:
        """Return the address of the page with other values; without a page number."""
        changed = replace(self, **changes)
        sort = f"-{changed.order}" if changed.is_reversed else changed.sort
        values = {
            "show": changed.tab,
            "q": changed.query,
            "type": changed.type,
            "kind": changed.kind,
            "flag": changed.flag,
            "who": changed.who,
            "sort": sort,
            "rows": "" if changed.rows == ROWS[0] else changed.rows,
        }
        return f"?{urlencode({name: value for name, value in values.items() if value})}"

    def sort_url(self, name: str) -> str:
        """Return the address for an order; of the current one, reversed."""
        is_reversed = self.order == name and not self.is_reversed
        return self.url(sort=name, is_reversed=is_reversed)

    @property
    def row_urls(self) -> list[tuple[int, str]]:
        """The possible numbers of rows, each with the address of its page."""
        return [(number, self.url(rows=number)) for number in ROWS]

    def is_sorted_by(self, name: str) -> str:
        """Return the value of ``aria-sort`` of a column; empty if another one is sorted by."""
        if self.order != name:
            return ""
        return "ascending" if self.is_reversed != (name in _ASCENDING) else "descending"

    @property
    def unfiltered_url(self) -> str:
        return self.url(query="", type="", kind="", flag="", who="")


def _known(params: Mapping[str, Any], name: str, choices: Mapping[str, str]) -> str:
    value = str(params.get(name, ""))
    return value if value in choices else ""


@dataclass(frozen=True)
class Counts:
    """The number of entries by tab, and how long the oldest version in review has been with us."""

    by_tab: dict[str, int]
    oldest: int | None


def entries_with(statuses: Collection[str], now: datetime) -> Any:
    """Return the entries of versions with a status, with their waits; also of those in quarantine."""
    entries = QueueEntry.objects.with_waits(now).filter(version__status__in=statuses)
    return entries.of_open_extensions()


def open_entries(now: datetime) -> Any:
    """Return the entries of all versions in the queue, with their waits."""
    return entries_with(OPEN, now)


def list_entries(wanted: QueueFilter, user: AnyUser, now: datetime) -> Any:
    """Return the entries that a page shows, in its order."""
    if wanted.tab in _TAB_ENTRIES:
        entries = entries_with(_SHOWN, now).filter(_TAB_ENTRIES[wanted.tab])
    else:
        entries = entries_with(OPEN if wanted.is_staff else PUBLIC, now)
    if wanted.tab == "mine":
        entries = entries.filter(_claims(now, by=user))
    return _in_order(_filtered(entries, wanted, user, now), wanted)


def _filtered(entries: Any, wanted: QueueFilter, user: AnyUser, now: datetime) -> Any:
    if wanted.query:
        text = wanted.query
        entries = entries.filter(
            Q(version__extension__name__icontains=text)
            | Q(version__extension__extension_id__icontains=text)
            | Q(version__extension__owner__username__icontains=text)
            | Q(version__extension__owner__full_name__icontains=text)
        )
    if wanted.type:
        entries = entries.filter(version__extension__type=wanted.type)
    if wanted.kind:
        is_first = Q(version__extension__newest_version=None)
        entries = entries.filter(is_first if wanted.kind == "first" else ~is_first)
    if wanted.flag:
        entries = entries.filter(_FLAG_FILTERS[wanted.flag])
    if wanted.flag != QUARANTINE:
        entries = entries.filter(is_quarantined=False)
    match wanted.who:
        case "free":
            entries = entries.filter(~_claims(now))
        case "mine":
            entries = entries.filter(_claims(now, by=user))
        case "others":
            entries = entries.filter(_claims(now), ~_claims(now, by=user))
    return entries


def _claims(now: datetime, **values: Any) -> Exists:
    return Exists(Claim.objects.current(now).filter(version=OuterRef("pk"), **values))


def _in_order(entries: Any, wanted: QueueFilter) -> Any:
    match wanted.order:
        case "place":
            is_waiting = Case(
                When(version__status=Version.Status.IN_REVIEW, then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            )
            by_place: Any = in_place_order(entries.annotate(last=is_waiting))
            ordered = by_place.order_by("last", *by_place.query.order_by)
        case "us":
            ordered = entries.order_by("-with_us", "pk")
        case "author":
            ordered = entries.order_by("-with_author", "-with_us", "pk")
        case "name":
            name = Lower("version__extension__name")
            ordered = entries.order_by(name, "version__sort_key", "pk")
        case "change":
            lines = Coalesce("lines_added", 0) + Coalesce("lines_removed", 0)
            ordered = entries.order_by(lines.desc(), "pk")
        case _:
            ordered = entries.order_by("-risk", "-with_us", "pk")
    return ordered.reverse() if wanted.is_reversed else ordered


def count_tabs(user: AnyUser, now: datetime) -> Counts:
    """Count the entries of each tab but the decisions, in at most two queries."""
    is_staff = may_moderate(user)
    in_tab = Case(
        *[When(entries, then=Value(tab)) for tab, entries in _TAB_ENTRIES.items()],
        output_field=CharField(),
    )
    shown = entries_with(_SHOWN, now).filter(is_quarantined=False)
    rows = shown.annotate(tab=in_tab).order_by().values_list("tab")
    in_review = Q(version__status=Version.Status.IN_REVIEW)
    found, oldest = dict.fromkeys(_TAB_ENTRIES, 0), None
    rows = rows.annotate(number=Count("pk"), longest=Max("with_us", filter=in_review))
    for tab, number, longest in rows:
        found[tab] = number
        oldest = longest if longest is not None else oldest
    if not is_staff:
        found = {tab: number for tab, number in found.items() if tab not in STAFF_TABS}
    found[""] = sum(number for tab, number in found.items() if tab != "cooling")
    if is_staff:
        mine = Claim.objects.current(now).filter(by=user.pk, version__status__in=OPEN)
        found["mine"] = mine.exclude(version__extension__status__in=CLOSED).count()
    return Counts(found, oldest)
