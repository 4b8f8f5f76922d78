"""The manifest of a split package: the author's text with a table ``[build.generated]`` added."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from extery.manifest.positions import find_offsets

_COMMENT = "# Written by 'extery build --split-platforms': what this package holds of the above."


def with_generated_table(
    data: bytes, *, platforms: Sequence[str], wheels: Sequence[str] | None
) -> bytes:
    """Return the manifest ``data`` with ``[build.generated]`` added and all other text unchanged.

    ``wheels`` is ``None`` for an extension without wheels; an empty list means that this package
    contains none of its wheels.
    """
    text = data.decode("utf-8")
    table = tomllib.loads(text)
    generated: dict[str, Sequence[str]] = {"platforms": list(platforms)}
    if wheels is not None:
        generated["wheels"] = list(wheels)
    written = _inserted(text, table, generated) or _appended(text, generated)
    expected = table | {"build": table.get("build", {}) | {"generated": generated}}
    # TOML has many notations for tables; make sure that the insertion changed nothing else.
    assert tomllib.loads(written) == expected
    return written.encode("utf-8")


def _appended(text: str, generated: Mapping[str, Sequence[str]]) -> str:
    """Return ``text`` with the table as a section at its end, as in Blender's packages."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [f"{key} = {_toml(items)}" for key, items in generated.items()]
    end = "" if text.endswith("\n") else newline
    return text + end + newline.join(["", _COMMENT, "[build.generated]", *lines, ""])


def _inserted(text: str, table: Mapping[str, Any], generated: Mapping[str, Sequence[str]]) -> str:
    """Return ``text`` with the table inside ``build = { … }``: a section cannot extend an inline table.

    Return ``""`` if ``build`` is not an inline table.
    """
    offsets = find_offsets(text).get(("build",))
    if offsets is None or text[offsets.value] != "{":
        return ""
    inner = ", ".join(f"{key} = {_toml(items)}" for key, items in generated.items())
    comma = ", " if table["build"] else " "
    start = offsets.value + 1
    return f"{text[:start]} generated = {{ {inner} }}{comma}{text[start:].lstrip(' ')}"


def _toml(items: Sequence[str]) -> str:
    """Return a list of strings as TOML: JSON's notation is the same except for one control character."""
    return json.dumps(list(items), ensure_ascii=False).replace("\x7f", "\\u007F")
