"""Records which terms a user accepted by creating an account."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_signed_up
from django.dispatch import receiver

from extery import __version__
from extery_site.accounts.models import User
from extery_site.site_pages.models import TermsAcceptance
from extery_site.site_pages.pages import current_number


@receiver(user_signed_up)
def record_acceptance(user: User, **_: Any) -> None:
    """Store the version that the form linked to."""
    TermsAcceptance.objects.get_or_create(
        user=user, defaults={"number": current_number("terms"), "extery": __version__}
    )
