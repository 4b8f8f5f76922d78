"""The code of an extension for rules: the facts about its modules, and which of them are its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from extery.analysis.facts import Call, ModuleFacts
from extery.analysis.pool import Limits, Source, analyze_all
from extery.blender_api.table import load_varying_names
from extery.core.cached_property import cached_property
from extery.core.compatibility import BlenderRange
from extery.core.errors import ExteryError
from extery.core.versions import BLENDER_SERIES, BlenderSeries, python_of_blender
from extery.rules.import_graph import reached_from

if TYPE_CHECKING:
    from extery.compatibility.findings import Finding

#: Folders that hold libraries of others, by the names that people give them.
_VENDOR_FOLDERS = frozenset(
    {
        *(
            "vendor",
            "vendored",
            "vendors",
            "_vendor",
            "_vendored",
            "third_party",
            "thirdparty",
            "3rdparty",
        ),
        *("extern", "externals", "site-packages", "dist-packages", "dependencies", "deps", "_deps"),
    }
)
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "docs", "doc", "examples", "benchmarks"})
#: Folders with programs of the author, or with a part of the add-on.
_DEVELOPMENT_FOLDERS = _TEST_FOLDERS | {"scripts", "tools"}
_IMPORTS_BY_NAME = frozenset(
    {"importlib.import_module", "__import__", "pkgutil.iter_modules", "pkgutil.walk_packages"}
)


class Sources:
    """The modules of an extension; their paths are those of files next to the manifest.

    ``own`` leaves out what others wrote, in ``vendor_folders``. ``parts`` also leaves out tests and tools of the
    author, which the add-on does not import: most rules judge these only. ``reached`` are the paths of the modules
    that are imported, from `__init__.py` on.
    """

    def __init__(
        self,
        modules: Sequence[ModuleFacts],
        pythons: Sequence[str],
        extension_id: str = "",
        *,
        blenders: Sequence[BlenderSeries] = (),
    ) -> None:
        self.modules = tuple(modules)
        self.pythons = tuple(pythons)
        self.blenders = tuple(blenders)
        self.vendor_folders = find_vendor_folders([module.path for module in modules])
        self.own = tuple(m for m in self.modules if not self.is_vendored(m.path))
        self.reached = reached_from(["__init__.py"], self.modules, extension_id)
        self.parts = self._find_parts(extension_id)

    def is_vendored(self, path: str) -> bool:
        return any(path.startswith(f"{folder}/") for folder in self.vendor_folders)

    def _find_parts(self, extension_id: str) -> tuple[ModuleFacts, ...]:
        """Return the own modules without those for development; what others import is none, whatever its folder."""
        reached = [module for module in self.own if module.path in self.reached]
        # Add-ons that import all modules in their folders name none of them.
        folders = _TEST_FOLDERS if any(map(_imports_by_name, reached)) else _DEVELOPMENT_FOLDERS
        starts = [m.path for m in self.own if not _is_for_development(m.path, folders)]
        parts = reached_from(["__init__.py", *starts], self.modules, extension_id)
        return tuple(module for module in self.own if module.path in parts)

    @cached_property
    def by_path(self) -> dict[str, ModuleFacts]:
        return {module.path: module for module in self.modules}

    @cached_property
    def api_findings(self) -> list[Finding]:
        """The names that a Blender of the range does not have or calls deprecated, found when a rule first asks."""
        from extery.blender_api.table import load_api  # most commands judge no code
        from extery.compatibility.findings import judge

        return judge(self.parts, load_api(), self.blenders)

    def calls(self, *names: str) -> Iterator[tuple[ModuleFacts, Call]]:
        """Yield the calls of the parts of the add-on to one of ``names``: whole paths, or ends that begin with a dot."""
        ends = tuple(name for name in names if name.startswith("."))
        whole = frozenset(names)
        for module in self.parts:
            for call in module.calls:
                if call.name in whole or (ends and call.name.endswith(ends)):
                    yield module, call


def read_sources(
    names: Iterable[str],
    *,
    size_of: Callable[[str], int],
    read: Callable[[str, int], bytes],
    table: Mapping[str, Any],
    limits: Limits,
) -> Sources:
    """Analyse the Python files among ``names``, for the Pythons of the range in the manifest's ``table``.

    ``read`` returns at most that many bytes of a file, and raises `ExteryError` or `OSError` if it cannot be read.
    """
    blenders = blenders_of(table)
    pythons = pythons_of(blenders)
    sources = [
        Source(name, size_of(name), _reader(read, name)) for name in names if name.endswith(".py")
    ]
    versions = [(int(major), int(minor)) for major, minor in (p.split(".") for p in pythons)]
    modules = analyze_all(sources, versions, limits, wanted=load_varying_names())
    return Sources(modules, pythons, str(table.get("id", "")), blenders=blenders)


def _reader(read: Callable[[str, int], bytes], name: str) -> Callable[[int], bytes]:
    def read_one(limit: int) -> bytes:
        try:
            return read(name, limit)
        except ExteryError as error:  # another rule reports it
            raise OSError(str(error)) from error

    return read_one


def pythons_of(blenders: Iterable[BlenderSeries]) -> list[str]:
    """Return the Pythons of Blender versions, in their order."""
    return list(dict.fromkeys(map(python_of_blender, blenders)))


def blenders_of(table: Mapping[str, Any]) -> list[BlenderSeries]:
    """Return the known Blender versions that a manifest's table allows, the oldest first; never none."""
    minimum, maximum = table.get("blender_version_min"), table.get("blender_version_max")
    allowed = BlenderRange((0, 0, 0))
    with suppress(ValueError, TypeError, AttributeError):  # reported by the rules of the manifest
        allowed = BlenderRange.parse(str(minimum), maximum if isinstance(maximum, str) else None)
    series = [
        one
        for one in BLENDER_SERIES
        if allowed.overlaps(BlenderRange.of_series("{}.{}".format(*one)))
    ]
    return series or list(BLENDER_SERIES[-1:])


def find_vendor_folders(paths: Sequence[str]) -> tuple[str, ...]:
    """Return the folders whose modules others wrote."""
    found = set()
    for path in paths:
        parts = path.split("/")[:-1]
        for index, part in enumerate(parts):
            if part.lower() in _VENDOR_FOLDERS:
                found.add("/".join(parts[: index + 1]))
                break
    return tuple(sorted(found))


def _imports_by_name(module: ModuleFacts) -> bool:
    """Return whether a module imports others whose names it computes."""
    return any(call.name in _IMPORTS_BY_NAME for call in module.calls)


def _is_for_development(path: str, development: frozenset[str]) -> bool:
    """Return whether a module is a test or a tool of the author by its name, or in one of the folders."""
    *folders, file = path.lower().split("/")
    return bool(development.intersection(folders)) or (
        file.startswith(("test_", "setup.", "conftest.")) or file.endswith("_test.py")
    )
