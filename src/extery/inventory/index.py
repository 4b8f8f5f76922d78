"""What the modules of an extension declare, by module and name."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Sequence

from extery.analysis.declarations import CallDeclaration, ClassDeclaration, Constant, Loop
from extery.analysis.facts import ModuleFacts
from extery.rules.blender_modules import BLENDER_MODULES


class ModuleIndex:
    """The declarations of ``modules``; keys are ``path.py:name``. ``extension_id`` is that of the manifest, or empty.

    ``added`` are the calls that add to a list of a module, ``stars`` the modules from which everything is imported.
    """

    def __init__(self, modules: Sequence[ModuleFacts], extension_id: str) -> None:
        self.modules = modules
        self.extension_id = extension_id
        self.by_path = {module.path: module for module in modules}
        self.classes: dict[str, ClassDeclaration] = {}
        self.functions: set[str] = set()
        self.constants: dict[str, list[Constant]] = {}
        self.added: dict[str, list[CallDeclaration]] = {}
        self.imports: dict[str, dict[str, tuple[str, int, str]]] = {}
        self.stars: dict[str, list[str]] = {}
        self.loops: dict[tuple[str, str], list[Loop]] = {}
        self.parameters: dict[str, tuple[str, ...]] = {}
        for module in modules:
            self._index(module)

    def _index(self, module: ModuleFacts) -> None:
        path, declared = module.path, module.declarations
        for one in declared.classes:
            self.classes.setdefault(f"{path}:{one.name}", one)
        self.functions.update(f"{path}:{one.name}" for one in module.functions)
        for constant in declared.constants:
            self.constants.setdefault(f"{path}:{constant.name}", []).append(constant)
        for call in declared.calls:
            name, _, method = call.call.text.rpartition(".")
            if name.startswith("%") and method in ("append", "extend"):
                self.added.setdefault(f"{path}:{name[1:]}", []).append(call)
        for loop in declared.loops:
            self.loops.setdefault((path, loop.function), []).append(loop)
        for name, names in declared.parameters:
            self.parameters.setdefault(f"{path}:{name}", names)
        self.stars[path] = [
            "." * one.level + one.module for one in module.imports if one.name == "*"
        ]
        self.imports[path] = {
            one.name: (one.module, one.level, one.name)
            for one in module.imports
            if one.name and one.name != "*"
        }

    def own_path(self, path: str, module: ModuleFacts) -> tuple[ModuleFacts, list[str]] | None:
        """Return the module of the extension in a path of names, and the names in it."""
        rest = path.lstrip(".")
        folder, parts = posixpath.dirname(module.path), rest.split(".")
        level = len(path) - len(rest)
        if not level:
            if not self.is_own(parts[0]):
                return None
            folder = ""
            parts = parts[1:] if parts[0] == self.extension_id else parts
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        for length in range(len(parts), -1, -1):
            base = posixpath.join(folder, *parts[:length])
            for name in (f"{base}.py", posixpath.join(base, "__init__.py")):
                if found := self.by_path.get(name):
                    return found, parts[length:]
        return None

    def is_own(self, name: str) -> bool:
        """Return whether an absolute import by this first name is one of the extension's own modules."""
        if name == self.extension_id:
            return True
        if name in sys.stdlib_module_names or name in BLENDER_MODULES:
            return False
        return f"{name}.py" in self.by_path or f"{name}/__init__.py" in self.by_path
