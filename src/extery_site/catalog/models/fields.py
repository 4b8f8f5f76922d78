"""Model fields and lookups that behave the same on every database."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Expression


class ByteOrderedCharField(models.CharField):  # type: ignore[type-arg]
    """Text that is compared and sorted by its bytes, regardless of the database's locale.

    For sort keys of published data: a listing has the same bytes on every database.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Set the collation for PostgreSQL, which sorts by locale; SQLite sorts by bytes."""
        parameters: dict[str, Any] = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class OrderedJSONField(models.JSONField):
    """JSON that preserves the order of object keys, as listings and pages show them.

    PostgreSQL's ``jsonb`` reorders keys, so the column is text there: queries cannot use its content.
    """

    def db_type(self, connection: Any) -> str | None:
        return "text" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, Expression):
            return super().get_db_prep_value(value, connection, prepared)
        return json.dumps(value, cls=self.encoder)


class AnyOf(models.Lookup[Any]):
    """Whether a text is one of many, as one parameter: Django prepares and compiles each value of an ``IN``."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return the condition for SQLite."""
        column, params = self.process_lhs(compiler, connection)
        condition = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608  a column of Django
        return condition, [*params, json.dumps(self.rhs)]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return the condition for PostgreSQL."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, self.rhs]
