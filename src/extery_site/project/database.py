"""The connection to the database: the check at startup, and locks on SQLite and PostgreSQL.

Its address is parsed in `extery_site.project.database_address`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from extery.core.errors import Unavailable, Where
from extery.core.text import clean_message
from extery_site.project.database_address import DatabaseAddress


def check_connection(address: DatabaseAddress) -> None:
    """Connect to the default database; raises `Unavailable` if it cannot be used."""
    from django.db import connection
    from django.db.utils import Error

    try:
        connection.ensure_connection()
        encoding = _server_encoding()
    except Error as error:
        connection.close()
        raise unusable(address, error) from error
    if encoding != "UTF8":
        raise Unavailable.of(
            "setting.database-encoding",
            where=Where("environment", ("EXTERY_DATABASE",)),
            database=str(address),
            name=address.name,
            encoding=encoding,
        )


def _server_encoding() -> str:
    from django.db import connection

    if connection.vendor != "postgresql":
        return "UTF8"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        return str(cursor.fetchone()[0])


def unusable(address: DatabaseAddress, error: Exception) -> Unavailable:
    """Return the problem for an error of the database, with the driver's message."""
    message = clean_message(_last_cause(error))
    if address.engine == "sqlite":
        return Unavailable.of(
            "setting.database", variant="file", database=str(address), driver_message=message
        )
    return Unavailable.of(
        "setting.database",
        where=Where("environment", ("EXTERY_DATABASE",)),
        database=str(address),
        name=address.name,
        driver_message=message,
    )


def _last_cause(error: Exception) -> str:
    """Return the last cause in libpq's message, which lists one for each address it tried."""
    lines = [line.strip() for line in str(error).splitlines()]
    failures = [line for line in lines if "failed: " in line] or [line for line in lines if line]
    text = failures[-1] if failures else type(error).__name__
    return text.rpartition("failed: ")[2].removeprefix("FATAL:  ")


def lock_transaction(name: str) -> None:
    """Lock ``name`` until the end of the transaction; waits for other transactions that lock it.

    For values without a row to lock, such as the id of a new extension. Requires a transaction.
    Does nothing on SQLite, where every transaction has the only write lock.
    """
    from django.db import connection

    if connection.vendor == "postgresql":
        if not connection.in_atomic_block:
            raise RuntimeError("lock_transaction needs a transaction")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_key(name)])


@contextmanager
def lock_session(name: str) -> Iterator[None]:
    """Lock ``name`` during the block, which may contain several transactions.

    Does nothing on SQLite.
    """
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    key = _lock_key(name)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        cursor.execute("RESET lock_timeout")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _lock_key(name: str) -> int:
    digest = hashlib.sha256(f"extery:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
