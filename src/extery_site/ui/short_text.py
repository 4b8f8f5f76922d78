"""Validation of short texts from users: names, taglines, titles, descriptions of images."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from extery.core.errors import InvalidInput, Where
from extery.core.invisible import code_point, find_invisible


def check_short_text(text: str, *, field: str, where: Where | None = None) -> str:
    """Return the text; raises `InvalidInput` for an invisible character or an override."""
    found = find_invisible(text)
    if found is not None:
        index, character = found
        raise InvalidInput.of(
            "request.bad-value",
            where=where or Where(path=(field,)),
            variant="invisible",
            field=field,
            character=code_point(character),
            position=index + 1,
        )
    return text


def validate_short_text(text: str) -> None:
    """Validate the value of a form field or a model field."""
    found = find_invisible(text)
    if found is not None:
        index, character = found
        raise ValidationError(
            f"Remove the character {code_point(character)} at position {index + 1}: it is invisible "
            "or changes the direction of text.",
            code="invisible",
        )
