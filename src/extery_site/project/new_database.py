"""Tables of a new site, created at once.

Django renders the models of every intermediate state to migrate an empty database, which takes most of the CPU time of
the first start and grows with each migration. An empty database has no rows to migrate, so creating the tables of
today's models has the same result (a test compares both on SQLite and PostgreSQL).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, models, router
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def is_empty() -> bool:
    """Return whether the database has no table."""
    return not connection.introspection.table_names()


def create_tables() -> None:
    """Create all tables, content types and permissions, and record all migrations as applied, in one transaction."""
    loader = MigrationLoader(connection)
    recorder = MigrationRecorder(connection)
    with connection.schema_editor() as editor:
        editor.create_model(recorder.Migration)
        for model in _models(loader.migrated_apps):
            editor.create_model(model)
        recorder.migration_qs.bulk_create(
            recorder.Migration(app=app, name=name) for app, name in sorted(loader.disk_migrations)
        )
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def _models(migrated_apps: set[str]) -> Iterator[type[models.Model]]:
    for config in apps.get_app_configs():
        if config.label in migrated_apps:
            for model in router.get_migratable_models(config, connection.alias):
                if model._meta.can_migrate(connection):  # noqa: SLF001  Django documents it
                    yield model
