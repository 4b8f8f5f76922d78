"""Compare a theme's file with what a Blender reads: the attributes and elements that it ignores, and values that stop it.

Follows Blender's reader of XML presets. An element inside a member stands for the member's value, so its own name only has
to be an allowed type. Unknown attributes are printed as "not found"; unknown elements are ignored with all they contain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from xml.parsers import expat

from extery.package.theme_structure import ROOT_TYPES, Member, ThemeStructure

_CHUNK = 1 << 16
_HEX = re.compile("#[0-9a-fA-F]*")


@dataclass(slots=True)
class ThemeElement:
    """An element; ``line`` counts from 1, ``offset`` is that of its bytes in the file.

    ``is_empty``: whether nothing is in it, no white space either.
    """

    name: str
    attributes: tuple[tuple[str, str], ...]
    line: int
    offset: int
    children: list[ThemeElement] = field(default_factory=list)
    is_empty: bool = True


class Setting(NamedTuple):
    """An attribute or element in a theme's file. ``name`` is as Blender prints it, such as ``ThemeView3D.grid``."""

    name: str
    element: ThemeElement
    attribute: str = ""


#: Why a value stops Blender: what it is not, ``element`` for an attribute that has to be an element, or ``empty`` for an
#: element of a member with nothing in it.
BadKind = Literal["number", "integer", "boolean", "color", "choice", "element", "empty"]


class BadValue(NamedTuple):
    """A value at which Blender stops with an error."""

    setting: Setting
    value: str
    kind: BadKind
    choices: tuple[str, ...] = ()


@dataclass
class Comparison:
    """The result for one Blender. ``read`` are the paths of the attributes that it reads."""

    unknown: list[Setting] = field(default_factory=list)
    bad: list[BadValue] = field(default_factory=list)
    read: set[str] = field(default_factory=set)


def parse_elements(data: bytes) -> ThemeElement:
    """Return the root element of a file that `extery.package.theme_xml.read_theme` accepts."""
    parser = expat.ParserCreate(intern=None)
    parser.ordered_attributes = True
    top = ThemeElement("", (), 0, 0)
    stack = [top]

    def start(name: str, attributes: list[str]) -> None:
        pairs = tuple(zip(attributes[::2], attributes[1::2], strict=True))
        element = ThemeElement(name, pairs, parser.CurrentLineNumber, parser.CurrentByteIndex)
        stack[-1].is_empty = False
        stack[-1].children.append(element)
        stack.append(element)

    def end(_name: str) -> None:
        stack.pop()

    def content(*_: object) -> None:
        stack[-1].is_empty = False

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = parser.CommentHandler = content
    parser.ProcessingInstructionHandler = content
    for offset in range(0, len(data), _CHUNK):
        parser.Parse(data[offset : offset + _CHUNK], False)
    parser.Parse(b"", True)
    return top.children[0]


def line_of(setting: Setting, data: bytes) -> int:
    """Return the line of a setting: Blender writes each attribute on a line of its own."""
    if not setting.attribute:
        return setting.element.line
    # In another encoding than ASCII's supersets nothing is found, and the line is that of the element.
    name = re.escape(setting.attribute.encode("utf-8"))
    match = re.compile(rb"\s" + name + rb"\s*=").search(data, setting.element.offset)
    if match is None:
        return setting.element.line
    before = data[setting.element.offset : match.start() + 1]
    return setting.element.line + before.count(b"\n")


def find_setting(root: ThemeElement, path: str) -> Setting | None:
    """Return the attribute at a path such as ``view_3d.space.text``, or ``None`` if the file does not set it."""
    element = next((item for item in _elements(root) if item.name == ROOT_TYPES[0]), None)
    *members, attribute = path.split(".")
    for name in members:
        member = next((c for c in element.children if c.name == name), None) if element else None
        element = member.children[0] if member and member.children else None
    if element is None or attribute not in dict(element.attributes):
        return None
    return Setting(f"{element.name}.{attribute}", element, attribute)


def compare_settings(root: ThemeElement, structure: ThemeStructure) -> Comparison:
    """Return what a Blender with this structure makes of the file."""
    result = Comparison()
    for type_ in ROOT_TYPES:
        first = next((item for item in _elements(root) if item.name == type_), None)
        if first is not None:
            _Reader(structure, result).read(first, type_, f"{type_}.")
    return result


def _elements(root: ThemeElement) -> Iterator[ThemeElement]:
    """Yield the elements below ``root`` in the order of the file."""
    for child in root.children:
        yield child
        yield from _elements(child)


class _Reader:
    """Reads elements as Blender does."""

    def __init__(self, structure: ThemeStructure, result: Comparison) -> None:
        self.structure = structure
        self.result = result

    def read(self, element: ThemeElement, type_: str, path: str) -> None:
        """Read the element that stands for a value of ``type_``."""
        if element.name not in self.structure.allowed:
            self.result.unknown.append(Setting(element.name, element))
            return
        members = self.structure.types[type_]
        for attribute, value in element.attributes:
            setting = Setting(f"{type_}.{attribute}", element, attribute)
            member = members.get(attribute)
            if member is None:
                self.result.unknown.append(setting)
            elif kind := _bad_kind(member, value):
                self.result.bad.append(BadValue(setting, value, kind, member.choices))
            else:
                self.result.read.add(path + attribute)
        allows_empty = False
        for child in element.children:
            setting, member = Setting(f"{type_}.{child.name}", child), members.get(child.name)
            if member is None:
                self.result.unknown.append(setting)
            elif child.is_empty and not allows_empty:
                self.result.bad.append(BadValue(setting, "", "empty"))
            else:
                # A variable of Blender's loop has a value after an element that was read.
                allows_empty = self._read_member(setting, member, f"{path}{child.name}.")

    def _read_member(self, setting: Setting, member: Member, path: str) -> bool:
        """Read the element of a member; return whether it was one struct, or a list of the right length."""
        items = setting.element.children
        if member.kind == "struct" and len(items) == 1:
            self.read(items[0], member.type, path)
            return True
        if member.kind == "list" and len(items) == member.length:
            for index, item in enumerate(items):
                self.read(item, member.type, f"{path}{index}.")
            return True
        if member.kind != "struct":
            # A list of another length, or an element in place of an attribute.
            self.result.unknown.append(setting)
        return False


def _bad_kind(member: Member, value: str) -> BadKind | None:
    """Return why Blender stops at a value, or ``None``."""
    match member.kind:
        case "struct" | "list":
            return "element"
        case "choice":
            return None if value in member.choices else "choice"
        case "boolean":
            return None if value in ("TRUE", "FALSE") else "boolean"
        case "float":
            return None if _is_number(value, float) else "number"
        case "int":
            return None if _is_number(value, int) else "integer"
        case "array":
            return None if _is_array(value) else "color"
    return None


def _is_number(text: str, kind: type[int] | type[float]) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


def _is_array(text: str) -> bool:
    """Return whether Blender reads a list of numbers; it cuts or fills up one of another length."""
    if _HEX.fullmatch(text):
        return True
    if text.startswith("#"):
        pairs = (text[index : index + 2] for index in range(1, len(text), 2))
        return all(_is_hex(pair) for pair in pairs)
    items = text.split()
    return all(_is_number(item, float) for item in items) or set(items) <= {"TRUE", "FALSE"}


def _is_hex(text: str) -> bool:
    try:
        int(text, 16)
    except ValueError:
        return False
    return True
