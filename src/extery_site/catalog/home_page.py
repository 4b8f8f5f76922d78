"""The start page. Its shelves are the same for all visitors with one "My Blender", and made once for them."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from extery.core.types import TYPES
from extery_site.catalog.forms import popular_tags
from extery_site.catalog.home_shelves import Shelves
from extery_site.catalog.home_tasks import offered_tasks
from extery_site.catalog.my_blender import NEWEST_BLENDER, MyBlender, read_my_blender
from extery_site.project.timed_cache import TimedCache

MAX_TAGS = 16


class ShelvesPart(NamedTuple):
    """The shelves as HTML, and the numbers above them."""

    html: SafeString
    fitting: int
    number: int


SHELVES: TimedCache[ShelvesPart] = TimedCache(64)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what is worth a look: picks, what is trending, new or tested, and how to add the site to Blender."""
    mine = read_my_blender(request)
    key = (mine.blender, mine.platform, mine.only_fitting)
    part = SHELVES.get(key)
    if part is None:
        part = _make(mine)
        SHELVES.store(key, part)
    context = {
        "shelves": part.html,
        "fitting": part.fitting,
        "number": part.number,
        "types": TYPES,
        "is_home": True,
    }
    return render(request, "catalog/home.html", context)


def _make(mine: MyBlender) -> ShelvesPart:
    shelves = Shelves(mine)
    fitting, number = shelves.counts()
    picks = shelves.picks()
    tags = popular_tags()
    context: dict[str, Any] = {
        "picks": picks,
        "trending": shelves.trending(),
        "updates": shelves.updates(),
        "ready": shelves.ready(),
        "themes": shelves.themes(),
        "libraries": shelves.libraries(),
        "newest": [] if picks else shelves.newest(),
        "tasks": offered_tasks(tags),
        "tags": tags[:MAX_TAGS],
        "sections": [import_string(path)() for path in settings.HOME_SECTIONS],
        "newest_blender": NEWEST_BLENDER,
        "fits_blender": mine.fits,
        "is_empty": not number,
        "nothing_fits": bool(number) and mine.only_fitting and not fitting,
    }
    html = render_to_string("catalog/shelves.html", context)
    return ShelvesPart(html, fitting, number)
