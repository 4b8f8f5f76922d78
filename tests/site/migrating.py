"""Migrates to states of earlier versions of the site, which a site of today is not migrated through."""

from __future__ import annotations

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
