"""The commands ``extery serve`` and ``extery manage``: a whole site in one process tree."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

# All else is imported where it is used: `extery --help` reads this module for two lines.
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

SETTINGS_MODULE = "extery_site.project.settings"
#: Unfinished uploads may take the disk space of so many uploads of the largest size.
MAX_UNFINISHED_UPLOADS = 10
#: Entry point group of the demo, which is a distribution of its own.
DEMO_GROUP = "extery.demo"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 takes any that is free.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False),
    help="Folder for the database, packages, images and keys; by default EXTERY_DATA, else var.",
)
@click.option("--demo", is_flag=True, help="Seed an empty site with demo content.")
@click.option(
    "--worker/--no-worker",
    "with_worker",
    default=True,
    show_default=True,
    help="Run a worker for background tasks beside the web server.",
)
def serve(host: str, port: int, data: str | None, demo: bool, with_worker: bool) -> None:
    """Run the website.

    Makes the data folder and the database on the first start, and brings them up to date on
    later ones. Stop it with Ctrl+C.
    """
    from pathlib import Path

    from extery_site.project import worker_process

    require_libraries()
    seed_site = _load_demo() if demo else None
    with listen(host, port) as listener:
        prepare(Path(data) if data else None, host=host)
        _use_temporary_folder()
        sign_ins = _seed(seed_site) if seed_site else ()
        address = f"http://{display_host(host)}:{listener.getsockname()[1]}"
        with worker_process.beside_server(enabled=with_worker):
            _run(listener, lambda: _announce(address, sign_ins))


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a management command of Django on the site's data; 'help' lists them."""
    require_libraries()
    use_data_folder()
    from django.core.management import execute_from_command_line

    with _connection_problems():
        execute_from_command_line(["extery manage", *arguments])


@contextmanager
def _connection_problems() -> Iterator[None]:
    """Raise `Unavailable` for a database that cannot be used, where Django's error names less."""
    from django.db.utils import DatabaseError

    from extery_site.project.database import check_connection

    try:
        yield
    except DatabaseError:
        from django.conf import settings

        check_connection(settings.EXTERY_DATABASE)
        raise


def require_libraries() -> None:
    """The wheel has the site's code for everybody, its libraries come with the extra only."""
    from importlib.util import find_spec

    from extery.core.errors import Unavailable

    if find_spec("django") is None:
        raise Unavailable.of("usage.site-missing")


def prepare(data: Path | None = None, *, host: str = "") -> None:
    """Load Django with the data folder, database and static files up to date."""
    if data is not None:
        os.environ["EXTERY_DATA"] = str(data.absolute())
    use_data_folder()
    import django
    from django.conf import settings

    from extery_site.files.storage import get_storage
    from extery_site.project.database import check_connection

    django.setup()
    check_connection(settings.EXTERY_DATABASE)
    get_storage().check()
    if host and host not in {"0.0.0.0", "::"}:  # noqa: S104  compared, not bound
        settings.ALLOWED_HOSTS.append(host)
    _migrate()
    _collect_static(settings.EXTERY_DATA)


def use_data_folder() -> None:
    """Make the data folder before the settings look for the secret key in it."""
    from extery_site.project import database, env, storage_address

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    settings = env.load()
    database.require_driver(settings.database)
    storage_address.require_libraries(settings.storage)
    env.prepare_data_folder(settings.data)


def _migrate() -> None:
    """Apply new migrations; a second process that starts at the same time waits."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from extery_site.project.database import lock_session

    with lock_session("migrations"):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            click.echo("Preparing the database …", err=True)
            call_command("migrate", verbosity=0, interactive=False)


def _collect_static(data: Path) -> None:
    """Collect the static files, unless they are the ones that were collected last time."""
    import hashlib
    from pathlib import Path

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


def _use_temporary_folder() -> None:
    """Put uploads in progress into the data folder, unless TMPDIR says where.

    The system's folder for temporary files is often in memory. Files that are a day old were left
    by a server that was killed.
    """
    import shutil
    import tempfile
    import time

    from django.conf import settings

    if "TMPDIR" in os.environ:
        return
    folder = settings.EXTERY_DATA / "tmp"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.lstat().st_mtime < time.time() - 86_400:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    tempfile.tempdir = str(folder)


def _load_demo() -> Callable[[], Any]:
    """Load the function that seeds the site, from the distribution ``extery-demo``."""
    from importlib.metadata import entry_points

    from extery.core.errors import Unavailable

    for entry_point in entry_points(group=DEMO_GROUP, name="seed"):
        seed_site: Callable[[], Any] = entry_point.load()
        return seed_site
    raise Unavailable.of("usage.demo-missing")


def _seed(seed_site: Callable[[], Any]) -> tuple[tuple[str, str, str], ...]:
    """Seed the site if it is empty; return the sign-ins of the demo that work on it."""
    from extery_site.catalog.models import Extension

    if not Extension.objects.exists():
        click.echo("Creating the demo content …", err=True)
    return tuple(seed_site().sign_ins)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; taken first, so that a port in use is known before anything is done."""
    import socket

    from extery.core.errors import Unavailable

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name != "nt":
            # Without this a restart would have to wait until old connections are forgotten.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise Unavailable.of(
            "setting.port",
            host=host,
            port=port,
            reason=error.strerror or str(error),
            other=port % 65535 + 1,
        ) from error
    return listener


def display_host(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104  compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _announce(address: str, sign_ins: tuple[tuple[str, str, str], ...]) -> None:
    from django.conf import settings

    from extery_site.ui.addresses import LISTING_PATH

    base = settings.EXTERY_SITE_URL or address
    click.echo(f"\n  {settings.EXTERY_SITE_NAME} runs at  {base}/")
    if address != base:
        click.echo(f"  and listens at   {address}/")
    if sign_ins:
        click.echo("\n  Sign in as")
        for name, password, role in sign_ins:
            click.echo(f"    {name:<12} {password:<16} {role}")
    click.echo(
        "\n  To use it in Blender: Edit > Preferences > Get Extensions > Repositories > +\n"
        f"  > Add Remote Repository, and paste\n\n    {base}{LISTING_PATH}\n"
    )
    click.echo("  Stop with Ctrl+C.\n")
    sys.stdout.flush()


def _run(listener: socket.socket, when_ready: Callable[[], None]) -> None:
    """Serve until asked to stop; ``when_ready`` is called once clients can connect."""
    import signal

    from django.conf import settings
    from django.db import connections

    from extery_site.project import body_limit
    from extery_site.project.http_server import Server
    from extery_site.project.wsgi import application

    # The threads that serve have connections of their own.
    connections.close_all()
    server = Server(
        application,
        listener,
        threads=settings.EXTERY_THREADS,
        max_body=body_limit.max_body_size(),
        max_spooled=MAX_UNFINISHED_UPLOADS * body_limit.max_body_size(),
        keep_proxy_headers=bool(settings.EXTERY_PROXIES),
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.stop)
    when_ready()
    server.run()
