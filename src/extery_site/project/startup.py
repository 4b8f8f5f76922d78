"""Startup of the commands and of the WSGI application: settings, Django, migrations, static files.

Expects that the libraries of the website are installed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from extery.core.errors import Unavailable
from extery_site.project import (
    data_folder,
    database,
    database_address,
    settings_loading,
    storage_address,
    yara_library,
)
from extery_site.project.logs.config import require_writable

SETTINGS_MODULE = "extery_site.project.settings"


def load_settings(data: str | os.PathLike[str] | None = None) -> None:
    """Select Django's settings and create the data folder, which has the secret key they read."""
    if data is not None:
        os.environ["EXTERY_DATA"] = str(Path(data).absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    data_folder.make_private_files()
    settings = settings_loading.load()
    database_address.require_driver(settings.database)
    storage_address.require_libraries(settings.storage)
    yara_library.require_for(settings.yara_rules)
    data_folder.create(settings.data)
    require_writable(settings.log_file)


def load_django(data: str | os.PathLike[str] | None = None) -> None:
    """Load the settings and all apps; raises `Unavailable` if the database cannot be used."""
    load_settings(data)
    import django
    from django.conf import settings

    django.setup()  # reads the secret key
    database.check_connection(settings.EXTERY_DATABASE)


def prepare(data: str | os.PathLike[str] | None = None, *, host: str = "") -> None:
    """Load Django, check the file storage, and update the database and the static files.

    The site accepts requests to ``host`` in addition to EXTERY_ALLOWED_HOSTS.
    """
    load_django(data)
    from django.conf import settings

    from extery_site.files.backends.base import get_storage

    get_storage().check()
    if host and host not in {"0.0.0.0", "::"}:  # noqa: S104  compared, not bound
        settings.ALLOWED_HOSTS.append(host)
    with database_problems():
        _migrate()
    with data_folder.translated_errors(settings.EXTERY_DATA):
        _collect_static(settings.EXTERY_DATA)


@contextmanager
def database_problems() -> Iterator[None]:
    """Raise `Unavailable` for errors of the database, such as one that is read-only or full."""
    from django.conf import settings
    from django.db import OperationalError

    try:
        yield
    except OperationalError as error:
        raise database.unusable(settings.EXTERY_DATABASE, error) from error


def has_pending_migrations() -> bool:
    """Return whether the database lacks a migration of this version of the site."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def require_migrations() -> None:
    """Raise `Unavailable` if the database has pending migrations, which `prepare` applies."""
    from django.conf import settings

    with database_problems():
        is_outdated = has_pending_migrations()
    if is_outdated:
        raise Unavailable.of("setting.database-outdated", database=str(settings.EXTERY_DATABASE))


def _migrate() -> None:
    """Apply pending migrations; a second process that starts at the same time waits."""
    from django.core.management import call_command

    with database.lock_session("migrations"):
        if not has_pending_migrations():
            return
        click.echo("Preparing the database …", err=True)
        from extery_site.project import new_database

        if new_database.is_empty():
            new_database.create_tables()
        else:
            call_command("migrate", verbosity=0, interactive=False)


def _collect_static(data: Path) -> None:
    """Collect the static files if they have changed since the last time."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda item: str(item[0])):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    state = data / "static-state"
    if state.is_file() and state.read_text(encoding="ascii") == digest.hexdigest():
        return
    click.echo("Preparing the static files …", err=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    state.write_text(digest.hexdigest(), encoding="ascii")
