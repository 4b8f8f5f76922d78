"""The WSGI application: ids and the access log, then the listing middleware, in front of Django."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from extery_site.project.startup import load_settings

load_settings()
_django = get_wsgi_application()

from django.conf import settings  # noqa: E402

from extery_site.listings.middleware import ListingMiddleware  # noqa: E402  needs the apps
from extery_site.project.charset import with_utf8  # noqa: E402
from extery_site.project.logs.middleware import RequestMiddleware  # noqa: E402
from extery_site.project.logs.site_log import access_log  # noqa: E402
from extery_site.quotas.client_address import address_behind_proxies  # noqa: E402

application = RequestMiddleware(
    ListingMiddleware(with_utf8(_django)),
    client_address=address_behind_proxies,
    behind_proxy=bool(settings.EXTERY_PROXIES),
    access_log=access_log(),
)
