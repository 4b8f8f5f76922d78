"""The rate limits of django-allauth are counted in the database, for all processes of a site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from extery_site.quotas.models import CachedValue
from extery_site.quotas.tasks import delete_expired_cache

ROOT = Path(__file__).parents[3]
SIGN_UP = """
import json, os
import django
from django.conf import settings
settings.DATABASES["default"] = json.loads(os.environ["EXTERY_TEST_DATABASE"])
settings.ACCOUNT_RATE_LIMITS = {"signup": "3/d/ip"}
settings.ALLOWED_HOSTS = ["testserver"]
django.setup()
from django.test import Client
print([Client().post("/account/signup/", {}).status_code for _ in range(2)])
"""


def sign_up_twice(data: Path) -> list[int]:
    """Return the statuses of two sign-ups to a process of its own."""
    result = subprocess.run(
        [sys.executable, "-c", SIGN_UP],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "extery_site.project.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "demo")]),
            "EXTERY_DATA": str(data),
            "EXTERY_DEBUG": "1",
            "EXTERY_SECRET_KEY": "of-both-processes",
            "EXTERY_TEST_DATABASE": json.dumps(connection.settings_dict, default=str),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return list(json.loads(result.stdout))


@pytest.mark.django_db(transaction=True)
def test_all_processes_of_a_site_count_together(tmp_path: Path) -> None:
    assert sign_up_twice(tmp_path) == [200, 200]
    assert sign_up_twice(tmp_path) == [200, 429]


def test_the_database_has_no_addresses(db: None, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"signup": "3/d/ip"}
    Client(REMOTE_ADDR="192.0.2.1").post("/account/signup/", {})
    rows = list(CachedValue.objects.all())
    assert rows
    assert all(row.cache_key.isalnum() and len(row.cache_key) == 64 for row in rows)


def test_the_keys_are_apart(db: None) -> None:
    cache.set("a", 1)
    cache.set("a", 2, version=2)
    cache.set("b", 3)
    assert [cache.get("a"), cache.get("a", version=2), cache.get("b")] == [1, 2, 3]


def test_expired_values_are_deleted(db: None, run_tasks: Callable[[], int]) -> None:
    cache.set("old", 1)
    CachedValue.objects.update(expires=timezone.now() - timedelta(minutes=1))
    cache.set("new", 2)
    delete_expired_cache.enqueue()
    run_tasks()
    assert CachedValue.objects.count() == 1
    assert cache.get("new") == 2
