"""The review queue, which is public."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from extery_site.moderation import queues
from extery_site.publish.actions import missing_for_submission

PAGE_SIZE = 24
TABS = {
    "waiting": "In review",
    "changes": "Changes requested",
    "decided": "Recently decided",
}


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show versions in review, versions with requested changes, or recent decisions."""
    tab = request.GET.get("show", "waiting")
    if tab not in TABS:
        raise Http404("Unknown list.")
    context: dict[str, Any] = {"tabs": TABS, "tab": tab}
    if tab == "decided":
        context["decisions"] = queues.recently_decided()
    else:
        entries = queues.in_review() if tab == "waiting" else queues.changes_requested()
        paginator = Paginator(entries, PAGE_SIZE)
        page = paginator.get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "pages": paginator.get_elided_page_range(page.number),
            "entries": [
                (version, missing_for_submission(version.extension, version)) for version in page
            ],
        }
    return render(request, "moderation/queue.html", context)
