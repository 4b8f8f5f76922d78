"""Following the review of a version from its row in the queue."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from extery.core.errors import Conflict
from extery_site.accounts.permissions import may_moderate, require_user
from extery_site.catalog.models import Version
from extery_site.catalog.subjects import review_subject
from extery_site.moderation.queue_list import QueueFilter, list_entries
from extery_site.notify.actions import follow, unfollow
from extery_site.ui.form_problems import sentence
from extery_site.ui.row_keys import row_key

#: What a button of a row does, by its name.
SUBSCRIBING = {"follow": follow, "unfollow": unfollow}


def subscribe(request: HttpRequest, step: str) -> Version | None:
    """Follow the review of the version that a button names, or stop following it.

    Return the version; ``None``, with a message, if the user's list of the queue does not have it.
    """
    user = require_user(request.user)
    listed = list_entries(QueueFilter(is_staff=may_moderate(user)), user, timezone.now())
    found = listed.select_related("version__extension")
    entry = found.filter(pk=row_key(request.POST[step])).first()
    if entry is None:
        messages.info(request, "This version is not in the queue any more.")
        return None
    version: Version = entry.version
    try:
        SUBSCRIBING[step](user, review_subject(version.extension, version.number))
    except Conflict as error:
        messages.warning(request, " ".join(map(sentence, error.problems)))
    return version
