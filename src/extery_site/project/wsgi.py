"""The WSGI application: the listing middleware in front of Django."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from extery_site.project import env
from extery_site.project.database import require_driver
from extery_site.project.storage_address import require_libraries

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "extery_site.project.settings")
# Before the settings are imported: they read the secret key from this folder.
_env = env.load()
require_driver(_env.database)
require_libraries(_env.storage)
env.prepare_data_folder(_env.data)
_django = get_wsgi_application()

from extery_site.listings.middleware import ListingMiddleware  # noqa: E402  needs the apps

application = ListingMiddleware(_django)
