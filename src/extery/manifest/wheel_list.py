"""Change the list ``wheels`` in the text of a manifest. Comments, order and all other text stay."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

from extery.core.errors import InvalidInput, Where
from extery.manifest import edit
from extery.manifest.document import MANIFEST_FILENAME

_BOM = "\ufeff"


def with_wheels(data: bytes, wheels: Sequence[str]) -> bytes:
    """Return the manifest with this list of wheels, without the field if it is empty.

    The text must be valid TOML. Raises `InvalidInput` if the list cannot be changed.
    """
    text = data.decode("utf-8")
    mark = _BOM if text.startswith(_BOM) else ""
    line_end = "\r\n" if "\r\n" in text else "\n"
    text = text.removeprefix(_BOM).replace("\r\n", "\n")
    before = tomllib.loads(text)
    if before.get("wheels", []) == list(wheels):
        return data
    changed = _changed(text, wheels) if "wheels" in before else _inserted(text, wheels)
    expected = {key: value for key, value in before.items() if key != "wheels"}
    if wheels:
        expected["wheels"] = list(wheels)
    if _loads(changed) != expected:
        raise InvalidInput.of(
            "library.manifest",
            where=Where(MANIFEST_FILENAME),
            file=MANIFEST_FILENAME,
            lines=" ".join(_lines(wheels).split()),
        )
    return (mark + changed.replace("\n", line_end)).encode("utf-8")


def _changed(text: str, wheels: Sequence[str]) -> str:
    """Return the text with another list; items that stay keep their lines and comments."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError
    from tomlkit.items import Array

    try:
        document = tomlkit.parse(text)
        if not wheels:
            del document["wheels"]
            return document.as_string()
        array = document["wheels"]
        if not isinstance(array, Array):
            return ""
        wanted = list(wheels)
        for index in reversed(range(len(array))):
            if array[index] in wanted:
                wanted.remove(str(array[index]))
            else:
                del array[index]
        for wheel in wanted:
            array.append(wheel)
        if "\n" not in array.as_string() and len(array.as_string()) > edit.MAX_LINE:
            array.multiline(True)
        return document.as_string()
    except (TOMLKitError, ValueError, KeyError, RecursionError):
        return ""


def _inserted(text: str, wheels: Sequence[str]) -> str:
    """Return the text with the new list behind the last field in front of the first table."""
    try:
        return edit.add_statement(text, _lines(wheels))
    except edit.InapplicableEdit:
        return ""


def _lines(wheels: Sequence[str]) -> str:
    items = "".join(f'  "{wheel}",\n' for wheel in wheels)
    return f"wheels = [\n{items}]"


def _loads(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
