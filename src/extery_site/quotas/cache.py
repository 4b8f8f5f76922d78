"""Keys of the cache in the database, in which django-allauth counts requests.

All processes of a site share it. allauth puts addresses of clients into the keys.
"""

from __future__ import annotations

from django.utils.crypto import salted_hmac


def hashed_key(key: str, key_prefix: str, version: int) -> str:
    """Return a keyed hash, so that the database has no addresses of clients."""
    return salted_hmac(
        "extery.cache", f"{key_prefix}:{version}:{key}", algorithm="sha256"
    ).hexdigest()
