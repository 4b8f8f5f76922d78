"""Searches: what is looked for, its run over the texts, and the matches that were kept."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from extery_site.source_search.models.index import SourceFile

MAX_QUERY_LENGTH = 500
MAX_NAME_LENGTH = 100
MAX_DESCRIPTION_LENGTH = 500
#: Points that a match of a watched search can add to the risk of a version.
MAX_POINTS = 40
MAX_SNIPPET_LENGTH = 240


def kind_choices() -> list[tuple[str, str]]:
    """Return the choices of `Search.kind`; as a function, so that a new one needs no migration."""
    return Search.Kind.choices


def scope_choices() -> list[tuple[str, str]]:
    """Return the choices of `Search.scope`."""
    return Search.Scope.choices


def state_choices() -> list[tuple[str, str]]:
    """Return the choices of `Search.state`."""
    return Search.State.choices


class SearchQuerySet(models.QuerySet["Search"]):
    def saved(self) -> SearchQuerySet:
        """Return saved searches, not those of a moment."""
        return self.exclude(name="")

    def visible_to(self, user: int) -> SearchQuerySet:
        """Return the searches of the user with this key, and saved ones that are shared or watched."""
        return self.filter(Q(owner=user) | (~Q(name="") & (Q(is_shared=True) | Q(is_watched=True))))

    def watched(self) -> SearchQuerySet:
        """Return the saved searches that run on each new package."""
        return self.saved().filter(is_watched=True)


class Search(models.Model):
    """A search for a symbol or a regular expression, with filters; saved if it has a name.

    Matches of symbols are read from the index. A regular expression runs in a task over the texts after
    ``searched_to``, in the order of their keys, so a later run reads only what is new.
    """

    class Kind(models.TextChoices):
        SYMBOL = "symbol", "Symbol"
        REGEX = "regex", "Regular expression"

    class Scope(models.TextChoices):
        LISTED = "listed", "Listed versions"
        REVIEW = "review", "Versions in review"
        ALL = "all", "All versions"

    class State(models.TextChoices):
        IDLE = "idle", "Not run"
        WAITING = "waiting", "Waiting for a worker"
        RUNNING = "running", "Running"
        DONE = "done", "Finished"
        CANCELLED = "cancelled", "Cancelled"
        STOPPED = "stopped", "Stopped at the limit of time"
        FAILED = "failed", "Failed"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="source_searches"
    )
    kind = models.CharField(max_length=8, choices=kind_choices)
    query = models.CharField(max_length=MAX_QUERY_LENGTH)
    symbol_kind = models.CharField(
        max_length=8, blank=True, help_text="What the symbol is in a file; empty for anything."
    )
    ignore_case = models.BooleanField(default=False)
    not_bundled = models.BooleanField(
        default=False, help_text="Only in packages that do not contain the module themselves."
    )
    scope = models.CharField(max_length=8, choices=scope_choices, default=Scope.LISTED)
    file_pattern = models.CharField(max_length=100, blank=True)
    type = models.CharField(max_length=16, blank=True)
    tag = models.CharField(max_length=64, blank=True)

    name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    description = models.CharField(max_length=MAX_DESCRIPTION_LENGTH, blank=True)
    is_shared = models.BooleanField(default=False)
    is_watched = models.BooleanField(default=False)
    points = models.PositiveSmallIntegerField(default=0)

    state = models.CharField(max_length=10, choices=state_choices, default=State.IDLE)
    run = models.PositiveIntegerField(default=0, help_text="Increased when a run is asked for.")
    searched_to = models.BigIntegerField(default=0, help_text="The last text that was searched.")
    searched = models.PositiveIntegerField(default=0, help_text="Texts that were searched.")
    total = models.PositiveIntegerField(default=0, help_text="Texts when the run began.")
    matched = models.PositiveIntegerField(default=0, help_text="Texts with matches.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = SearchQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]
        verbose_name_plural = "searches"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=~Q(name=""),
                name="source_search_name_once_an_owner",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.query

    @property
    def is_saved(self) -> bool:
        return bool(self.name)

    @property
    def is_regex(self) -> bool:
        return self.kind == self.Kind.REGEX

    @property
    def is_active(self) -> bool:
        """Whether a run has not ended yet."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def percent(self) -> int:
        """How much of the texts was searched."""
        return min(100, 100 * self.searched // self.total) if self.total else 0


class Match(models.Model):
    """The first line of a text that matches a regular expression, and how many lines do."""

    search = models.ForeignKey(Search, on_delete=models.CASCADE, related_name="matches")
    file = models.ForeignKey(SourceFile, on_delete=models.CASCADE, related_name="matches")
    line = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    snippet = models.CharField(max_length=MAX_SNIPPET_LENGTH)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["search", "file"], name="source_search_match_once")
        ]

    def __str__(self) -> str:
        return self.snippet
