"""Choosing "My Blender": the address of the forms in the header and on the start page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from extery.core.errors import InvalidInput
from extery_site.catalog.my_blender import choose, store_my_blender

#: Characters of an unknown value in the message about it.
MAX_SHOWN = 60


@csrf_exempt
@require_POST
def choose_my_blender(request: HttpRequest) -> HttpResponse:
    """Store the chosen Blender and platform in a cookie, or forget them, and return to ``next``.

    Without a CSRF token, as the colour theme: the form is part of every page, and anonymous pages set no cookie.
    """
    next_url = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        next_url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        next_url = "/"
    mine = None
    if "forget" not in request.POST:
        blender, platform = request.POST.get("blender", ""), request.POST.get("platform", "")
        mine = choose(blender, platform, only_fitting=bool(request.POST.get("only_fitting")))
        if mine is None:
            value = f"{blender} {platform}".strip()[:MAX_SHOWN]
            raise InvalidInput.of("request.bad-value", variant="my-blender", value=value)
    response = HttpResponseRedirect(next_url)
    store_my_blender(response, mine)
    return response
