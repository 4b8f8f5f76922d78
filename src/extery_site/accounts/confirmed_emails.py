"""Confirmed e-mail addresses: an address belongs to the account that confirmed it.

A sign-up stores its address as unconfirmed (`allauth.account.models.EmailAddress`), even if another account
has it, and leaves ``User.email`` empty until it is confirmed. So every sign-up looks the same, and
``User.email_key`` makes one confirmed address one account in the database. Addresses that an
administrator sets with a command count as confirmed.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress

from extery_site.accounts.emails import normalize_email
from extery_site.accounts.models import User

#: Maximum number of unconfirmed accounts with one address that get a link to reset the password.
MAX_RESETS = 5


def find_owner(email: str) -> User | None:
    """Return the account that has confirmed an address, in any of its forms."""
    key = normalize_email(email)
    address = EmailAddress.objects.select_related("user").filter(email=key, verified=True).first()
    if address is not None:
        owner: User = address.user
        return owner
    return User.objects.filter(email_key=key).first() if key else None


def is_confirmed_by_another(address: EmailAddress) -> bool:
    """Whether the address is that of another account."""
    owner = find_owner(address.email)
    return owner is not None and owner.pk != address.user_id


def is_claimed_by_another(address: EmailAddress) -> bool:
    """Whether another account has the address, confirmed or not."""
    others = EmailAddress.objects.filter(email=address.email).exclude(user=address.user_id)
    return is_confirmed_by_another(address) or others.exists()


def make_primary_if_first(address: EmailAddress) -> None:
    """Make a confirmed address the primary one unless another confirmed one is; set ``User.email``."""
    primary = EmailAddress.objects.get_primary(address.user)
    if primary is None or not primary.verified or primary.pk == address.pk:
        address.set_as_primary()


def find_users_to_reset(email: str) -> list[User]:
    """Return the active accounts that get a link to reset their password at an address.

    That is the one that confirmed it, or else those that gave it at sign-up.
    """
    owner = find_owner(email)
    if owner is not None:
        return [owner] if owner.is_active else []
    addresses = EmailAddress.objects.filter(email=normalize_email(email), user__is_active=True)
    return [one.user for one in addresses.select_related("user").order_by("pk")[:MAX_RESETS]]


def confirmed_address(user: User) -> str:
    """Return the address to which e-mails to a user are sent, empty if none is confirmed.

    Addresses that an administrator sets with a command count as confirmed.
    """
    key = normalize_email(user.email)
    unconfirmed = EmailAddress.objects.filter(user=user, email=key, verified=False)
    return user.email if key and not unconfirmed.exists() else ""
