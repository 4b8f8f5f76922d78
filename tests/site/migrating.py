"""Migrates to states of earlier versions of the site, which a site of today is not migrated through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

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
    """Migrate back to the targets, yield the models of that state, and migrate to the latest at the end.

    Args:
        targets: Apps with their last migration, or with None for no table of the app.
    """
    latest = single_steps().loader.graph.leaf_nodes()
    try:
        yield migrate(targets)
    finally:
        single_steps().migrate(latest)


def migrate(targets: Sequence[tuple[str, str | None]]) -> Any:
    """Migrate to the targets, and return the models of all apps in the state that this gives."""
    single_steps().migrate(targets)
    loader = single_steps().loader
    return loader.project_state([*(loader.applied_migrations.keys() & loader.graph.nodes)]).apps
