"""Tokens come and go. A secret is shown once and never stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from extery.core.errors import InvalidInput, NotFound, Refused, Where
from extery_site.accounts.models import ApiToken, User
from extery_site.accounts.permissions import AnyUser, require_person

TOKEN_PREFIX = "extery_"  # noqa: S105  not a secret but what tells secret scanners ours apart
#: Noting each use would turn every request into a write.
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


def _hash(secret: str) -> str:
    # The secret is 32 random bytes: there is nothing to guess, so no slow hash is needed.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def create_token(
    *, user: AnyUser, name: str, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token of this user, and its secret, which nobody can get again."""
    person = require_person(user)
    name = name.strip()
    if not name:
        raise InvalidInput.of(
            "account.token-name-missing",
            "the token has no name",
            hint="name what will use it, for example 'publishing from CI'",
            where=Where(path=("name",)),
        )
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput.of(
            "account.token-expires-in-past",
            f"the token would have expired at {expires_at:%Y-%m-%d %H:%M}",
            hint="choose a day in the future, or none",
            where=Where(path=("expires_at",)),
        )
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=person,
        name=name[:100],
        secret_hash=_hash(secret),
        beginning=secret[: len(TOKEN_PREFIX) + 4],
        expires_at=expires_at,
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: AnyUser) -> ApiToken:
    """Make a token useless, at once and for ever."""
    person = require_person(by)
    if token.user_id != person.pk:
        raise NotFound.of("request.not-found", "there is no such token among yours")
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def user_of_token(secret: str) -> User:
    """Whose token this is; raises `Refused` if it is nobody's or cannot be used any more."""
    token = (
        ApiToken.objects.usable().select_related("user").filter(secret_hash=_hash(secret)).first()
    )
    if token is None:
        raise Refused.of(
            "account.token-unknown",
            "this API token is unknown, expired or revoked",
            hint="make a new one on your page of tokens",
        )
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user
