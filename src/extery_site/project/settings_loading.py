"""Read the settings of the site from the environment, and print their reference page.

Does not import Django.
"""

from __future__ import annotations

import os
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from extery.core.errors import InvalidInput, ProblemList, Where
from extery_site.project.database_address import redact
from extery_site.project.invalid_setting import InvalidSetting
from extery_site.project.setting_types import Expected
from extery_site.project.site_settings import PREFIX, SiteSettings

#: Variables of the test suite and of the toolkit's own commands.
OTHER_VARIABLES = frozenset(
    {
        "EXTERY_BLENDER",
        "EXTERY_CACHE",
        "EXTERY_COMPRESSION",
        "EXTERY_CONFIG",
        "EXTERY_CORPUS",
        "EXTERY_INDEX_URL",
        "EXTERY_OFFLINE",
        "EXTERY_POLICY",
        "EXTERY_REQUIRE",
        "EXTERY_TRY_ALL",
    }
)
OTHER_PREFIXES = ("EXTERY_TEST_", "EXTERY_CLIENT_")


def fields() -> dict[str, FieldInfo]:
    """Return the fields of `SiteSettings` by the names of their variables."""
    return {str(info.alias): info for info in SiteSettings.model_fields.values()}


def load() -> SiteSettings:
    """Read the settings from the environment.

    Raises `InvalidInput` with every unknown variable and every invalid value.
    """
    known = fields()
    with ProblemList().raising(InvalidInput) as problems:
        for name in sorted(os.environ):
            if name.startswith(PREFIX) and name not in known and not _is_of_another_program(name):
                _add_unknown(problems, name, known)
        try:
            settings = SiteSettings()
        except ValidationError as error:
            for item in error.errors(include_url=False):
                _add_bad_value(problems, str(item["loc"][0]), item.get("ctx", {}).get("error"))
    return settings


def _add_bad_value(problems: ProblemList, name: str, error: Exception | None) -> None:
    field = fields()[name]
    expected = _expected(field)
    reason: dict[str, Any] = {}
    # Messages of Python's own parser of URLs may quote a password.
    if isinstance(error, InvalidSetting):
        reason = {"variant": error.variant, **error.values}
    problems.add(
        "setting.bad-value",
        where=Where("environment", (name,)),
        name=name,
        value=redact(os.environ.get(name, field.default)),
        expected=expected.text,
        example=field.default or expected.example,
        **reason,
    )


def _expected(field: FieldInfo) -> Expected:
    return next(item for item in field.metadata if isinstance(item, Expected))


def _is_of_another_program(name: str) -> bool:
    return name in OTHER_VARIABLES or name.startswith(OTHER_PREFIXES)


def _add_unknown(problems: ProblemList, name: str, known: dict[str, FieldInfo]) -> None:
    from difflib import get_close_matches

    where = Where("environment", (name,))
    similar = get_close_matches(name, known, n=1)
    if similar:
        problems.add(
            "setting.unknown", where=where, variant="similar", name=name, similar=similar[0]
        )
    else:
        problems.add("setting.unknown", where=where, name=name)


def reference() -> str:
    """Return the settings as a Markdown table, for the reference page."""
    lines = ["| Variable | Value | Default | Meaning |", "| --- | --- | --- | --- |"]
    for name, field in fields().items():
        default = f"`{field.default}`" if field.default else ""
        lines.append(f"| `{name}` | {_expected(field).text} | {default} | {field.description} |")
    return "\n".join(lines) + "\n"
