"""Creating, revoking and authenticating API tokens. Only hashes of secrets are stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from extery.core.errors import InvalidInput, NotFound, Refused, Where
from extery_site.accounts.models import ApiToken, User
from extery_site.accounts.permissions import AnyUser, require_signed_in, require_user
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota
from extery_site.ui.short_text import check_short_text

TOKEN_PREFIX = "extery_"  # noqa: S105  not a secret: secret scanners recognise our tokens by it
#: How often ``last_used_at`` is updated: not on every request, which would make each one a write.
_LAST_USED_INTERVAL = timedelta(minutes=1)


def _hash(secret: str) -> str:
    # The secret is 32 random bytes, which cannot be guessed: no slow hash is needed.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def create_token(
    *, user: AnyUser, name: str, expires_at: datetime | None = None, address: str | None = None
) -> tuple[ApiToken, str]:
    """Create an API token and return it with its secret, which cannot be retrieved later.

    Raises `InvalidInput` for an empty name or an expiry date in the past, and `Refused` if a quota
    of the user or of the client's ``address`` is exceeded.
    """
    owner = require_user(user)
    name = name.strip()
    if not name:
        raise InvalidInput.of("account.token-name-missing", where=Where(path=("name",)))
    check_short_text(name, field="name")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput.of(
            "account.token-expires-in-past",
            where=Where(path=("expires_at",)),
            expires_at=f"{expires_at:%Y-%m-%d %H:%M}",
        )
    use_quota(QuotaKind.TOKENS, account=owner.pk, address=address)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=owner,
        name=name[:100],
        secret_hash=_hash(secret),
        prefix=secret[: len(TOKEN_PREFIX) + 4],
        expires_at=expires_at,
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: AnyUser) -> ApiToken:
    """Revoke a token permanently; raises `NotFound` for a token of another user."""
    owner = require_signed_in(by)
    if token.user_id != owner.pk:
        raise NotFound.of("request.not-found", variant="token")
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def end_tokens(*, user: User) -> int:
    """Revoke all tokens of a user whose password was changed; return their number."""
    return ApiToken.objects.filter(user=user, revoked_at=None).update(
        revoked_at=timezone.now(), ended_with_password=True
    )


def authenticate_token(secret: str) -> User:
    """Return the owner of a token; raises `Refused` if it is unknown, expired or revoked."""
    token = (
        ApiToken.objects.usable().select_related("user").filter(secret_hash=_hash(secret)).first()
    )
    if token is None:
        raise Refused.of("account.token-invalid")
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _LAST_USED_INTERVAL:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user
