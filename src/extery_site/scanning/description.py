"""An inventory in the words of a user: parts with lines, which the pages show. Nothing here reads the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from extery.core.files import format_size
from extery.inventory.model import Entry, FieldValue, Inventory, Place
from extery_site.scanning.blender_words import keys_of, menu_title, place_of

#: Lines of a part; the API has all.
MAX_LINES = 60
#: Titles that the closed part shows.
MAX_PREVIEW = 4
#: The place of a line without one.
NOWHERE = Place("")
Group = Literal["adds", "reaches", "contains"]


@dataclass(frozen=True)
class Line:
    """A thing that an extension adds or uses: a title, the name in the code, and where in Blender or why."""

    title: str
    name: str = ""
    detail: str = ""
    keys: tuple[tuple[str, ...], ...] = ()
    formats: tuple[str, ...] = ()
    place: Place = NOWHERE
    more: int = 0
    """How many other places have the same."""


class Part(NamedTuple):
    """Lines of one kind; ``number`` counts those too that are left out."""

    title: str
    noun: str
    icon: str
    lines: tuple[Line, ...]
    number: int

    @property
    def preview(self) -> str:
        """The first titles, each once."""
        titles = list(dict.fromkeys(line.title for line in self.lines))
        more = ", …" if len(titles) > MAX_PREVIEW or self.number > len(self.lines) else ""
        return ", ".join(titles[:MAX_PREVIEW]) + more

    @property
    def left_out(self) -> int:
        return self.number - len(self.lines)


@dataclass(frozen=True)
class Description:
    """What an extension adds to Blender, what it reaches beyond, and what it contains, as parts that are not empty."""

    adds: tuple[Part, ...]
    reaches: tuple[Part, ...]
    contains: tuple[Part, ...]
    not_analysed: tuple[Line, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.adds or self.reaches or self.contains or self.not_analysed)

    def matching(self, text: str) -> Description:
        """Return what has a text in a title, a name, a detail, keys or a format; parts without any are left out."""
        return Description(
            _matching(self.adds, text),
            _matching(self.reaches, text),
            _matching(self.contains, text),
            tuple(line for line in self.not_analysed if _has(line, text)),
        )


def _matching(parts: tuple[Part, ...], text: str) -> tuple[Part, ...]:
    found = []
    for part in parts:
        lines = tuple(line for line in part.lines if _has(line, text))
        if not lines and text.casefold() in part.title.casefold():
            lines = part.lines
        if lines:
            found.append(part._replace(lines=lines, number=len(lines)))
    return tuple(found)


def _has(line: Line, text: str) -> bool:
    keys = " ".join(key for keys in line.keys for key in keys)
    words = (line.title, line.name, line.detail, *line.formats, keys)
    return any(text.casefold() in word.casefold() for word in words)


class _Row(NamedTuple):
    """A part: its title, noun and icon, and the lines of the entries of its kinds."""

    group: Group
    title: str
    noun: str
    icon: str
    kinds: tuple[str, ...]
    line: Callable[[Entry], Line | None]


def describe(inventory: Inventory) -> Description:
    """Return an inventory in the words of a user. Classes that Blender certainly never registers are left out."""
    keys = _keys_by_operator(inventory)
    labels = {one.name: _text(one.fields.get("label")) for one in inventory.of_kind("operators")}
    parts: dict[Group, list[Part]] = {"adds": [], "reaches": [], "contains": []}
    for row in _ROWS:
        lines = list(_lines(row, inventory, keys, labels))
        if lines:
            shown = tuple(lines[:MAX_LINES])
            parts[row.group].append(Part(row.title, row.noun, row.icon, shown, len(lines)))
    return Description(
        tuple(parts["adds"]),
        tuple(parts["reaches"]),
        tuple(parts["contains"]),
        tuple(
            Line(one.path, detail=unread_reason(one.reason)) for one in inventory.unread[:MAX_LINES]
        ),
    )


def unread_reason(reason: str) -> str:
    """Return in words why a file was not analysed."""
    return _UNREAD.get(reason, reason)


_UNREAD = {
    "time": "analysing it takes too long",
    "memory": "analysing it needs too much memory",
    "size": "it is too large",
    "nesting": "it is nested too deeply",
    "unreadable": "it cannot be read",
    "not-imported": "a test or tool that nothing seems to import",
    "cut": "it has too many classes, calls or constants",
}


def _keys_by_operator(inventory: Inventory) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for entry in inventory.of_kind("keymaps"):
        key = entry.fields.get("key")
        if entry.name and isinstance(key, str):
            found.setdefault(entry.name, []).append(keys_of(key))
    return {name: tuple(dict.fromkeys(keys))[:3] for name, keys in found.items()}


def _lines(
    row: _Row,
    inventory: Inventory,
    keys: Mapping[str, tuple[tuple[str, ...], ...]],
    labels: Mapping[str, str],
) -> Iterator[Line]:
    for kind in row.kinds:
        for entry in inventory.of_kind(kind):
            line = row.line(entry) if entry.registered != "no" else None
            if line is None:
                continue
            own = keys.get(entry.name, ()) if kind == "operators" else line.keys
            label = labels.get(entry.name, "") if kind == "keymaps" else ""
            yield Line(
                label or line.title or "(known only at run time)",
                line.name,
                line.detail,
                own,
                line.formats,
                entry.place,
                entry.count - 1,
            )


def _text(value: FieldValue) -> str:
    return value if isinstance(value, str) else ""


def _labelled(entry: Entry) -> Line:
    name = entry.name or _text(entry.fields.get("class"))
    return Line(_text(entry.fields.get("label")) or name, name, _text(entry.fields.get("tooltip")))


def _panel(entry: Entry) -> Line:
    fields = entry.fields
    where = place_of(
        space=fields.get("space"),
        region=fields.get("region"),
        category=fields.get("category"),
        context=fields.get("context"),
    )
    return Line(_text(fields.get("label")) or entry.name, entry.name, where)


def _formats(entry: Entry) -> Line:
    extensions = entry.fields.get("extensions")
    found = extensions if isinstance(extensions, tuple) else ()
    return Line(_text(entry.fields.get("label")) or entry.name, entry.name, "", (), found)


def _handler_of(direction: str) -> Callable[[Entry], Line | None]:
    def line(entry: Entry) -> Line | None:
        if entry.kind != "file_handlers":
            return _formats(entry)
        if not entry.fields.get(f"{direction}_operator"):
            return None
        found = _formats(entry)
        return Line(found.title, found.name, "by dropping files into Blender", (), found.formats)

    return line


def _shortcut(entry: Entry) -> Line:
    key = entry.fields.get("key")
    keys = (keys_of(key),) if isinstance(key, str) and key else ()
    keymap = _text(entry.fields.get("keymap"))
    return Line(entry.name, entry.name, f"in {keymap}" if keymap else "", keys)


def _menu(entry: Entry) -> Line:
    if entry.kind == "menus":
        return _labelled(entry)
    return Line(menu_title(entry.name), entry.name, "an entry in this menu of Blender")


def _preferences(entry: Entry) -> Line:
    properties = entry.fields.get("properties")
    found = properties if isinstance(properties, tuple) else ()
    names = ", ".join(one.partition(":")[0].replace("_", " ") for one in found)
    return Line("Preferences", entry.name, names)


_HOST_USES = {
    "requested": "it connects to this host",
    "browser": "it opens this site in the browser",
    "mentioned": "the address is in its code",
}


def _host(entry: Entry) -> Line:
    return Line(entry.name, "", _HOST_USES.get(_text(entry.fields.get("use")), ""))


def _call(entry: Entry) -> Line:
    return Line(entry.name, "", _text(entry.fields.get("path")))


def _program(entry: Entry) -> Line:
    return Line(entry.name, _text(entry.fields.get("call")))


def _native(entry: Entry) -> Line:
    return Line(entry.name, _text(entry.fields.get("call")), _text(entry.fields.get("format")))


def _by_itself(entry: Entry) -> Line:
    what = _text(entry.fields.get("function"))
    return Line(entry.name, what if what != entry.name else "", _BY_ITSELF[entry.kind])


_BY_ITSELF = {
    "handlers": "at this event of Blender",
    "timers": "at intervals",
    "subscriptions": "when this property changes",
    "draw_handlers": "when this editor is drawn",
}


def _wheel(entry: Entry) -> Line:
    size = entry.fields.get("size")
    text = format_size(size) if isinstance(size, int) else ""
    return Line(f"{entry.name} {_text(entry.fields.get('version'))}".strip(), "", text)


def _theme(entry: Entry) -> Line:
    fields = entry.fields
    detail = f"{fields.get('settings', 0)} settings, {fields.get('colors', 0)} colours"
    return Line(entry.name.replace("_", " ").capitalize(), "", detail)


def _asset(entry: Entry) -> Line:
    size = entry.fields.get("size")
    return Line(entry.name, "", format_size(size) if isinstance(size, int) else "")


_ROWS = (
    _Row("adds", "Imports files", "importer", "upload", ("importers", "file_handlers"), _handler_of("import")),
    _Row("adds", "Exports files", "exporter", "download", ("exporters", "file_handlers"), _handler_of("export")),
    _Row("adds", "Operators", "operator", "spark", ("operators",), _labelled),
    _Row("adds", "Shortcuts", "shortcut", "key", ("keymaps",), _shortcut),
    _Row("adds", "Panels", "panel", "layers", ("panels",), _panel),
    _Row("adds", "Menus", "menu", "list", ("menus", "menu_additions"), _menu),
    _Row("adds", "Tools", "tool", "hand", ("tools",), _labelled),
    _Row("adds", "Nodes", "node", "cube", ("nodes", "node_trees"), _labelled),
    _Row("adds", "Render engines", "render engine", "sun", ("render_engines",), _labelled),
    _Row("adds", "Preferences", "class of preferences", "sort", ("preferences",), _preferences),
    _Row("adds", "Theme settings", "area", "palette", ("theme_settings",), _theme),
    _Row("reaches", "Internet hosts", "host", "network", ("hosts",), _host),
    _Row("reaches", "Connections", "call", "network", ("network",), _call),
    _Row("reaches", "Other programs", "program", "play", ("programs",), _program),
    _Row("reaches", "Writes or deletes files", "call", "files", ("files_written",), _call),
    _Row("reaches", "Runs by itself", "function", "clock", tuple(_BY_ITSELF), _by_itself),
    _Row("reaches", "Code made at run time", "call", "code", ("dynamic_code",), _call),
    _Row("contains", "Python libraries", "library", "box", ("wheels",), _wheel),
    _Row("contains", "Native code", "file or library", "chip", ("native_code",), _native),
    _Row("contains", "Assets", "file", "library", ("assets",), _asset),
)  # fmt: skip
