"""Model fields that behave the same on every database."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Expression


class ByteOrderedCharField(models.CharField):  # type: ignore[type-arg]
    """Text that is compared and sorted by its bytes, whatever the locale of the database.

    For keys whose order is part of what we publish: a listing has the same bytes on each database.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """The column; PostgreSQL would sort by the rules of a language, SQLite sorts by bytes."""
        parameters: dict[str, Any] = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class OrderedJSONField(models.JSONField):
    """JSON whose objects keep the order of their keys.

    A column of PostgreSQL's ``jsonb`` sorts them, and listings and pages show them as their author
    wrote them. Stored as text there, so queries cannot look into the value.
    """

    def db_type(self, connection: Any) -> str | None:
        """The type of the column."""
        return "text" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """The text to store."""
        if value is None or isinstance(value, Expression):
            return super().get_db_prep_value(value, connection, prepared)
        return json.dumps(value, cls=self.encoder)
