"""The section about ratings on the page of an extension."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from extery_site.catalog.models import Extension, Version
from extery_site.ratings.models import Rating
from extery_site.ratings.queries import numbers_of, own_rating

#: Number of ratings on the page of the extension.
NUMBER = 3


def ratings_section(
    request: HttpRequest,
    extension: Extension,
    version: Version | None,  # noqa: ARG001  ratings of all versions
) -> SafeString:
    """Render the average and the most helpful ratings; nothing for an extension that is not public."""
    if not extension.is_public:
        return SafeString("")
    ratings = Rating.objects.filter(extension=extension).shown().with_related().exclude(text="")
    context = {
        "extension": extension,
        "numbers": numbers_of(extension),
        "ratings": ratings.most_helpful_first(extension.newest_version)[:NUMBER],
        "own": own_rating(extension, request.user),
        "is_owner": extension.is_owned_by(request.user),
    }
    return render_to_string("ratings/section.html", context, request)
