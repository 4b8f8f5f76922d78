"""The text by which the search finds an extension, and when it is made again.

`update_document` is called in the transaction of a change. What it misses, such as rows of before an upgrade, the
periodic job `index_outdated` finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, SearchTerm, Tag
from extery_site.catalog.models.extension import ExtensionQuerySet
from extery_site.search import word_counts
from extery_site.search.models import REVISION, WEIGHTS, SearchDocument
from extery_site.search.words import index_text, name_words, words_of

#: Words of a description that are found: a text of 20,000 characters has fewer.
MAX_DESCRIPTION_WORDS = 4000
_BATCH = 200
#: Events after which an extension is listed or not, or has another text.
_KINDS = frozenset(
    {
        *(Event.Kind.APPROVED, Event.Kind.PUBLISHED, Event.Kind.PUBLISHED_EARLY),
        *(Event.Kind.AUTO_PUBLISHED, Event.Kind.UNDONE, Event.Kind.SCAN_BLOCKED),
        *(Event.Kind.BLOCKED, Event.Kind.UNBLOCKED, Event.Kind.RELEASED_FROM_QUARANTINE),
        *(Event.Kind.QUARANTINED, Event.Kind.VERSION_BLOCKED, Event.Kind.VERSION_UNBLOCKED),
        *(Event.Kind.UNPUBLISHED, Event.Kind.REPUBLISHED, Event.Kind.PROMOTED),
        *(Event.Kind.UNLISTED, Event.Kind.LISTED),
        *(Event.Kind.DELETED, Event.Kind.DELETED_AS_PLANNED, Event.Kind.RESTORED),
        *(Event.Kind.ERASED, Event.Kind.HANDOVER_ACCEPTED),
    }
)


def follow_event(event: Event) -> None:
    """Update the text of an extension after an event that can change it."""
    if event.kind in _KINDS:
        update_document(event.extension)


def update_document(extension: Extension) -> None:
    """Write the text of an extension if it differs; without a row, the search does not find it."""
    _update([extension.pk])


def update_documents(keys: Iterable[int]) -> None:
    """Write the texts of the extensions with these keys; the caller has created or locked them."""
    _update(list(keys))


def update_author(user: User) -> None:
    """Write the name of an author into the texts of their extensions."""
    of_author = SearchDocument.objects.filter(extension__owner=user)
    of_author.update(author=_author(user), updated_at=timezone.now(), is_counted=False)


def outdated() -> QuerySet[Extension]:
    """Return the extensions whose row is missing, of another revision, older than a change, or superfluous."""
    current = SearchDocument.objects.filter(
        extension=OuterRef("pk"), revision=REVISION, updated_at__gte=OuterRef("updated_at")
    )
    listed = Q(pk__in=Extension.objects.browsable().values("pk"))
    has_row = Exists(SearchDocument.objects.filter(extension=OuterRef("pk")))
    return Extension.objects.filter((listed & ~Exists(current)) | (~listed & has_row))


def index_outdated() -> int:
    """Write the rows of all `outdated` extensions, some in each transaction; return their number."""
    keys = iter(list(outdated().order_by("pk").values_list("pk", flat=True)))
    number = 0
    while batch := list(islice(keys, _BATCH)):
        with transaction.atomic():
            # A change of one waits, and then writes the newer text.
            locked = Extension.objects.select_for_update(of=("self",)).filter(pk__in=batch)
            _update(list(locked.order_by("pk").values_list("pk", flat=True)))
        number += len(batch)
    return number


def _update(keys: list[int]) -> None:
    stored = SearchDocument.objects.in_bulk(keys)
    listed = {
        document.pk: document for document in _documents(Extension.objects.filter(pk__in=keys))
    }
    if gone := stored.keys() - listed.keys():
        word_counts.forget([stored[key] for key in gone])
        SearchDocument.objects.filter(pk__in=gone).delete()
    fields = [*WEIGHTS, "revision", "is_counted"]
    new, changed, same = [], [], []
    for key, document in listed.items():
        if (old := stored.get(key)) is None:
            new.append(document)
        elif any(getattr(old, name) != getattr(document, name) for name in (*WEIGHTS, "revision")):
            changed.append(document)
        else:
            same.append(key)
    SearchDocument.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["extension"],
        update_fields=[*fields, "updated_at"],
    )
    if changed:
        SearchDocument.objects.bulk_update(changed, [*fields, "updated_at"])
    if same:
        SearchDocument.objects.filter(pk__in=same).update(updated_at=timezone.now())


def _documents(extensions: ExtensionQuerySet) -> Iterator[SearchDocument]:
    tags = Prefetch("tags", Tag.objects.order_by("pk"))
    found = list(extensions.browsable().select_related("owner").prefetch_related(tags))
    terms: dict[int, list[str]] = {}
    rows = SearchTerm.objects.filter(extension__in=found).order_by("term")
    for key, term in rows.values_list("extension_id", "term"):
        # Phrases (`ctrl shift q`) are found as a whole: two of their words mean something else.
        if " " not in term:
            terms.setdefault(key, []).append(term)
    for extension in found:
        yield SearchDocument(
            extension=extension,
            name=index_text([*name_words(extension.name), *name_words(extension.extension_id)]),
            tags=_text(tag.name for tag in extension.tags.all()),
            does=_text(terms.get(extension.pk, ())),
            tagline=_text([extension.tagline]),
            description=index_text(words_of(extension.description)[:MAX_DESCRIPTION_WORDS]),
            author=_author(extension.owner),
            revision=REVISION,
            updated_at=timezone.now(),
        )


def _text(texts: Iterable[str]) -> str:
    return index_text([word for text in texts for word in words_of(text)])


def _author(user: Any) -> str:
    return _text([user.username, user.full_name])
