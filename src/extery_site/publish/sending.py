"""The answer to an upload that a script sends with its progress (``js/drop.js``)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def go_on(request: HttpRequest, url: str) -> HttpResponse:
    """Lead the browser to the page that follows an upload.

    A script gets the address without a redirect: it would load the page itself, and with it the messages
    that are shown once.
    """
    if request.headers.get("X-Upload") == "script":
        return HttpResponse(status=204, headers={"Location": url})
    return redirect(url)
