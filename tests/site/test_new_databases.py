"""A new site has the tables that all migrations make one after the other, however they are made."""

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
CREATE = """
from extery_site.project import startup
startup.load_django()
startup._migrate()
"""


FAIL = """
from django.core.management import sql
def fail(*_arguments, **_options):
    raise SystemExit(0)
sql.emit_post_migrate_signal = fail
"""


def database_after(code: str, data: Path) -> sqlite3.Connection:
    """Return the database that this code makes in a data folder."""
    data.mkdir(mode=0o700, exist_ok=True)
    environment = {**os.environ, "EXTERY_DATA": str(data), "EXTERY_DATABASE": ""}
    environment["DJANGO_SETTINGS_MODULE"] = "extery_site.project.settings"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=300)
    return sqlite3.connect(data / SQLITE_FILE)


def schema(database: sqlite3.Connection) -> dict[str, Any]:
    """Return columns of tables, and indexes."""
    found: dict[str, Any] = {}
    for name, sql in database.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    ).fetchall():
        columns = database.execute(f'PRAGMA table_info("{name}")').fetchall()
        keys = database.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
        texts = {column[1:] for column in columns} | {key[2:] for key in keys}
        found[name] = texts or " ".join(sql.split())
    assert "catalog_extension" in found
    return found


def rows(database: sqlite3.Connection) -> dict[str, set[Any]]:
    """Return the rows of all tables, without their numbers and times."""
    columns = {
        "django_migrations": "app, name",
        "django_content_type": "app_label, model",
        "auth_permission": "name, codename",
    }
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return {
        name: set(database.execute(f'SELECT {columns.get(name, "*")} FROM "{name}"').fetchall())
        for (name,) in database.execute(names).fetchall()
    }


@pytest.mark.longest
def test_a_new_site_has_the_tables_of_one_that_was_migrated_step_by_step(tmp_path: Path) -> None:
    created = database_after(CREATE, tmp_path / "created")
    squashed = database_after(MIGRATE, tmp_path / "squashed")
    single = database_after(SINGLE + MIGRATE, tmp_path / "single")
    assert schema(created) == schema(squashed) == schema(single)
    assert rows(created) == rows(squashed)
    assert len(rows(created)["auth_permission"]) > 50
    steps = rows(single)["django_migrations"]
    assert steps < rows(created)["django_migrations"]  # and the squashed ones


@pytest.mark.slow
def test_a_process_that_ends_while_it_creates_the_tables_leaves_none(tmp_path: Path) -> None:
    assert rows(database_after(FAIL + CREATE, tmp_path)) == {}
    assert len(rows(database_after(CREATE, tmp_path))["auth_permission"]) > 50
