"""Examples of rules: for each code a folder with the problem, and one without it.

An example is a text file ``<code>.bad.txt`` or ``<code>.good.txt`` in ``_examples``: the files of a source folder, each
after a line with its path, ``-- gears.py --``. `blender_manifest.toml` may be left out, and then has only what is
required; lines of a manifest without ``id`` are added to these. A wheel or compiled module is built from its name; lines
in a wheel are those of its metadata. There is a licence text unless the example has its own, or a line
``-- no LICENSE --``. The tests run the rules on them, and `extery rule` prints them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from extery.core.types import ADD_ON
from extery.manifest.document import MANIFEST_FILENAME

FOLDER = Path(__file__).with_name("_examples")
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
_LICENSE = "LICENSE"
_NO_LICENSE = f"no {_LICENSE}"
_LICENSE_TEXT = "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n"


def example_text(code: str, kind: Kind) -> str:
    """Return the text of an example, or ``""`` if there is none."""
    path = FOLDER / f"{code}.{kind}.txt"
    return path.read_text("utf-8") if path.is_file() else ""


def example_codes() -> set[str]:
    """Return the codes with an example of the problem."""
    return {path.name.removesuffix(".bad.txt") for path in FOLDER.glob("*.bad.txt")}


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
    is_whole = re.search(r"^id\b", given, re.MULTILINE)
    return {MANIFEST_FILENAME: given if is_whole else _MANIFEST + given, **files}
