"""Actions on ratings: rate, remove, reply, mark as helpful; for moderators and the site: hide and show.

Each locks the extension first, so that of simultaneous changes one comes after the other and the
numbers of the extension are right. Each can be repeated: the result is the same.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Refused, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import (
    AnyUser,
    may_moderate,
    require_moderator,
    require_user,
)
from extery_site.catalog.lifecycle import record
from extery_site.catalog.locking import lock_extension, lock_owned_extension
from extery_site.catalog.models import Event, Extension
from extery_site.catalog.own_work import require_work_of_others
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota
from extery_site.ratings.content import RatingContent, check_content, clean_prose
from extery_site.ratings.models import Helpful, Rating, Reply
from extery_site.ratings.notifications import (
    notify_of_hiding,
    notify_of_rating,
    notify_of_reply,
    notify_of_showing,
)
from extery_site.ratings.summaries import update_summary

_HIDING = ("hidden_at", "hidden_by", "hidden_by_case", "hidden_reason")


@transaction.atomic
def rate(
    *,
    extension: Extension,
    by: AnyUser,
    stars: int,
    text: str = "",
    version: str = "",
    blender: str = "",
    platform: str = "",
    address: str | None = None,
) -> Rating:
    """Rate an extension, or change the rating that the user has given it.

    Without ``version``, the rating is about the newest. Raises `NotFound` for an extension that the
    user cannot see, `Conflict` for one that is not public, `InvalidInput` for an invalid value, and
    `Refused` for the owner, or if a quota of the user or of the client's ``address`` is exceeded.
    """
    user = require_user(by)
    extension = _lock_visible(extension, user)
    if extension.is_owned_by(user):
        raise Refused.of("rating.own-extension", extension=extension.name)
    if not extension.is_public:
        raise Conflict.of("rating.not-public", extension=extension.name)
    content = check_content(
        extension, stars=stars, text=text, version=version, blender=blender, platform=platform
    )
    rating = Rating.objects.filter(extension=extension, user=user).first()
    is_new = rating is None
    if rating is None:
        rating = Rating(extension=extension, user=user)
    elif _content_of(rating) == content:
        return rating
    else:
        rating.edited_at = timezone.now()
    _use_quota(QuotaKind.RATINGS, user, address)
    for name, value in content._asdict().items():
        setattr(rating, name, value)
    rating.version_number = content.version.number
    rating.save()
    update_summary(extension)
    if is_new:
        notify_of_rating(rating)
    return rating


@transaction.atomic
def remove_rating(*, extension: Extension, by: AnyUser) -> None:
    """Remove the user's own rating of an extension, if there is one.

    Raises `Conflict` for a hidden rating: a new one would take its place unseen by a moderator.
    """
    user = require_user(by)
    extension = _lock_visible(extension, user)
    rating = Rating.objects.filter(extension=extension, user=user).first()
    if rating is None:
        return
    if rating.is_hidden:
        raise Conflict.of("rating.hidden", variant="remove")
    rating.delete()
    update_summary(extension)


@transaction.atomic
def reply(*, rating: Rating, by: AnyUser, text: str, address: str | None = None) -> Reply:
    """Reply to a rating as the owner of the extension, or change the reply.

    Raises `Refused` for other users, and `Conflict` for a hidden rating.
    """
    extension = lock_owned_extension(rating.extension, by)
    user = require_user(by)
    rating = _lock_rating(rating)
    if rating.is_hidden:
        raise Conflict.of("rating.hidden")
    text = clean_prose(text)
    if not text:
        raise InvalidInput.of("rating.reply-empty", where=Where(path=("text",)))
    answer = Reply.objects.filter(rating=rating).first() or Reply(rating=rating)
    if answer.text == text:
        return answer
    is_new = answer.pk is None
    if not is_new:
        answer.edited_at = timezone.now()
    _use_quota(QuotaKind.RATINGS, user, address)
    answer.by, answer.text = user, text
    answer.save()
    rating.extension = extension
    if is_new:
        notify_of_reply(answer)
    return answer


@transaction.atomic
def remove_reply(*, rating: Rating, by: AnyUser) -> None:
    """Remove the reply to a rating, if there is one; raises `Refused` for other users than the owner."""
    lock_owned_extension(rating.extension, by)
    Reply.objects.filter(rating=rating).delete()


@transaction.atomic
def mark_helpful(
    *, rating: Rating, by: AnyUser, helpful: bool = True, address: str | None = None
) -> Rating:
    """Mark a rating as helpful for the user, or take the mark back; return the current rating.

    Raises `Refused` for the user's own rating, and `Conflict` for a hidden one.
    """
    user = require_user(by)
    _lock_visible(rating.extension, user)
    rating = _lock_rating(rating)
    if rating.user_id == user.pk:
        raise Refused.of("rating.own-rating")
    if rating.is_hidden:
        raise Conflict.of("rating.hidden")
    marks = Helpful.objects.filter(rating=rating)
    if marks.filter(user=user).exists() == helpful:
        return rating
    if helpful:
        _use_quota(QuotaKind.VOTES, user, address)
        Helpful.objects.create(rating=rating, user=user)
    else:
        marks.filter(user=user).delete()
    rating.helpful_count = marks.count()
    rating.save(update_fields=["helpful_count"])
    return rating


@transaction.atomic
def hide_rating(
    rating: Rating, by: AnyUser | None, reason: str, *, case: int | None = None
) -> Rating:
    """Hide a rating: as a moderator, or as the site (``by`` is ``None``) until one has looked at it.

    A moderator can confirm what the site has hidden. ``case`` are the reports that hide it. Raises `Refused` for other users and for
    moderators who published the extension or wrote the rating.
    """
    extension, rating, moderator = _lock_for_moderation(rating, by)
    reason = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    if moderator and not reason:
        raise InvalidInput.of("rating.reason-missing", where=Where(path=("reason",)))
    if rating.is_hidden and (moderator is None or rating.hidden_by_id is not None):
        return rating
    rating.hidden_at = rating.hidden_at or timezone.now()
    rating.hidden_by, rating.hidden_by_case, rating.hidden_reason = moderator, case, reason
    rating.save(update_fields=_HIDING)
    update_summary(extension)
    record(extension, Event.Kind.RATING_HIDDEN, by=moderator, text=reason)
    notify_of_hiding(rating)
    return rating


@transaction.atomic
def show_rating(rating: Rating, by: AnyUser | None) -> Rating:
    """Show a hidden rating again, as a moderator or as the site (``by`` is ``None``)."""
    extension, rating, moderator = _lock_for_moderation(rating, by)
    if not rating.is_hidden:
        return rating
    rating.hidden_at = rating.hidden_by = rating.hidden_by_case = None
    rating.hidden_reason = ""
    rating.save(update_fields=_HIDING)
    update_summary(extension)
    record(extension, Event.Kind.RATING_SHOWN, by=moderator)
    notify_of_showing(rating, moderator)
    return rating


def _lock_visible(extension: Extension, user: User) -> Extension:
    locked = lock_extension(extension)
    if not Extension.objects.visible_to(user).filter(pk=locked.pk).exists():
        raise NotFound.of("request.not-found", variant="extension", id=extension.extension_id)
    return locked


def _lock_rating(rating: Rating) -> Rating:
    locked = Rating.objects.select_for_update().filter(pk=rating.pk).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="rating")
    return locked


def _lock_for_moderation(
    rating: Rating, by: AnyUser | None
) -> tuple[Extension, Rating, User | None]:
    moderator = None if by is None else require_moderator(by)
    extension = lock_extension(rating.extension)
    rating = _lock_rating(rating)
    rating.extension = extension
    if moderator is not None:
        require_work_of_others(moderator, extension)
        _require_rating_of_others(moderator, rating)
    return extension, rating, moderator


def _require_rating_of_others(moderator: User, rating: Rating) -> None:
    if rating.user_id == moderator.pk:
        raise Refused.of("rating.own-rating", variant="moderate")


def _content_of(rating: Rating) -> tuple[object, ...]:
    return RatingContent(
        stars=rating.stars,
        text=rating.text,
        version=rating.version,  # type: ignore[arg-type]
        blender=rating.blender,
        platform=rating.platform,
    )


def _use_quota(kind: QuotaKind, user: User, address: str | None) -> None:
    if not may_moderate(user):
        use_quota(kind, account=user.pk, address=address)
