"""The WSGI application: the listing middleware in front of Django."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from extery_site.project.startup import load_settings

load_settings()
_django = get_wsgi_application()

from extery_site.listings.middleware import ListingMiddleware  # noqa: E402  needs the apps
from extery_site.project.charset import with_utf8  # noqa: E402

application = ListingMiddleware(with_utf8(_django))
