"""The rows of the queue page, with everything they show, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page
from django.db.models import Count
from django.urls import reverse

from extery.core.invisible import show_invisible
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.models import Event, Package, Version
from extery_site.catalog.own_work import may_decide
from extery_site.catalog.similar_names import similar_ids
from extery_site.catalog.subjects import review_key
from extery_site.moderation.models import Claim, Dispute, QueueEntry
from extery_site.moderation.queue_list import QueueFilter
from extery_site.moderation.queue_order import places
from extery_site.moderation.risk import level_of
from extery_site.moderation.second_approval import needs_two
from extery_site.moderation.wait_bar import Wait, waiting_times
from extery_site.notify.subscriptions import followed_of
from extery_site.publish.completeness import complete_state
from extery_site.ui.labels import PERMISSIONS

MAX_FLAGS = 4
#: Gained permissions that are red: what an extension can harm with.
_HARMFUL = frozenset({"network", "camera", "microphone"})


@dataclass(frozen=True)
class Flag:
    """A mark in a row. ``tone`` is ``harm``, ``look``, ``people``, ``helps`` or ``plain``."""

    tone: str
    icon: str
    text: str
    title: str = ""


@dataclass(frozen=True)
class Row:
    """One version in the queue."""

    entry: QueueEntry
    wait: Wait
    flags: Sequence[Flag]
    more_flags: Sequence[Flag]
    claim: Claim | None
    is_mine: bool
    may_claim: bool
    place: int | None
    """The place, and the number of comments, are for visitors only."""
    comments: int
    is_followed: bool | None
    """Whether a visitor follows the review; ``None`` for those who need no button for it."""

    @property
    def version(self) -> Version:
        return self.entry.version

    @property
    def url(self) -> str:
        version = self.version
        return reverse("moderation:version", args=[version.extension.extension_id, version.number])

    @property
    def is_update(self) -> bool:
        return self.version.extension.newest_version_id is not None

    @property
    def state(self) -> str:
        """The status as a text: `get_status_display` goes through all of them for each row."""
        return str(Version.Status(self.version.status).label)

    @property
    def type(self) -> str:
        return self.version.extension.extension_type.label

    @property
    def level(self) -> str:
        return level_of(self.entry.risk)

    @property
    def risk_title(self) -> str:
        """The reasons of the risk, one a line."""
        return "\n".join(f"{points:+d} {text}" for points, text in self.entry.reasons)

    @property
    def more_title(self) -> str:
        return ", ".join(flag.text for flag in self.more_flags)


def make_rows(
    entries: Iterable[QueueEntry], wanted: QueueFilter, user: AnyUser, now: datetime
) -> list[Row]:
    """Return the rows of a page of the queue."""
    first = entries.start_index() if isinstance(entries, Page) else 1
    entries = list(entries)
    keys = [entry.pk for entry in entries]
    versions = (
        Version.objects.select_related("extension__owner", "extension__image")
        .defer("release_notes", "license")
        .prefetch_related("extension__gallery_items__image")
        .order_by()
        .with_packages()
        .in_bulk(keys)
    )
    claims: dict[int, Claim] = {}
    if wanted.is_staff:
        current = Claim.objects.current(now).filter(version__in=keys).select_related("by")
        claims = {claim.version_id: claim for claim in current}
    place_of = {} if wanted.is_staff else _places(entries, versions, wanted, first, now)
    extensions = [version.extension for version in versions.values()]
    similar = similar_ids(extensions) if wanted.is_staff else {}
    comments = {} if wanted.is_staff else _count_comments(keys)
    disputes = _count_disputes(keys) if wanted.is_staff else {}
    tries = _count_tries(keys) if wanted.is_staff else {}
    followed = _followed(versions.values(), user, wanted)
    rows = []
    for entry in entries:
        version = entry.version = versions[entry.pk]
        claim = claims.get(entry.pk)
        if wanted.is_staff:
            flags = staff_flags(
                entry,
                similar.get(version.extension_id, ()),
                disputes=disputes.get(entry.pk, 0),
                tries=tries.get(entry.pk, 0),
            )
        else:
            flags = public_flags(version)
        rows.append(
            Row(
                entry=entry,
                wait=waiting_times(entry),
                flags=flags[:MAX_FLAGS],
                more_flags=flags[MAX_FLAGS:],
                claim=claim,
                is_mine=claim is not None and claim.by_id == user.pk,
                may_claim=claim is None and may_decide(user, version.extension, version),
                place=place_of.get(entry.pk),
                comments=comments.get(entry.pk, 0),
                is_followed=followed.get(entry.pk),
            )
        )
    return rows


def _places(
    entries: list[QueueEntry],
    versions: dict[int, Version],
    wanted: QueueFilter,
    first: int,
    now: datetime,
) -> dict[int, int]:
    """Return the places of the versions in review; ``first`` is the number of the first row in its list."""
    if not wanted.is_by_place:
        return places(now)
    numbered = enumerate((entry.pk for entry in entries), start=first)
    return {key: place for place, key in numbered if versions[key].is_in_review}


def _count_comments(keys: list[int]) -> dict[int, int]:
    comments = Event.objects.filter(
        version__in=keys, kind=Event.Kind.COMMENT, is_internal=False
    ).order_by()
    return dict(comments.values_list("version").annotate(number=Count("pk")))


def _count_disputes(keys: list[int]) -> dict[int, int]:
    """Return how many disputes wait for an answer, by version."""
    disputes = Dispute.objects.filter(version__in=keys, state=Dispute.State.OPEN).order_by()
    return dict(disputes.values_list("version").annotate(number=Count("pk")))


def _count_tries(keys: list[int]) -> dict[int, int]:
    """Return how many people have reported a result of trying it, by version."""
    tries = Event.objects.filter(version__in=keys, kind=Event.Kind.TRIED, removed_at=None)
    counted = tries.order_by().values_list("version")
    return dict(counted.annotate(number=Count("by", distinct=True)))


def _followed(versions: Iterable[Version], user: AnyUser, wanted: QueueFilter) -> dict[int, bool]:
    """Return whether a visitor follows the review, by version; not of their own: they are always notified."""
    if wanted.is_staff or not user.is_authenticated:
        return {}
    keys = {
        version.pk: review_key(version.extension, version.number)
        for version in versions
        if not version.extension.is_owned_by(user)
    }
    followed = followed_of(user, keys.values())
    return {pk: key in followed for pk, key in keys.items()}


def staff_flags(
    entry: QueueEntry, similar: Sequence[str] = (), *, disputes: int = 0, tries: int = 0
) -> list[Flag]:
    """Return the flags that moderators see, those about possible harm first.

    ``similar`` are the ids of extensions with a similar id or name, ``disputes`` the number of findings
    that the author disputes without an answer, ``tries`` the number of people who have tried it.
    """
    version = entry.version
    flags = []
    if entry.is_quarantined:
        flags.append(
            Flag("harm", "shield", "In quarantine", "Malware or a known-bad file is in it")
        )
    if version.is_unreviewed:
        flags.append(Flag("people", "clock", "Public by itself", "No moderator has approved it"))
    if disputes:
        title = "The author says why a finding is fine, and waits for an answer."
        flags.append(Flag("people", "chat", _count(disputes, "dispute"), title))
    if entry.reports:
        flags.append(Flag("harm", "flag", _count(entry.reports, "report")))
    if missing := complete_state(version.extension, version).problems:
        title = " ".join(problem.message for problem in missing)
        flags.append(Flag("harm", "error", f"{len(missing)} to fix", title))
    flags += [
        Flag("harm" if name in _HARMFUL else "look", "plus", f"Gains {_permission(name)}")
        for name in entry.gained
    ]
    if entry.new_hosts:
        hosts = len(entry.new_hosts)
        text = "New host" if hosts == 1 else f"{hosts} new hosts"
        flags.append(Flag("harm", "network", text, ", ".join(entry.new_hosts[:10])))
    flags += _library_flags(version, "look")
    if entry.binaries:
        flags.append(_binaries(entry.binaries, "look"))
    if similar:
        name = show_invisible(similar[0])
        flags.append(Flag("look", "copy", f"Name like {name}", ", ".join(similar)))
    if entry.findings:
        flags.append(Flag("look", "warning", _count(entry.findings, "finding")))
    flags += _people_flags(entry, tries)
    return flags


def _people_flags(entry: QueueEntry, tries: int) -> list[Flag]:
    flags = []
    if entry.by_new_author:
        flags.append(Flag("people", "person", "New author"))
    if needs_two(entry.risk, entry.version.extension):
        text = "1 of 2 approved" if entry.first_approval_id else "Needs two"
        flags.append(Flag("people", "people", text, "Two moderators must approve it"))
    if tries:
        title = "What they saw is in the conversation."
        flags.append(Flag("helps", "play", f"Tried by {tries}", title))
    return flags


def public_flags(version: Version) -> list[Flag]:
    """Return the flags that everyone sees: facts of the packages, no judgement about people."""
    flags = [Flag("plain", "plus", f"Asks for {_permission(name)}") for name in version.permissions]
    flags += _library_flags(version, "plain")
    packages: list[Package] = list(version.packages.all())
    wheels = {wheel for package in packages for wheel in package.wheels}
    if wheels:
        flags.append(_binaries(len(wheels), "plain"))
    return flags


def _library_flags(version: Version, tone: str) -> list[Flag]:
    """Return the flag of the server that an asset library names."""
    library = version.remote_library
    return [] if library is None else [Flag(tone, "network", show_invisible(library.host))]


def _permission(name: str) -> str:
    known = PERMISSIONS.get(name)
    return known.title.lower() if known else show_invisible(name)[:30]


def _binaries(number: int, tone: str) -> Flag:
    return Flag(tone, "chip", "Binary" if number == 1 else f"{number} binaries")


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
