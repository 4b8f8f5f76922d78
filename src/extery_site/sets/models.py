"""Sets and their entries. Who follows a set is a subscription of `extery_site.notify`."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.db.models.lookups import GreaterThanOrEqual
from django.urls import reverse
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.accounts.permissions import may_moderate
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.text_limits import MAX_NUMBER_LENGTH, MAX_REASON_LENGTH

MAX_NAME_LENGTH = 60
MAX_TITLE_LENGTH = 80
MAX_DESCRIPTION_LENGTH = 4_000
MAX_NOTE_LENGTH = 300


class SetQuerySet(models.QuerySet["ExtensionSet"]):
    def reachable(self) -> SetQuerySet:
        """Return the sets that everyone with the address sees: not hidden, and of an active account."""
        return self.filter(hidden_at=None, owner__is_active=True)

    def listed(self) -> SetQuerySet:
        """Return the sets that pages and searches list."""
        return self.reachable().filter(visibility=ExtensionSet.Visibility.PUBLIC)

    def visible_to(self, user: User | AnonymousUser) -> SetQuerySet:
        """Return the reachable sets and those of ``user``; all for moderators."""
        if may_moderate(user):
            return self.all()
        reachable = Q(hidden_at=None, owner__is_active=True)
        if user.is_authenticated:
            reachable |= Q(owner=user)
        return self.filter(reachable)

    def at(self, owner: str, name: str) -> SetQuerySet:
        """Return the set with this address."""
        return self.select_related("owner").filter(owner__username=owner, name=name)

    def at_any_case(self, owner: str, name: str) -> SetQuerySet:
        """Return the set with this address, ignoring case."""
        return self.select_related("owner").filter(owner__username__iexact=owner, name=name.lower())

    def with_count(self, *, least: int = 0) -> SetQuerySet:
        """Add ``entry_count``: how many extensions everyone sees in it; leave out sets with fewer than ``least``."""
        seen = SetEntry.objects.seen().filter(set=OuterRef("pk")).order_by()
        counted = seen.values("set").annotate(number=Count("pk")).values("number")
        found = self.annotate(entry_count=Coalesce(Subquery(counted), 0))
        return found.filter(GreaterThanOrEqual(F("entry_count"), least)) if least else found

    def not_empty(self) -> SetQuerySet:
        """Return the sets with an extension that everyone sees."""
        return self.filter(models.Exists(SetEntry.objects.seen().filter(set=OuterRef("pk"))))

    def newest_first(self) -> SetQuerySet:
        return self.order_by("-created_at", "-pk")

    def most_followed(self) -> SetQuerySet:
        return self.order_by("-follower_count", "-created_at", "-pk")

    def by_title(self) -> SetQuerySet:
        return self.order_by(Lower("title"), "pk")


class ExtensionSet(models.Model):
    """Extensions that a user has chosen, with a page and a listing of their own."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", "Public"
        LINK = "link", "Only with the link"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sets"
    )
    name = models.CharField(max_length=MAX_NAME_LENGTH, help_text="The last part of the address.")
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    description = models.TextField(
        blank=True, max_length=MAX_DESCRIPTION_LENGTH, help_text="Markdown."
    )
    visibility = models.CharField(
        max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC
    )
    revision = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Counts the changes of its entries."
    )
    follower_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    hidden_reason = models.TextField(blank=True, max_length=MAX_REASON_LENGTH)

    objects = SetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "name"], name="sets_set_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["visibility", "-created_at", "-id"], name="sets_set_newest"),
            models.Index(fields=["visibility", "-follower_count"], name="sets_set_followed"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self._url("page")

    def get_listing_url(self) -> str:
        """Return the path of the listing that Blender subscribes to."""
        return self._url("listing")

    def get_edit_url(self) -> str:
        return self._url("edit")

    def _url(self, view: str) -> str:
        return reverse(f"sets:{view}", args=[self.owner.username, self.name])

    @property
    def key(self) -> str:
        """Identifies it in reports and notifications, also after its address changed."""
        return f"set {self.pk}"

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def is_public(self) -> bool:
        """Whether pages list it."""
        return self.visibility == self.Visibility.PUBLIC and not self.is_hidden

    def is_owned_by(self, user: Any) -> bool:
        """Whether ``user`` may change it."""
        return bool(user.is_authenticated and user.pk == self.owner_id)


class SetEntryQuerySet(models.QuerySet["SetEntry"]):
    def seen(self) -> SetEntryQuerySet:
        """Return the entries that everyone sees: of extensions that pages list."""
        return self.filter(extension__status=Extension.Status.APPROVED, extension__unlisted_at=None)

    def in_order(self) -> SetEntryQuerySet:
        return self.order_by("place", "pk")


class SetEntry(models.Model):
    """An extension of a set, at its place, with a note and perhaps a pinned version."""

    set = models.ForeignKey(ExtensionSet, on_delete=models.CASCADE, related_name="entries")
    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveIntegerField()
    note = models.CharField(max_length=MAX_NOTE_LENGTH, blank=True, help_text="Markdown.")
    version = models.ForeignKey(
        Version, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version_number = models.CharField(
        max_length=MAX_NUMBER_LENGTH,
        blank=True,
        help_text="The pinned version; empty for the newest one. It remains when the version is deleted.",
    )
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    announced_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the followers were notified."
    )

    objects = SetEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "set entries"
        ordering: ClassVar[list[str]] = ["place", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["set", "extension"], name="sets_entry_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["added_at"], condition=Q(announced_at=None), name="sets_entry_unannounced"
            )
        ]

    def __str__(self) -> str:
        return f"{self.extension} in {self.set}"

    @property
    def is_pinned(self) -> bool:
        return bool(self.version_number)

    @property
    def lacks_version(self) -> bool:
        """Whether its pinned version is not public any more; reads the version."""
        return self.is_pinned and (self.version is None or not self.version.is_public)
