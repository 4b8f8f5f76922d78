"""Until when new extensions were compared with the searches that users follow.

Who follows which search is a `extery_site.notify.models.Subscription`, as for extensions and reviews.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class FollowedSearchCheck(models.Model):
    """One row: extensions that became public before ``until`` were compared."""

    until = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"compared until {self.until:%Y-%m-%d %H:%M}"
