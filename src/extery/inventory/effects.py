"""What reaches beyond Blender: networks, files, programs, environment variables, native and dynamic code."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urlsplit

from extery.analysis.declarations import CallDeclaration, Expression
from extery.analysis.facts import Call, ModuleFacts, Text, readable
from extery.analysis.facts import Value as FactValue
from extery.inventory.effect_names import kind_of
from extery.inventory.evaluate import Evaluator
from extery.inventory.fields import joined, label_of
from extery.inventory.indirect import Names, indirect_entries
from extery.inventory.model import Entry, FieldValue, Place
from extery.inventory.values import Value
from extery.rules.permission_use import is_network_name, writes_files

_URL = re.compile(r"(?:https?|wss?|ftp)://(?:\{\}|[^\s\"'<>){}\\|,]){1,2000}", re.IGNORECASE)
_HOST = re.compile(r"^(?:[\w.-]{1,253}|[0-9a-f:.]{2,60})$")
_BROWSERS = (
    "bpy.ops.wm.url_open",
    "webbrowser.open",
    "webbrowser.open_new",
    "webbrowser.open_new_tab",
)
_READS = frozenset({"os.environ.get", "os.getenv"})
_SETS = frozenset(
    {"os.environ.setdefault", "os.putenv", "os.unsetenv", "os.environ.pop", "os.environ.update"}
)
_OPENERS = frozenset({"builtins.open", "io.open", "codecs.open"})
MAX_URLS = 5
MAX_URLS_OF_TEXT = 1_000
#: Constants with a path, as people write them.
_KNOWN_NAMES = {"sys.executable": "sys.executable", "bpy.app.binary_path": "bpy.app.binary_path"}


def effect_entries(modules: Sequence[ModuleFacts], evaluator: Evaluator) -> Iterator[Entry]:
    """Yield the entries of calls that reach beyond Blender in ``modules``."""
    values, names = _Arguments(evaluator), Names(modules)
    for module in modules:
        for call in module.calls:
            place = Place(module.path, call.at.line)
            first = values.of(module, call)
            found = [
                (name, kind) for name in names.of(module, call.name) if (kind := kind_of(name))
            ]
            if found:
                yield _beyond(*found[0], first, place, values.digest(module, call))
            elif writes_files(call):
                yield Entry("files_written", call.label, place, {"path": _text(first) or None})
            elif call.name in _OPENERS:
                yield Entry("files_read", call.label, place, {"path": _text(first) or None})
            elif call.name in _READS or call.name in _SETS:
                access = "read" if call.name in _READS else "write"
                yield Entry("environment", _text(first), place, {"access": access})
        yield from _environment_items(module)
    yield from indirect_entries(modules, names)
    yield from _hosts(modules, values, names)


def _beyond(name: str, kind: str, first: Value | None, place: Place, digest: str) -> Entry:
    """Return the entry of a call that reaches beyond Blender; ``digest`` tells other arguments apart."""
    label = readable(name)
    if kind == "network":
        return Entry(kind, label, place, {"url": _url_of(first)}, digest=digest)
    if kind == "programs":
        return Entry(kind, _program(first), place, {"call": label}, digest=digest)
    if kind == "native_code":
        return Entry(kind, _text(first), place, {"call": label, "format": ""}, digest=digest)
    return Entry(kind, label, place, digest=digest)


class _Arguments:
    """The first arguments of calls, with the values of the variables in them."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._by_place: dict[tuple[str, int, str], list[Value]] = {}
        self._calls: dict[tuple[str, int, str], list[Expression]] = {}
        for module in evaluator.modules:
            for one in module.declarations.calls:
                self._index(module, one)

    def _index(self, module: ModuleFacts, one: CallDeclaration) -> None:
        if not one.call.text.startswith(_ROOTS):
            return
        key = (module.path, one.line, one.call.text)
        self._calls.setdefault(key, []).append(one.call)
        for variables in self._evaluator.variables(module, one)[:20]:
            value = self._evaluator.evaluate(
                _main_argument(one.call.text, one.call), module, variables
            )
            self._by_place.setdefault(key, []).append(value)

    def of(self, module: ModuleFacts, call: Call) -> Value | None:
        """Return the value of the first argument, if it has only one."""
        found = set(self._by_place.get((module.path, call.at.line, call.name), ()))
        return found.pop() if len(found) == 1 else None

    def digest(self, module: ModuleFacts, call: Call) -> str:
        """Return a digest of the arguments as they are written."""
        written = self._calls.get((module.path, call.at.line, call.name), ())
        text = repr((call.arguments, call.keywords, written))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def texts(self, module: ModuleFacts, call: Call) -> list[str]:
        """Return all texts that the first argument may be."""
        found = self._by_place.get((module.path, call.at.line, call.name), ())
        return [text for value in found for text in _texts(value)]


_ROOTS = (
    *(
        "subprocess.",
        "os.",
        "asyncio.",
        "ctypes.",
        "requests.",
        "urllib.",
        "urllib3.",
        "httpx.",
        "aiohttp.",
    ),
    *(
        "http.",
        "socket.",
        "xmlrpc.",
        "websocket",
        "bpy.ops.wm.url_open",
        "webbrowser.",
        "builtins.open",
        "io.open",
        "codecs.open",
        "shutil.",
    ),
)


def _main_argument(name: str, call: Expression) -> Expression | None:
    """Return the argument with the address, the program or the path."""
    index = 1 if name.endswith(".request") and not name.endswith("urllib.request") else 0
    for keyword in ("url", "args", "file", "name", "filepath", "host"):
        if (found := call.argument(-1, keyword)) is not None:
            return found
    return call.argument(index, "")


def _texts(value: Value) -> list[str]:
    if value.kind in ("str", "unknown") and value.text:
        return [value.text]
    if value.kind in ("list", "call"):
        return [text for item in value.items[:20] for text in _texts(item)]
    return []


def _text(value: Value | None) -> str:
    if value is None:
        return ""
    return value.text[:300] if value.kind == "str" else _KNOWN_NAMES.get(value.text, "")


def _url_of(value: Value | None) -> FieldValue:
    texts = _texts(value) if value is not None else []
    found = next((match[0] for text in texts if (match := _URL.search(text))), "")
    return found or None


def _program(value: Value | None) -> str:
    """Return the program of a list of arguments, or the first word of a command for the shell."""
    if value is None:
        return ""
    if value.kind == "list":
        return label_of(value.items[0]) if value.items else ""
    if value.kind == "name":
        return _KNOWN_NAMES.get(value.text, "")
    words = value.text.split() if value.kind == "str" else []
    return words[0][:200] if words else ""


def _environment_items(module: ModuleFacts) -> Iterator[Entry]:
    for item in module.items:
        if item.name == "os.environ":
            name = item.key.text if item.key.kind == "str" else ""
            access = "read" if item.context == "load" else "write"
            yield Entry("environment", name, Place(module.path, item.at.line), {"access": access})


def _hosts(modules: Sequence[ModuleFacts], values: _Arguments, names: Names) -> Iterator[Entry]:
    """Yield the hosts in addresses, with the strongest use of each."""
    found: dict[str, tuple[int, Place, list[str]]] = {}

    def add(text: str, place: Place, rank: int) -> None:
        for match in islice(_URL.finditer(text), MAX_URLS_OF_TEXT):
            url = match[0].rstrip(".,;:")
            host = _host(url)
            if host is None:
                continue
            known = found.get(host)
            if known is None or rank < known[0]:
                urls = [url, *(known[2] if known else [])]
                found[host] = (rank, place, urls)
            else:
                known[2].append(url)

    for module in modules:
        connects = [
            any(is_network_name(name) for name in names.of(module, call.name))
            for call in module.calls
        ]
        connecting = {
            call.function
            for call, is_network in zip(module.calls, connects, strict=True)
            if is_network and call.function
        }
        for call, is_network in zip(module.calls, connects, strict=True):
            is_browser = call.name in _BROWSERS
            if is_browser or is_network or call.name == "urllib.request.Request":
                place = Place(module.path, call.at.line)
                texts = values.texts(module, call) + [
                    one.text for one in call.arguments if one.kind == "str"
                ]
                texts += [value.text for _, value in call.keywords if value.kind == "str"]
                for text in texts:
                    add(text, place, 1 if is_browser else 0)
                for host in _addresses(call) if is_network else ():
                    add(f"https://{host}", place, 0)
        for one in module.texts:
            rank = 0 if one.function in connecting and not _is_documentation(one) else 2
            add(one.text, Place(module.path, one.at.line), rank)
    for host, (rank, place, urls) in sorted(found.items(), key=lambda one: (one[1][0], one[0])):
        use = ("requested", "browser", "mentioned")[rank]
        fields: dict[str, FieldValue] = {"use": use, "urls": joined(urls)[:MAX_URLS]}
        yield Entry("hosts", host, place, fields, count=len(set(urls)))


def _is_documentation(text: Text) -> bool:
    """Return whether a text is longer than an address: a docstring or a message."""
    return "\n" in text.text


def _host(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    is_host = _HOST.match(host) and (host.strip(".") != "") and host[-1:] != "."
    return host if is_host and (host == "localhost" or "." in host or ":" in host) else None


def _addresses(call: Call) -> Iterator[str]:
    """Yield hosts that are no part of an address: of sockets, and of clients for one host."""
    for value in (*call.arguments[:2], *(one for name, one in call.keywords if name == "host")):
        first = value.items[0] if value.kind == "tuple" and value.items else value
        if isinstance(first, FactValue) and first.kind == "str" and "://" not in first.text:
            yield first.text
