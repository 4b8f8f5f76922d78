"""What an extension leaves behind: compare what there is before it is enabled and after it is disabled."""

import os
import re

import bpy
from inside_blender import snapshot

#: Kinds of which an extension can also take something away.
#: Kinds that belong to the extension for certain, also after tests, which may change anything.
_OWN = {
    *("classes", "menu entries", "handlers", "timers", "draw handlers"),
    *("message-bus subscriptions", "previews", "threads"),
}
_TAKEN = ("key map items", "menu entries", "handlers", "import paths", "import hooks")


class LeftOvers:
    """The state before an extension is enabled."""

    def __init__(self, module, places, watchers, observer, folders):
        self._module = module
        self.places = places
        self.watchers = watchers
        self.observer = observer
        self._folders = folders
        self.before = snapshot.take(module)
        self._files = self._all_files()

    def find(self, *, author_tests=False):
        """Return rows of kind, name and place. With ``author_tests``, only what is certainly of the extension."""
        after = snapshot.take(self._module)
        rows = [*self._added(after), *self._watched()]
        if not author_tests:
            rows += [*self._taken(after), *self.files(), *self._translations()]
        if author_tests:
            rows = [row for row in rows if row["place"] and row["what"] in _OWN]
        return sorted(rows, key=lambda row: (row["what"], row["name"]))

    def _added(self, after):
        leaked = set()
        for what, things in after.items():
            before = self.before[what]
            for key, thing in things.items():
                if key in before:
                    continue
                if what == "classes":
                    leaked.add(thing.__name__)
                if what == "properties" and key[0] in leaked:
                    continue  # of a class that is reported itself
                row = _ROWS.get(what, _row_of_name)(self, thing)
                if row is not None:
                    yield {"what": what, "name": row[0], "place": row[1]}

    def _taken(self, after):
        for what in _TAKEN:
            for key, thing in self.before[what].items():
                if key in after[what]:
                    continue
                make = _with_function if what == "menu entries" else _ROWS.get(what, _row_of_name)
                name, _ = make(self, thing)
                text = name.partition(":")[2].strip() or name
                place = self.places.of_text(re.escape(text))
                yield {"what": f"removed {what}", "name": name, "place": place}

    def _watched(self):
        watchers = self.watchers
        for function, place in watchers.timers:
            if bpy.app.timers.is_registered(function):
                name = _name_of(function)
                yield {"what": "timers", "name": name, "place": place or self.place_of(function)}
        for _, editor, function, place in watchers.draw_handlers.values():
            name = f"{editor}: {_name_of(function)}"
            yield {"what": "draw handlers", "name": name, "place": place or self.place_of(function)}
        for _, notify, place in watchers.subscriptions:
            name = _name_of(notify)
            yield {"what": "message-bus subscriptions", "name": name, "place": place}

    def place_of(self, function):
        return self.places.of_function(function)

    def _translations(self):
        """Blender cannot list the translations of add-ons: those that are there cannot be registered."""
        try:
            bpy.app.translations.register(self._module, {})
        except ValueError:
            place = self.places.of_text(r"translations\.register")
            yield {"what": "translations", "name": self._module.rpartition(".")[2], "place": place}
        else:
            bpy.app.translations.unregister(self._module)

    def files(self):
        """Yield a row for each file that is new in the home folder, the temporary folder and the extension's own."""
        for title, path in sorted(self._all_files() - self._files):
            name = os.path.basename(path)
            place = self.places.of_text(re.escape(name))
            yield {"what": "files", "name": f"{title}/{path}", "place": place}

    def _all_files(self):
        found = set()
        for title, folder in self._folders.items():
            for parent, folders, names in os.walk(folder):
                folders[:] = [name for name in folders if name != "__pycache__"]
                for name in names:
                    path = os.path.relpath(os.path.join(parent, name), folder)
                    found.add((title, path.replace(os.sep, "/")))
        return found


def _name_of(function):
    module = getattr(function, "__module__", "") or ""
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return name if not module else f"{module.partition('.')[2].rpartition('.')[2] or module}.{name}"


def _row_of_name(found, thing):
    name = str(thing)
    return name, found.places.of_text(re.escape(name.rpartition(".")[2]))


def _class(found, cls):
    return cls.__name__, found.places.of_class(cls)


def _property(found, name):
    owner, _, identifier = name.partition(".")
    places = found.places
    exact = rf"\b{re.escape(owner)}\.{re.escape(identifier)}\s*="
    return name, places.of_text(exact) or places.of_text(rf"\b{re.escape(identifier)}\b")


def _menu_entry(found, thing):
    """An entry of the extension; the first entry of a list is Blender's own function."""
    name, place = _with_function(found, thing)
    return (name, place) if place else None


def _with_function(found, thing):
    title, function = thing
    return f"{title}: {_name_of(function)}", found.place_of(function)


def _hook(found, thing):
    title, function = thing
    place = found.place_of(function) if callable(function) else None
    place = place or found.places.of_text(re.escape(title.rpartition(".")[2]))
    return title, place


def _key_map_item(found, thing):
    key_map, idname = thing
    return f"{key_map}: {idname}", found.places.of_text(rf"[\"']{re.escape(idname)}[\"']")


def _preview(found, name):
    return "preview collection", found.watchers.made_at.get(("previews", name))


def _thread(found, thread):
    place = found.watchers.made_at.get(("threads", id(thread)))
    target = getattr(thread, "_target", None)
    if place is None and target is not None:
        place = found.place_of(target)
    return thread.name, place


def _module(found, thing):
    """A module of the extension under another name; what Python and Blender bring along may stay loaded."""
    name, module = thing
    file = getattr(module, "__file__", None) or ""
    relative = found.places.relative(file)
    known = any(key[0] == name for key in found.before["modules"])
    if not relative and not known:
        return None
    last = re.escape(name.rpartition(".")[2])
    place = found.places.of_text(rf"(import|from|modules).*\b{last}\b")
    return (f"{name} (replaced)" if known else name), place or ([relative, 1] if relative else None)


def _import_hook(found, hook):
    return type(hook).__name__, found.place_of(hook)


def _manual_page(found, function):
    return _name_of(function), found.place_of(function)


def _log_handler(found, handler):
    places = found.places
    place = (
        found.place_of(handler)
        or places.of_text(r"\bbasicConfig\s*\(|\bgetLogger\(\)\.addHandler\b")
        or places.of_text(r"\baddHandler\b")
    )
    return type(handler).__name__, place


def _import_path(found, path):
    relative = found.places.relative(path)
    places = found.places
    changes = r"\bsys\.path(\.(append|insert|extend)\b|\[.*=|\s*\+?=[^=])"
    place = places.of_text(changes) or places.of_text(r"\bsys\.path\b")
    own = os.path.basename(found.places.folder.rstrip(os.sep))
    if relative:
        return f"{own}/{relative}", place
    return (own if path.rstrip(os.sep) + os.sep == found.places.folder else path), place


def _variable(found, name):
    places = found.places
    return name, places.of_text(rf"environ.*[\"']{re.escape(name)}[\"']") or places.of_text(
        r"\b(putenv|environ)\b"
    )


def _function(found, thing):
    title, function = thing
    exact = rf"\b{re.escape(title)}\s*="
    return title, found.places.of_text(exact) or found.place_of(function)


def _preference(found, name):
    words = {"script folder": "script_directories", "asset library": "asset_libraries"}
    kind = " ".join(name.split(" ")[:2])
    return name.strip(), found.places.of_text(words.get(kind, r"preferences\."))


def _data_block(found, name):
    return name, found.places.of_text(re.escape(name.partition("[")[0].partition("bpy.")[2]))


def _process(found, name):
    started = [key for key in found.observer.rows if key[0] == "programs"]
    same = [key for key in started if name in key[1]] or started
    if same:
        return name, [same[0][2], same[0][3]]
    return name, found.places.of_text(r"\b(Popen|fork|spawn\w*|Process)\s*\(")


def _driver_function(found, name):
    places = found.places
    return name, places.of_text(rf"driver_namespace.*\b{re.escape(name)}\b") or places.of_text(
        r"\bdriver_namespace\b"
    )


def _working_folder(found, path):
    return path, found.places.of_text(r"\bchdir\b")


_ROWS = {
    "classes": _class,
    "properties": _property,
    "menu entries": _menu_entry,
    "handlers": _with_function,
    "key map items": _key_map_item,
    "previews": _preview,
    "threads": _thread,
    "processes": _process,
    "modules": _module,
    "import hooks": _import_hook,
    "working folder": _working_folder,
    "Python hooks": _hook,
    "replaced functions": _function,
    "data-blocks": _data_block,
    "driver functions": _driver_function,
    "manual pages": _manual_page,
    "log handlers": _log_handler,
    "import paths": _import_path,
    "environment variables": _variable,
    "preferences": _preference,
}
