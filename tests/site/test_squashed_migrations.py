"""The squashed migrations, which new sites run, make the tables that the single ones make."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from extery_site.project.database_address import SQLITE_FILE

SINGLE = """
import sys
from django.db.migrations import executor
from tests.site.migrating import SingleSteps
executor.MigrationLoader = SingleSteps
"""
MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


def schema_after(code: str, data: Path) -> dict[str, Any]:
    """Return columns of tables, and indexes, after migrating a new data folder with this code."""
    data.mkdir(mode=0o700)
    environment = {**os.environ, "EXTERY_DATA": str(data), "EXTERY_DATABASE": ""}
    environment["DJANGO_SETTINGS_MODULE"] = "extery_site.project.settings"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=300)
    found: dict[str, Any] = {}
    with sqlite3.connect(data / SQLITE_FILE) as database:
        for name, sql in database.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        ).fetchall():
            columns = database.execute(f'PRAGMA table_info("{name}")').fetchall()
            found[name] = {column[1:] for column in columns} or " ".join(sql.split())
        steps = database.execute("SELECT name FROM django_migrations").fetchall()
    assert any("squashed" in name for (name,) in steps) == (SINGLE not in code)
    return found


@pytest.mark.longest
def test_a_new_site_has_the_tables_of_one_that_was_migrated_step_by_step(tmp_path: Path) -> None:
    squashed = schema_after(MIGRATE, tmp_path / "squashed")
    single = schema_after(SINGLE + MIGRATE, tmp_path / "single")
    assert "catalog_extension" in squashed
    assert squashed == single
