"""What sets add to the pages of extensions and users."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from extery_site.accounts.models import User
from extery_site.catalog.extension_page import ExtensionPage
from extery_site.sets.models import ExtensionSet
from extery_site.sets.queries import cards_of, newest_sets, number_of_sets, sets_with

#: Sets on the start page and on the page of an extension; one more is read, to know whether there are others.
NUMBER = 3
#: Sets on the page of a user.
MAX_ON_PROFILE = 12


def sets_section(page: ExtensionPage) -> SafeString:
    """Render the sets that have an extension, and the link to add it to one; nothing for one that is not listed."""
    extension = page.extension
    if not extension.is_public or extension.is_unlisted:
        return SafeString("")
    found = sets_with(extension, NUMBER + 1)
    context = {"extension": extension, "sets": found[:NUMBER], "has_more": len(found) > NUMBER}
    return render_to_string("parts/in_these_sets.html", context, page.request)


def home_section() -> SafeString:
    """Render the newest sets for the start page; nothing if there are few."""
    cards = newest_sets(NUMBER, least=NUMBER)
    if not cards:
        return SafeString("")
    context = {"cards": cards, "number": number_of_sets()}
    return render_to_string("parts/newest_sets.html", context)


def profile_section(request: HttpRequest, person: User) -> SafeString:
    """Render the public sets of a user; nothing without any."""
    found = ExtensionSet.objects.listed().filter(owner=person).with_count(least=1)
    cards = cards_of(found.most_followed()[: MAX_ON_PROFILE + 1])
    if not cards and request.user != person:
        return SafeString("")
    context = {
        "person": person,
        "cards": cards[:MAX_ON_PROFILE],
        "has_more": len(cards) > MAX_ON_PROFILE,
    }
    return render_to_string("parts/sets_of_person.html", context, request)
