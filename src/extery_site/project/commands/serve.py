"""The command ``extery serve``: the web server of the site, and a worker beside it."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from extery_site.project.commands.common import (
    call_on_stop_signal,
    data_option,
    require_libraries,
)
from extery_site.project.commands.site_command import SiteCommand

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from extery_site.project.http_server.scheduling import Lane

#: Disk space for unfinished uploads, as a number of uploads of the maximum size.
MAX_UNFINISHED_UPLOADS = 10
#: Entry point group of the demo, a separate distribution.
DEMO_GROUP = "extery.demo"
#: Seconds for which a thread keeps Python's interpreter while others wait. With the default of 5 ms,
#: each system call of the loop waits that long for it while a page is computed.
_SWITCH_INTERVAL = 0.001

#: New objects after which the youngest are collected, about those of a page. More of them take longer at once.
_COLLECT_AFTER = 10_000


@click.command(cls=SiteCommand, on_failure="The site was not started.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 for any free port.",
)
@data_option
@click.option("--demo", is_flag=True, help="Seed an empty site with demo content.")
@click.option(
    "--worker/--no-worker",
    "with_worker",
    default=True,
    show_default=True,
    help="Also run a worker for background tasks.",
)
def serve(host: str, port: int, data: str | None, demo: bool, with_worker: bool) -> None:
    """Run the website.

    Creates the data folder and the database on the first start, and updates them after an
    upgrade. Stop with Ctrl+C.
    """
    require_libraries()
    from django.conf import settings

    from extery_site.project import data_folder, startup, worker_process

    if demo:
        _require_loopback(host)
    seed_site = _load_demo() if demo else None
    with listen(host, port) as listener:
        startup.prepare(data, host=host)
        data_folder.use_for_temporary_files(settings.EXTERY_DATA)
        if problem := data_folder.find_open_folder(settings.EXTERY_DATA):
            click.echo(
                f"warning: {problem.message} [{problem.code}]\n  hint: {problem.hint}", err=True
            )
        sign_ins = _seed(seed_site) if seed_site else ()
        address = f"http://{display_host(host)}:{listener.getsockname()[1]}"
        with worker_process.running_worker(enabled=with_worker):
            _run(listener, lambda: _announce(address, sign_ins))


def _load_demo() -> Callable[[], Any]:
    """Load the function that seeds the site, from the distribution ``extery-demo``."""
    from importlib.metadata import entry_points

    from extery.core.errors import Unavailable

    for entry_point in entry_points(group=DEMO_GROUP, name="seed"):
        seed_site: Callable[[], Any] = entry_point.load()
        return seed_site
    raise Unavailable.of("usage.demo-missing")


def _require_loopback(host: str) -> None:
    if not is_loopback(host):
        from extery.core.errors import Refused

        raise Refused.of("setting.demo-not-local", host=host or "every address")


def is_loopback(host: str) -> bool:
    """Return whether every address of ``host`` is of this machine only."""
    import ipaddress
    import socket

    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM) if host else []
        addresses = [ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    except OSError:
        addresses = []
    return bool(addresses) and all(address.is_loopback for address in addresses)


def _seed(seed_site: Callable[[], Any]) -> tuple[tuple[str, str, str], ...]:
    """Seed the site if it is empty; return name, password and role of the demo accounts."""
    from extery_site.catalog.models import Extension

    if not Extension.objects.exists():
        click.echo("Creating the demo content …", err=True)
    return tuple(seed_site().sign_ins)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises `Unavailable` if the port is in use."""
    import socket

    from extery.core.errors import Unavailable
    from extery.core.text import os_error_text

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name != "nt":
            # Otherwise a restart fails while connections of the old process are in TIME_WAIT.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise Unavailable.of(
            "setting.port",
            host=host,
            port=port,
            os_error=os_error_text(error),
            other=port % 65535 + 1,
        ) from error
    return listener


def display_host(host: str) -> str:
    """Return the host part of the URL under which this machine reaches the server."""
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
    """Serve until SIGINT or SIGTERM; calls ``when_ready`` once clients can connect."""
    import threading

    from django.conf import settings
    from django.db import connections

    from extery_site.project import body_limit
    from extery_site.project.http_server.server import Server
    from extery_site.project.logs.site_log import access_log
    from extery_site.project.wsgi import application
    from extery_site.quotas.client_address import address_behind_proxies

    # Each thread of the server opens its own connection.
    connections.close_all()
    # What has been loaded stays. To go through it for each collection of all objects takes as long as a page.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    server = Server(
        application,
        listener,
        threads=settings.EXTERY_THREADS,
        max_body=body_limit.max_body_size(),
        max_spooled=MAX_UNFINISHED_UPLOADS * body_limit.max_body_size(),
        max_spooled_of_address=body_limit.max_unfinished_bytes_of_address(),
        keep_proxy_headers=bool(settings.EXTERY_PROXIES),
        lane_of=lane_of,
        client_address=address_behind_proxies,
        access_log=access_log(),
    )
    sys.setswitchinterval(_SWITCH_INTERVAL)
    call_on_stop_signal(server.stop)
    threading.Thread(target=_preload_listing, name="preload-listing", daemon=True).start()
    when_ready()
    server.run()


def lane_of(method: str, path: str, query: str) -> Lane:
    """Return the lane of a request: pages and changes need many times the CPU time of the others."""
    from django.conf import settings

    from extery_site.listings.middleware import is_for_listing
    from extery_site.project.http_server.scheduling import Lane

    if method not in {"GET", "HEAD"}:
        return Lane.CHANGES
    if is_for_listing(path, query):
        return Lane.LISTING
    is_file = path.startswith((settings.STATIC_URL, settings.MEDIA_URL, "/download/"))
    return Lane.FILES if is_file else Lane.PAGES


def _preload_listing() -> None:
    """Read the listing before the first request for it, which waits if it comes earlier."""
    import logging

    from django.db import Error, connections

    from extery_site.listings.cache import LISTINGS

    try:
        LISTINGS.preload()
    except Error:
        logging.getLogger(__name__).warning("the listing was not preloaded", exc_info=True)
    finally:
        connections.close_all()
