"""The website in this process, for targets outside of pytest."""

from __future__ import annotations

import os
from functools import cache


@cache
def set_up() -> None:
    """Prepare Django, unless pytest has done it."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "extery_site.project.settings")
        django.setup()
