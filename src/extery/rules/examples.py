"""Examples of rules: for each code a folder with the problem, and one without it.

An example is a text file ``<code>.bad.txt`` or ``<code>.good.txt`` in ``_examples``: the files of a source folder, each
after a line with its path, ``-- gears.py --``. `blender_manifest.toml` may be left out, and then has only what is
required; lines of a manifest without ``id`` are added to these. A wheel or compiled module is built from its name; lines
in a wheel are those of its metadata. Examples of manifests are a table, `manifest_examples.toml`, of the lines that matter. There is a licence text unless the example has its own, or a line
``-- no LICENSE --``. The tests run the rules on them, and `extery rule` prints them.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from extery.core.types import ADD_ON, TYPES
from extery.manifest.document import MANIFEST_FILENAME

FOLDER = Path(__file__).with_name("_examples")
MANIFESTS = Path(__file__).with_name("manifest_examples.toml")
Kind = Literal["bad", "good"]
KINDS: tuple[Kind, Kind] = ("bad", "good")

_HEADER = re.compile(r"^-- (.+) --$", re.MULTILINE)
_MANIFEST = f"""\
schema_version = "1.0.0"
id = "gear_tool"
version = "1.0.0"
name = "Gear Tool"
tagline = "Makes gears that mesh"
maintainer = "Ada Smith"
type = "{ADD_ON.name}"
blender_version_min = "4.2.0"
license = ["SPDX:GPL-3.0-or-later"]
"""
#: Fields of lines, and of comments that say that one is missing.
_FIELD, _NO_FIELD = (
    re.compile(r"^(\w+) *=", re.MULTILINE),
    re.compile(r"^# no (\w+)$", re.MULTILINE),
)
_MODULE = "def register(): ...\n\n\ndef unregister(): ...\n"
_USES_FILES = """

def save(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
"""
_LICENSE = "LICENSE"
_NO_LICENSE = f"no {_LICENSE}"
_LICENSE_TEXT = "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n"


def example_text(code: str, kind: Kind) -> str:
    """Return the text of an example, or ``""`` if there is none."""
    path = FOLDER / f"{code}.{kind}.txt"
    return path.read_text("utf-8") if path.is_file() else _manifest_example(code, kind)


@cache
def _manifest_table() -> dict[str, dict[str, str]]:
    return tomllib.loads(MANIFESTS.read_text("utf-8"))


def _manifest_example(code: str, kind: Kind) -> str:
    """Return the example of a code of manifests; of the good ones, that of the code or of its field."""
    table = _manifest_table()
    if code not in table["bad"]:
        return ""
    field = code.split(".")[1]
    lines = table["bad"][code] if kind == "bad" else table["good"].get(code) or table["good"][field]
    wheels = [f"-- {name} --\n" for name in re.findall(r'"\./(\w+/[^"]+\.whl)"', lines)]
    is_add_on = not any(f'"{one.name}"' in lines for one in TYPES if one is not ADD_ON)
    body = _MODULE + _USES_FILES * (field == "permissions")
    module = f"-- __init__.py --\n{body}" if is_add_on else ""
    return f"-- {MANIFEST_FILENAME} --\n{lines}\n{module}{''.join(dict.fromkeys(wheels))}"


def example_codes() -> set[str]:
    """Return the codes with an example of the problem."""
    files = {path.name.removesuffix(".bad.txt") for path in FOLDER.glob("*.bad.txt")}
    return files | _manifest_table()["bad"].keys()


def example_parts(text: str) -> list[tuple[str, str]]:
    """Return the paths of an example with what it shows of each file."""
    parts = _HEADER.split(text.strip("\n"))
    return [(name, body.strip("\n")) for name, body in zip(parts[1::2], parts[2::2], strict=True)]


def example_files(text: str) -> dict[str, str]:
    """Return the files of an example by their paths, with a complete manifest and a licence text."""
    parts = _HEADER.split(text)
    files = {
        name: body.removeprefix("\n") for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }
    if files.pop(_NO_LICENSE, None) is None:
        files.setdefault(_LICENSE, _LICENSE_TEXT)
    given = files.pop(MANIFEST_FILENAME, "")
    return {MANIFEST_FILENAME: _completed(given), **files}


def _completed(given: str) -> str:
    """Return a manifest with these lines, and those that every manifest needs; ``# no name`` leaves one out."""
    if {"id", "version", "type"} <= set(_FIELD.findall(given)):
        return given
    own = set(_FIELD.findall(given.partition("\n[")[0])) | set(_NO_FIELD.findall(given))
    needed = [line for line in _MANIFEST.splitlines(True) if line.split(" =")[0] not in own]
    return "".join(needed) + given
