"""The WSGI application: the listing from memory, and Django for all else."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from extery_site.project import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "extery_site.project.settings")
# Before the settings are read: they take the secret key from there.
env.prepare_data_folder(env.load()["EXTERY_DATA"])
_django = get_wsgi_application()

from extery_site.listings.middleware import ListingMiddleware  # noqa: E402  needs the apps

application = ListingMiddleware(_django)
