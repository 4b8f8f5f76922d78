"""Migrates to states of earlier versions of the site, which a site of today is not migrated through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


class SingleSteps(MigrationLoader):
    """Loads the migrations that squashed ones replace, and not the squashed ones."""

    def load_disk(self) -> None:
        super().load_disk()
        self.disk_migrations = {
            key: migration
            for key, migration in self.disk_migrations.items()
            if not migration.replaces
        }


def single_steps() -> MigrationExecutor:
    """Return an executor for the single migrations, with what is applied now."""
    executor = MigrationExecutor(connection)
    executor.loader = SingleSteps(connection)
    return executor


@contextmanager
def earlier_state(*targets: tuple[str, str | None]) -> Iterator[Any]:
    """Migrate a new database to the targets, yield the models of that state, and migrate to the latest.

    On SQLite only: the new database takes the place of that of the tests, which is faster than
    migrating back.

    Args:
        targets: Apps with their last migration, or with None for no table of the app.
    """
    assert connection.vendor == "sqlite"
    connection.close()
    Path(connection.settings_dict["NAME"]).unlink()
    try:
        yield migrate(targets)
    finally:
        single_steps().migrate(single_steps().loader.graph.leaf_nodes())
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


@contextmanager
def migrated_back(*targets: tuple[str, str | None]) -> Iterator[Any]:
    """Migrate back to the targets, yield the models of that state, and migrate to the latest at the end."""
    try:
        yield migrate(targets)
    finally:
        single_steps().migrate(single_steps().loader.graph.leaf_nodes())


def migrate(targets: Sequence[tuple[str, str | None]]) -> Any:
    """Migrate to the targets, and return the models of all apps in the state that this gives."""
    single_steps().migrate(targets)
    loader = single_steps().loader
    return loader.project_state([*(loader.applied_migrations.keys() & loader.graph.nodes)]).apps
