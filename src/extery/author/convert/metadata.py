"""The fields of a manifest from ``bl_info``, each in the form that a manifest allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from extery.author.convert.values import Value
from extery.author.new.project import UNKNOWN_MAINTAINER, git_user, id_from
from extery.core.errors import InvalidInput
from extery.core.invisible import remove_invisible
from extery.core.types import ADD_ON
from extery.core.versions import format_blender_version, is_semantic_version
from extery.manifest.schemas.texts import MAX_SHORT_TEXT

#: Blender's manual in addresses of the add-ons that it shipped.
_MANUAL = {"{BLENDER_MANUAL_URL}": "https://docs.blender.org/manual/en/latest"}
_URLS = ("doc_url", "wiki_url", "website", "url", "tracker_url", "link")
#: Words of old categories, in lower case -> tags. Other categories are the names of tags.
_TAGS: Mapping[str, tuple[str, ...]] = {
    "animation nodes": ("Animation",),
    "armature": ("Rigging",),
    "baking": ("Bake",),
    "compositor": ("Compositing",),
    "curve": ("Add Curve",),
    "curves": ("Add Curve",),
    "edit mesh": ("Mesh",),
    "export": ("Import-Export",),
    "greasepencil": ("Grease Pencil",),
    "import": ("Import-Export",),
    "import/export": ("Import-Export",),
    "interface": ("User Interface",),
    "learnbgame": (),
    "light": ("Lighting",),
    "lights": ("Lighting",),
    "materials": ("Material",),
    "meshes": ("Mesh",),
    "model": ("Modeling",),
    "modelling": ("Modeling",),
    "modifiers": ("Modeling",),
    "motion tracking": ("Tracking",),
    "nodes": ("Node",),
    "objects": ("Object",),
    "painting": ("Paint",),
    "rendering": ("Render",),
    "rig": ("Rigging",),
    "sculpting": ("Sculpt",),
    "sequence": ("Sequencer",),
    "shader": ("Material",),
    "shading": ("Material",),
    "texture": ("Material",),
    "tool": ("3D View",),
    "ui": ("User Interface",),
    "uv mapping": ("UV",),
    "video editing": ("Sequencer",),
    "vse": ("Sequencer",),
    "view 3d": ("3D View",),
    "view3d": ("3D View",),
}
_MAX_NAME = 100
#: Keys that become fields; others have no place in a manifest.
_FIELDS = frozenset({"name", "author", "version", "blender", "description", "category", "license"})


class Info(NamedTuple):
    """What ``bl_info`` says, and the file and lines of its keys."""

    values: Mapping[str, Any]
    file: str
    lines: Mapping[str, int]

    def place(self, key: str) -> str:
        """Return the place of a key for people."""
        line = self.lines.get(key)
        return f"{self.file}:{line}, bl_info[{key!r}]" if line else f"{self.file}, bl_info"

    def text(self, key: str) -> str:
        """Return a text in one line without invisible characters, or nothing."""
        value = self.values.get(key)
        if isinstance(value, list):
            value = ", ".join(one for one in value if isinstance(one, str))
        return one_line(value) if isinstance(value, str) else ""


def values_without_field(info: Info) -> dict[str, str]:
    """Return what ``bl_info`` says and a manifest has no field for, such as ``location``; long texts are cut."""
    used = website(info)
    found = {key: info.text(key) for key in info.values if key not in _FIELDS}
    return {
        key: text[:_MAX_NAME]
        for key, text in found.items()
        if text and (used is None or _with_manual(text) != used.value)
    }


def one_line(text: str) -> str:
    """Return a text with single blanks and without characters that a manifest must not have."""
    return " ".join(remove_invisible(" ".join(text.split()), is_prose=True).split())


def identifier(name: str, title: str) -> Value:
    """Return an id like the name of the old folder, or else like the title."""
    for text, source in ((name, "the name of the folder or file"), (title, "the name")):
        try:
            found = id_from(text)
        except InvalidInput:
            continue
        # Neither ``a__b`` nor an underscore at the end is accepted.
        found = re.sub(r"_+", "_", found).strip("_")
        if found:
            return Value("id", found, source, "stated" if found == text else "adapted")
    return Value("id", "add_on", "nothing names it", "missing")


def title(info: Info, name: str) -> Value:
    if text := info.text("name")[:_MAX_NAME]:
        return Value("name", text, info.place("name"), "stated")
    words = name.replace("_", " ").replace("-", " ").strip().title()
    return Value("name", words or "Add-on", "the name of the folder or file", "guessed")


def version(info: Info) -> Value:
    """Return a semantic version: of four numbers the last one becomes a build number."""
    raw = info.values.get("version")
    if isinstance(raw, str) and is_semantic_version(raw.strip()):
        return Value("version", raw.strip(), info.place("version"), "stated")
    numbers = _numbers(raw)
    if not numbers:
        return Value("version", "1.0.0", "bl_info has no version", "missing")
    text = ".".join(map(str, [*numbers[:3], 0, 0][:3]))
    if len(numbers) > 3 and any(numbers[3:]):
        text += "+" + ".".join(map(str, numbers[3:6]))
    is_stated = isinstance(raw, list) and raw == numbers[:3]
    return Value("version", text, info.place("version"), "stated" if is_stated else "adapted")


def _numbers(raw: Any) -> list[int]:
    parts = raw if isinstance(raw, list) else [raw]
    texts = [str(part) for part in parts if isinstance(part, str | int | float)]
    found = re.findall(r"\d{1,9}", ".".join(texts)[:100])
    return [int(number) for number in found][:6]


def tagline(info: Info, docstring: str, name: str) -> Value:
    """Return the description in at most 64 characters without punctuation at its end."""
    for text, source in (
        (info.text("description"), info.place("description")),
        (one_line(docstring.strip().partition("\n\n")[0]), "the docstring"),
    ):
        found = short_text(text)
        if found:
            return Value("tagline", found, source, "stated" if found == text else "adapted")
    return Value("tagline", short_text(name) or "Add-on", "there is no description", "missing")


def short_text(text: str) -> str:
    """Return the first sentence, or the words that fit."""
    if len(text) > MAX_SHORT_TEXT:
        first = re.split(r"(?<=[.!?])\s|[;:]\s|\s[-\u2013\u2014]\s|\n", text, maxsplit=1)[0]
        text = first if len(first) >= MAX_SHORT_TEXT // 4 else text
    if len(text) > MAX_SHORT_TEXT:
        text = text[: MAX_SHORT_TEXT + 1].rpartition(" ")[0] or text[:MAX_SHORT_TEXT]
        text = re.sub(r"[\s,]+(?:and|or|the|a|an|of|to|in|for|with|by|on|from|that)$", "", text)
    if text.count("(") > text.count(")"):
        text = text.rpartition("(")[0]
    while text and not (text[-1].isalnum() or text[-1] in ")]}"):
        text = text[:-1]
    return text


def maintainer(info: Info) -> Value:
    if text := info.text("author"):
        return Value("maintainer", text, info.place("author"), "stated")
    user = git_user()
    if user:
        return Value("maintainer", user, "the user of git", "guessed")
    return Value("maintainer", UNKNOWN_MAINTAINER, "bl_info has no author", "missing")


def blender_minimum(info: Info) -> Value:
    """Return the first Blender: never one before extensions existed."""
    first = ADD_ON.first_blender
    stated = tuple([*_numbers(info.values.get("blender")), 0, 0][:3])
    found = max(first, stated)
    source = "the first with extensions"
    if "blender" in info.values:
        place = info.place("blender")
        source = place if found == stated else f"{source}; {place}"
    text = format_blender_version((found[0], found[1], found[2]))
    return Value("blender_version_min", text, source, "stated" if found == stated else "adapted")


def website(info: Info) -> Value | None:
    for key in _URLS:
        url = _with_manual(info.text(key))
        if re.fullmatch(r"https?://[^\s/.]+\.\S+", url):
            return Value("website", url, info.place(key), "stated")
    return None


def _with_manual(url: str) -> str:
    for name, address in _MANUAL.items():
        url = url.replace(name, address)
    return url


def tags(info: Info) -> Value | None:
    """Return the tags for a category, which may be several, such as ``Mesh/Object``."""
    by_name = {tag.lower(): tag for tag in ADD_ON.tags if tag != "All"}
    found: list[str] = []
    category = info.text("category")
    whole = category.strip().lower()
    parts = [whole] if whole in by_name or whole in _TAGS else re.split(r"\s*[/,&;|>+]\s*", whole)
    for part in parts:
        if part in by_name:
            found.append(by_name[part])
        else:
            found += _TAGS.get(part, ())
    if not found:
        return None
    is_stated = found == [category]
    certainty = "stated" if is_stated else "adapted"
    return Value("tags", list(dict.fromkeys(found)), info.place("category"), certainty)  # type: ignore[arg-type]
