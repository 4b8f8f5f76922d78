"""Extensions and tags. Fields of an extension are common to all its versions."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from extery.core import types
from extery.core.compatibility import System
from extery.core.licenses import PREFIX
from extery.core.types import ExtensionType
from extery.core.versions import (
    BlenderVersion,
    number_of_blender_version,
    short_blender_version,
)
from extery_site.accounts.models import User
from extery_site.catalog.models.compatibility import compatible_versions
from extery_site.catalog.models.extension_indexes import EXTENSION_INDEXES
from extery_site.catalog.models.fields import ByteOrderedCharField
from extery_site.catalog.models.known_problem import breaks_in
from extery_site.catalog.models.search_term import SearchTerm
from extery_site.catalog.models.skeleton import MAX_SKELETON_LENGTH, skeleton
from extery_site.catalog.models.version import SHOWN_IN, Channel, Package, Version
from extery_site.catalog.search_words import search_phrases
from extery_site.catalog.text_limits import (
    MAX_DEPRECATION_NOTE_LENGTH,
    MAX_STORED_BLOCK_REASON_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_URL_LENGTH,
)
from extery_site.files.layout import image_url
from extery_site.search.engines import engine
from extery_site.search.queries import TextQuery, storable


def normalize_id(extension_id: str) -> str:
    """Return the key of an id: equal for ids that share a folder or module name in Blender.

    These differ only in case or Unicode form.
    """
    return unicodedata.normalize("NFKC", extension_id).casefold()


class Tag(models.Model):
    """A tag of one type of extension."""

    name = models.CharField(max_length=64)
    slug = models.SlugField(max_length=64)
    type = models.CharField(max_length=16)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["type", "slug"], name="catalog_tag_once_a_type")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:tag", args=[self.slug])

    @property
    def kind(self) -> str:
        """The kind of tag, such as ``Add-on tag``."""
        return f"{types.TYPES_BY_NAME[self.type].label} tag"


def extension_status_choices() -> list[tuple[str, str]]:
    """Return the choices of `Extension.status`; as a function, so that a new one needs no migration."""
    return Extension.Status.choices


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def public(self) -> ExtensionQuerySet:
        """Return approved extensions, whose pages and packages everyone can get."""
        return self.filter(status=Extension.Status.APPROVED)

    def browsable(self) -> ExtensionQuerySet:
        """Return the public extensions that pages and searches list: not those that are unlisted."""
        return self.public().filter(unlisted_at=None)

    def listed(self) -> ExtensionQuerySet:
        """Return extensions in listings: also blocked ones, about which Blender warns."""
        return self.filter(
            status__in=[Extension.Status.APPROVED, Extension.Status.BLOCKED],
            newest_version__isnull=False,
        )

    def visible_to(self, user: User | AnonymousUser) -> ExtensionQuerySet:
        """Return listed extensions and those of ``user``; all extensions for moderators."""
        if not user.is_authenticated:
            return self.listed()
        if user.is_moderator or user.is_superuser:
            return self.all()
        listed = [Extension.Status.APPROVED, Extension.Status.BLOCKED]
        return self.filter(Q(owner=user) | Q(status__in=listed, newest_version__isnull=False))

    def with_id(self, extension_id: str) -> ExtensionQuerySet:
        """Return the extension with an id, ignoring case."""
        return self.filter(id_key=normalize_id(extension_id))

    def search(
        self, text: str, *, popular: bool = False, in_order: bool = False
    ) -> ExtensionQuerySet:
        """Return extensions with every word of a text, or a beginning of the last one, in what the search knows of them.

        With ``popular``, those of the most downloaded ones (`extery_site.catalog.search_popular`). With ``in_order``, the
        caller sorts by something of the extensions and takes the first ones only.

        That is `extery_site.search.models.SearchDocument`. A text that means keys or a file format, such as
        ``ctrl shift q`` or ``import psk``, also finds those with it.
        """
        if not (text := storable(text)):
            return self
        query, phrases = TextQuery.parse(text), search_phrases(text)
        if not query.words:  # signs, such as ``++``, are in no index
            return self.filter(name__icontains=text)
        matches = engine().matching(query, popular=popular)
        if phrases:
            # One list of keys: for two, PostgreSQL would go through all extensions.
            terms = SearchTerm._meta.db_table  # noqa: SLF001
            marks = ", ".join(["%s"] * len(phrases))
            of_phrases = f"SELECT extension_id FROM {terms} WHERE term IN ({marks})"  # noqa: S608
            if popular:
                of_phrases = (
                    "SELECT extension_id FROM search_searchdocument AS document WHERE is_popular AND EXISTS"  # noqa: S608
                    f"({of_phrases} AND extension_id = document.extension_id)"
                )
            sql = f"{matches.sql} UNION {of_phrases}"
            matches = RawSQL(sql, [*matches.params, *phrases])  # noqa: S611
        if in_order and connection.vendor == "sqlite":
            # An expression is not looked up: SQLite then goes through the index of the order, and stops after enough.
            return self.annotate(search_key=F("pk") + 0).filter(search_key__in=matches)
        return self.filter(pk__in=matches)

    def with_name(self, text: str, *, popular: bool = False) -> ExtensionQuerySet:
        """Return extensions with every word of a text in their name or id; with ``popular``, of the most downloaded ones."""
        query = TextQuery.parse(text)
        if not query.words:
            return self.none()
        return self.filter(pk__in=engine().matching(query, in_name=True, popular=popular))

    def of_type(self, type_: str) -> ExtensionQuerySet:
        """Return extensions of the type with this name."""
        return self.filter(type=type_)

    def tagged(self, slug: str) -> ExtensionQuerySet:
        return self.filter(
            Exists(
                Extension.tags.through.objects.filter(extension_id=OuterRef("pk"), tag__slug=slug)
            )
        )

    def compatible_with(self, system: System) -> ExtensionQuerySet:
        """Return extensions with an approved package that ``system`` can install; beta versions do not count beside stable ones."""
        stable = SHOWN_IN[Channel.STABLE]
        if system.platform is None and system.python is None:
            # Approved versions have packages, which need not be read.
            versions = Version.objects.filter(
                Q(channel__in=stable) | Q(pk=OuterRef("newest_version")),
                compatible_versions(system),
                extension=OuterRef("pk"),
                status=Version.Status.APPROVED,
            )
            return self.filter(Exists(versions))
        packages = Package.objects.compatible_with(system).filter(
            Q(version__channel__in=stable) | Q(version=OuterRef("newest_version")),
            version__extension=OuterRef("pk"),
            version__status=Version.Status.APPROVED,
        )
        return self.filter(Exists(packages))

    def without_permission(self, name: str) -> ExtensionQuerySet:
        """Return extensions whose newest version does not declare a permission, or any if ``name`` is empty."""
        newest = Version.objects.filter(pk=OuterRef("newest_version")).annotate(
            text=Cast("permissions", models.TextField())
        )
        # The keys of an object; within a reason, quotes are escaped.
        declared = newest.filter(text__contains=f'"{name}":' if name else '":')
        return self.filter(Exists(newest), ~Exists(declared))

    def with_license(self, identifier: str) -> ExtensionQuerySet:
        """Return extensions whose newest version has a licence, such as ``MIT``, in its manifest."""
        newest = Version.objects.filter(pk=OuterRef("newest_version")).annotate(
            text=Cast("license", models.TextField())
        )
        return self.filter(Exists(newest.filter(text__contains=f'"{PREFIX}{identifier}"')))

    def with_known_problems(self, blender: BlenderVersion) -> ExtensionQuerySet:
        """Return extensions whose newest version is for this Blender, and breaks in it: in a test, or by its code if no test passed."""
        number = number_of_blender_version(blender)
        of_newest = {
            "package__version": OuterRef("newest_version"),
            "blender": number // 1000 * 1000,
        }
        newest = Q(newest_version__blender_max=None) | Q(newest_version__blender_max__gt=number)
        return self.filter(newest, breaks_in(**of_newest), newest_version__blender_min__lte=number)

    def newest_first(self) -> ExtensionQuerySet:
        return self.order_by(models.F("published_at").desc(nulls_last=True), "-pk")

    def by_name(self) -> ExtensionQuerySet:
        return self.order_by(models.functions.Lower("name"), "pk")

    def most_downloaded(self) -> ExtensionQuerySet:
        return self.order_by("-download_count", models.functions.Lower("name"), "pk")

    def best_rated(self) -> ExtensionQuerySet:
        """Sort by the smoothed average of the ratings; extensions without ratings come last."""
        return self.order_by(
            models.F("rating_score").desc(nulls_last=True),
            "-rating_count",
            models.functions.Lower("name"),
            "pk",
        )

    def with_related(self) -> ExtensionQuerySet:
        """Load the related rows that pages show, in a fixed number of queries."""
        return self.select_related(
            "owner", "image", "newest_version", "replacement"
        ).prefetch_related(
            "tags", Prefetch("newest_version__packages", Package.objects.order_by("pk"))
        )

    def with_cards(self) -> ExtensionQuerySet:
        """Load the related rows that cards show, without long texts that they do not."""
        texts = [f"newest_version__{name}" for name in ("manifest", "license")]
        return self.select_related("owner", "image", "newest_version").defer(*texts)

    def read_page(self, page: Page[int]) -> list[Extension]:
        """Return the extensions whose keys are on a page, in its order, with what cards show.

        The query that sorts and skips rows reads keys only.
        """
        found = self.with_cards().order_by().in_bulk(list(page))
        return [found[key] for key in page if key in found]


class Extension(models.Model):
    """An extension of a type in `extery.core.types`; ``extension_id`` is its id in Blender."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "Awaiting review"
        CHANGES_REQUESTED = "changes_requested", "Awaiting changes"
        ON_HOLD = "on_hold", "On hold"
        DECLINED = "declined", "Declined"
        COOLING_DOWN = "cooling_down", "Public later"
        APPROVED = "approved", "Approved"
        BLOCKED = "blocked", "Blocked"
        VERSIONS_BLOCKED = "versions_blocked", "Versions blocked"
        WITHDRAWN = "withdrawn", "Withdrawn"
        UNPUBLISHED = "unpublished", "Unpublished"
        DELETED = "deleted", "Deleted"

    extension_id = models.CharField("id", max_length=100, unique=True)
    id_key = ByteOrderedCharField(max_length=200, unique=True, editable=False)
    id_skeleton = models.CharField(
        max_length=MAX_SKELETON_LENGTH, editable=False, default="", db_index=True
    )
    name_skeleton = models.CharField(
        max_length=MAX_SKELETON_LENGTH, editable=False, default="", db_index=True
    )
    type = models.CharField(max_length=16, choices=[(t.name, t.label) for t in types.TYPES])
    name = models.CharField(max_length=200)
    tagline = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=MAX_TEXT_LENGTH, help_text="Markdown.")
    website = models.URLField(max_length=MAX_URL_LENGTH, blank=True)
    support_url = models.URLField(max_length=MAX_URL_LENGTH, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="extensions"
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="extensions")
    image = models.OneToOneField(
        "catalog.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="extension",
        help_text="The cover, which is the first picture of the gallery.",
    )
    icon = models.ForeignKey(
        "files.StoredFile",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="A square of 256 pixels; without one, pages draw letters of the name.",
    )
    status = models.CharField(max_length=20, choices=extension_status_choices, default=Status.DRAFT)
    block_reason = models.TextField(blank=True, max_length=MAX_STORED_BLOCK_REASON_LENGTH)
    newest_version = models.ForeignKey(
        "catalog.Version",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The newest approved version.",
    )
    unlisted_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Since when pages and searches leave it out; its page and its updates stay.",
    )
    deprecated_at = models.DateTimeField(null=True, blank=True)
    deprecation_note = models.TextField(
        blank=True, max_length=MAX_DEPRECATION_NOTE_LENGTH, help_text="Why its owner deprecated it."
    )
    replacement = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="What to use instead of a deprecated extension.",
    )
    delete_at = models.DateTimeField(
        null=True, blank=True, help_text="When it is deleted, as its owner planned."
    )
    deleted_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="When the content of the deleted extension was erased."
    )
    download_count = models.PositiveBigIntegerField(default=0)
    rating_count = models.PositiveIntegerField(
        default=0, editable=False, help_text="The number of ratings that are not hidden."
    )
    rating_score = models.FloatField(
        null=True, editable=False, help_text="Their smoothed average; empty without ratings."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]
        indexes = EXTENSION_INDEXES

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.id_key = normalize_id(self.extension_id)
        self.id_skeleton = skeleton(self.extension_id)
        self.name_skeleton = skeleton(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("catalog:extension", args=[self.extension_id])

    def get_type_url(self) -> str:
        """Return the URL of the page with all extensions of its type."""
        return reverse(f"catalog:{self.extension_type.path}")

    @property
    def extension_type(self) -> ExtensionType:
        return types.TYPES_BY_NAME[self.type]

    @property
    def icon_url(self) -> str:
        """The URL of its icon; empty without one. Makes no query."""
        return image_url(self.icon_id) if self.icon_id else ""

    @property
    def is_asset_library(self) -> bool:
        return self.type == types.ASSET_LIBRARY.name

    @property
    def needs_blender(self) -> str:
        """The first Blender that knows its type, such as ``5.3``; empty if all with extensions do."""
        if self.type in types.LISTED_FOR_ALL:
            return ""
        return short_blender_version(self.extension_type.first_blender)

    @property
    def is_public(self) -> bool:
        return self.status == self.Status.APPROVED

    @property
    def is_blocked(self) -> bool:
        return self.status == self.Status.BLOCKED

    @property
    def is_deleted(self) -> bool:
        return self.status == self.Status.DELETED

    @property
    def is_unlisted(self) -> bool:
        return self.unlisted_at is not None

    @property
    def is_deprecated(self) -> bool:
        return self.deprecated_at is not None

    @property
    def restorable_until(self) -> datetime | None:
        """When the content of a deleted extension is erased; ``None`` if it cannot be restored."""
        if self.deleted_at is None or self.erased_at is not None:
            return None
        period: timedelta = settings.EXTERY_RESTORE_PERIOD
        return self.deleted_at + period

    def is_owned_by(self, user: User | AnonymousUser) -> bool:
        return user.is_authenticated and user.pk == self.owner_id
