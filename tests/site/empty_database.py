"""Empties the database after a test with real transactions: only the tables that have rows.

Django's own ``flush`` empties all tables, creates content types and permissions again, and takes
a third of a second: longer than most tests.
"""

from __future__ import annotations

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

#: Tables whose rows follow from the models, and that no test changes.
_CONSTANT = {"django_content_type", "auth_permission", "django_migrations"}


def use_after_tests() -> None:
    """Let all tests with real transactions empty the database in this way."""
    TransactionTestCase._fixture_teardown = _empty_databases


def _empty_databases(test: TransactionTestCase) -> None:
    for alias in test._databases_names(include_mirrors=False):
        empty_database(connections[alias])


def empty_database(connection: BaseDatabaseWrapper) -> None:
    """Delete the rows of all models but content types and permissions."""
    tables = sorted({*connection.introspection.django_table_names(only_existing=True)} - _CONSTANT)
    quoted = [connection.ops.quote_name(table) for table in tables]
    question = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in quoted
    )
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute(question)
        used = [row[0] for row in cursor.fetchall()]
        statements = [f"DELETE FROM {name}" for name in used]
        if connection.vendor == "postgresql" and statements:
            # Without it the order of the tables would have to follow their foreign keys.
            statements = [
                "SET session_replication_role = replica",
                *statements,
                "SET session_replication_role = DEFAULT",
            ]
        for statement in statements:
            cursor.execute(statement)
