"""The WSGI application: the short way to the listing, chunked uploads, and Django behind them."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from extery_site import config

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "extery_site.settings")
# Before the settings are read: they take the secret key from there.
config.prepare_data_folder(config.load()["EXTERY_DATA"])
_django = get_wsgi_application()

from extery_site.bodies import limit_chunked  # noqa: E402  needs the settings
from extery_site.listings.serving import ShortWay  # noqa: E402  needs the apps

application = ShortWay(limit_chunked(_django))
