"""The revision of everything that a listing shows."""

from __future__ import annotations

from django.db import models


class Revision(models.Model):
    """One row, counted up in the transaction of every change that a listing shows."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
