"""What can be reported: one row for each kind of thing.

Pages link to ``reports:report`` with the name of a kind and the key of a thing. The key is part of the
address; ``pk`` identifies the thing in the database, because a key can be used again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse

from extery.core.errors import NotFound
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, may_moderate
from extery_site.catalog.locking import lock_extension
from extery_site.catalog.models import Event, Extension, Image, Version
from extery_site.catalog.models.event import COMMENT_KINDS
from extery_site.media.gallery import read_gallery
from extery_site.media.models import GalleryItem
from extery_site.ratings.models import Rating
from extery_site.reports.reasons import FOR_SOFTWARE, FOR_TEXTS, Reason
from extery_site.sets.models import ExtensionSet
from extery_site.ui.row_keys import row_key

#: Notes of a set that moderators read with a report.
MAX_NOTES = 20


@dataclass(frozen=True)
class Target:
    """A thing that can be reported."""

    kind: str
    pk: int
    key: str
    title: str
    url: str
    owner: User | None
    """The person it is from, who cannot report it and does not decide about it."""
    extension: Extension | None = None
    """The extension it belongs to."""
    excerpt: str = ""
    """What people read there, for moderators."""

    @property
    def row(self) -> TargetKind:
        return KINDS[self.kind]


class TargetKind(NamedTuple):
    """A kind of thing: how it is called, found, and who may see it."""

    name: str
    label: str
    reasons: tuple[Reason, ...]
    find: Callable[[str], Target | None]
    """Return the thing with a key."""
    load: Callable[[int], Target | None]
    """Return the thing with a primary key."""
    is_visible: Callable[[Target, AnyUser], bool]


def find_target(kind: str, key: str, user: AnyUser) -> Target:
    """Return the thing with a key; raises `NotFound` if it does not exist or ``user`` cannot see it."""
    row = KINDS.get(kind)
    target = row.find(key) if row and key.isprintable() else None
    if row is None or target is None or not row.is_visible(target, user):
        raise _not_found(key)
    return target


def lock_target(target: Target, user: AnyUser) -> Target:
    """Return the current thing, locked until the transaction ends.

    Raises `NotFound` if it was deleted in the meantime, or is not visible any more.
    """
    if target.extension is not None:
        lock_extension(target.extension)
    current = target.row.load(target.pk)
    if current is None or not target.row.is_visible(current, user):
        raise _not_found(target.key)
    return current


def _not_found(key: str) -> NotFound:
    return NotFound.of("request.not-found", variant="reportable", name=key[:100])


def _extension(extension: Extension | None) -> Target | None:
    if extension is None:
        return None
    return Target(
        kind="extension",
        pk=extension.pk,
        key=extension.extension_id,
        title=extension.name,
        url=extension.get_absolute_url(),
        owner=extension.owner,
        extension=extension,
        excerpt=extension.tagline,
    )


_EXTENSIONS = Extension.objects.select_related("owner", "image")
_VERSIONS = Version.objects.select_related("extension__owner")


def _is_extension_visible(target: Target, user: AnyUser) -> bool:
    return Extension.objects.visible_to(user).filter(pk=target.pk).exists()


def _version(version: Version | None) -> Target | None:
    if version is None:
        return None
    extension = version.extension
    return Target(
        kind="version",
        pk=version.pk,
        key=f"{extension.extension_id}-{version.number}",
        title=f"{extension.name} {version.number}",
        url=reverse("moderation:version", args=[extension.extension_id, version.number]),
        owner=extension.owner,
        extension=extension,
        excerpt=version.release_notes,
    )


def _find_version(key: str) -> Target | None:
    """Find ``gear_tool-1.2.0``: ids contain no hyphen."""
    extension_id, _, version = key.partition("-")
    same = Extension.objects.with_id(extension_id)
    return _version(_VERSIONS.filter(extension__in=same, number=version).first())


def _is_version_visible(target: Target, user: AnyUser) -> bool:
    """Whether its review is public: everything but drafts."""
    return _sees_drafts(target, user) or (
        Version.objects.filter(pk=target.pk).exclude(status=Version.Status.DRAFT).exists()
    )


def _comment(event: Event | None) -> Target | None:
    if event is None:
        return None
    extension = event.extension
    args = [extension.extension_id, *([event.version_number] if event.version_number else [])]
    page = reverse("moderation:version" if event.version_number else "moderation:thread", args=args)
    author = event.by.username if event.by else "a deleted user"
    return Target(
        kind="comment",
        pk=event.pk,
        key=str(event.pk),
        title=f"Comment by {author} on {extension.name}",
        url=f"{page}?entry={event.pk}#event-{event.pk}",
        owner=event.by,
        extension=extension,
        excerpt=event.text,
    )


#: Notes of moderators and volunteers are internal, and removed texts are hidden already.
_COMMENTS = Event.objects.filter(
    kind__in=COMMENT_KINDS, is_internal=False, removed_at=None
).select_related("extension__owner", "by")


def _is_comment_visible(target: Target, user: AnyUser) -> bool:
    """Whether its thread is public: once the extension was submitted."""
    submitted = Event.objects.filter(extension=target.extension, kind=Event.Kind.SUBMITTED)
    return _sees_drafts(target, user) or submitted.exists()


def _sees_drafts(target: Target, user: AnyUser) -> bool:
    extension = target.extension
    return extension is not None and (extension.is_owned_by(user) or may_moderate(user))


def _user(user: User | None) -> Target | None:
    if user is None:
        return None
    return Target(
        kind="user",
        pk=user.pk,
        key=user.username,
        # Not the name: who reported it reads the title also when moderators have hidden the name.
        title=user.username,
        url=reverse("catalog:author", args=[user.username]),
        owner=user,
        excerpt="\n\n".join(filter(None, [user.full_name, user.about])),
    )


def _is_user_visible(target: Target, _user: AnyUser) -> bool:
    return target.owner is not None and target.owner.is_active


def _image(pk: int | None) -> Target | None:
    """Return the target of a cover, or of a picture or video in a gallery."""
    image = Image.objects.filter(pk=pk).first() if pk is not None else None
    extension = None if image is None else _EXTENSIONS.filter(_with_image(image.pk)).first()
    if image is None or extension is None:
        return None
    gallery = [one.pk for one in read_gallery(extension)]
    number = gallery.index(image.pk) + 1 if image.pk in gallery else 1
    return Target(
        kind="image",
        pk=image.pk,
        key=str(image.pk),
        title=f"Image of {extension.name}",
        url=extension.get_absolute_url() + (f"?picture={number}" if number > 1 else ""),
        owner=extension.owner,
        extension=extension,
        excerpt=image.alt_text,
    )


def _with_image(pk: int) -> Q:
    in_gallery = GalleryItem.objects.filter(image=pk).values("extension")
    return Q(image=pk) | Q(pk__in=in_gallery)


def _is_image_visible(target: Target, user: AnyUser) -> bool:
    visible = Extension.objects.visible_to(user).filter(_with_image(target.pk))
    if not _sees_drafts(target, user):
        visible = visible.exclude(status=Extension.Status.BLOCKED)
    return visible.exists()


def _rating(rating: Rating | None) -> Target | None:
    if rating is None:
        return None
    extension = rating.extension
    author = rating.user.username if rating.user else "a deleted user"
    return Target(
        kind="rating",
        pk=rating.pk,
        key=str(rating.pk),
        title=f"Rating of {extension.name} by {author}",
        url=f"{reverse('ratings:list', args=[extension.extension_id])}#rating-{rating.pk}",
        owner=rating.user,
        extension=extension,
        excerpt=rating.text,
    )


_RATINGS = Rating.objects.select_related("extension__owner", "user")


def _is_rating_visible(target: Target, user: AnyUser) -> bool:
    """Whether its extension is visible: who has reported a hidden rating can still add to the report."""
    visible = Extension.objects.visible_to(user).filter(ratings=target.pk)
    return visible.exists()


def _set(set_: ExtensionSet | None) -> Target | None:
    if set_ is None:
        return None
    return Target(
        kind="set",
        pk=set_.pk,
        key=str(set_.pk),
        title=f"Set {set_.title}",
        url=set_.get_absolute_url(),
        owner=set_.owner,
        excerpt="\n\n".join(filter(None, [set_.description, *_notes(set_)])),
    )


def _notes(set_: ExtensionSet) -> list[str]:
    notes = set_.entries.seen().in_order().exclude(note="").values_list("note", flat=True)
    return list(notes[:MAX_NOTES])


_SETS = ExtensionSet.objects.select_related("owner")


def _is_set_visible(target: Target, user: AnyUser) -> bool:
    return ExtensionSet.objects.visible_to(user).filter(pk=target.pk).exists()


KINDS: dict[str, TargetKind] = {
    row.name: row
    for row in (
        TargetKind(
            "extension",
            "Extension",
            FOR_SOFTWARE,
            lambda key: _extension(_EXTENSIONS.with_id(key).first()),
            lambda pk: _extension(_EXTENSIONS.filter(pk=pk).first()),
            _is_extension_visible,
        ),
        TargetKind(
            "version",
            "Version",
            FOR_SOFTWARE,
            _find_version,
            lambda pk: _version(_VERSIONS.filter(pk=pk).first()),
            _is_version_visible,
        ),
        TargetKind(
            "comment",
            "Comment",
            FOR_TEXTS,
            lambda key: _comment(_COMMENTS.filter(pk=row_key(key)).first()),
            lambda pk: _comment(_COMMENTS.filter(pk=pk).first()),
            _is_comment_visible,
        ),
        TargetKind(
            "rating",
            "Rating",
            FOR_TEXTS,
            lambda key: _rating(_RATINGS.filter(pk=row_key(key)).first()),
            lambda pk: _rating(_RATINGS.filter(pk=pk).first()),
            _is_rating_visible,
        ),
        TargetKind(
            "user",
            "User",
            FOR_TEXTS,
            lambda key: _user(User.objects.filter(username__iexact=key).first()),
            lambda pk: _user(User.objects.filter(pk=pk).first()),
            _is_user_visible,
        ),
        TargetKind(
            "image",
            "Image",
            FOR_TEXTS,
            lambda key: _image(row_key(key)),
            _image,
            _is_image_visible,
        ),
        TargetKind(
            "set",
            "Set",
            FOR_TEXTS,
            lambda key: _set(_SETS.filter(pk=row_key(key)).first()),
            lambda pk: _set(_SETS.filter(pk=pk).first()),
            _is_set_visible,
        ),
    )
}
