"""The WSGI application: the listing middleware in front of Django."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from extery_site.project.startup import load_settings

load_settings()
_django = get_wsgi_application()

from extery_site.listings.middleware import ListingMiddleware  # noqa: E402  needs the apps

application = ListingMiddleware(_django)
