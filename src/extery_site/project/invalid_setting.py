"""The error of a setting whose text cannot be parsed. Imports neither Django nor pydantic."""

from __future__ import annotations


class InvalidSetting(ValueError):
    """The reason as a variant of ``setting.bad-value``, with its values; never with a secret."""

    def __init__(self, variant: str, /, **values: str | int) -> None:
        super().__init__(variant)
        self.variant = variant
        self.values = values
