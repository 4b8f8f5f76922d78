"""Paths to the add-on's own folder, spelled with its old name below ``scripts/addons``."""

from __future__ import annotations

import re

import libcst as cst

from extery.author.convert.code.base import (
    TextPass,
    code_of,
    expression,
    string_value,
)

_KIND = "path"
#: Functions that return a folder of Blender; `script_paths` returns several, so it is none.
_FOLDERS = frozenset(
    {"bpy.utils.user_resource", "bpy.utils.script_path_user", "bpy.utils.resource_path"}
)
#: The folder of add-ons, and the module that knows them.
_WORDS = frozenset({"addons", "addon_utils"})
_LISTS = frozenset({"addon_utils.modules", "addon_utils.paths", "addon_utils.addons_fake_modules"})


class OwnPaths(TextPass):
    """Replaces ``os.path.join(…, "addons", NAME, …)`` and names the other paths."""

    kind = _KIND
    code = "convert.own-path"
    value = "path"

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: N802 (libcst)
        name = self.state.dotted(updated_node.func)
        if name in _LISTS:
            self.state.remark(original_node, "convert.addon-utils", name=name)
        if name in _FOLDERS:
            rest = self._below_folder(updated_node)
            if rest is not None:
                return self._own_folder(original_node, rest)
        if name != "os.path.join":
            return updated_node
        rest = self._below_own(updated_node)
        if rest is None:
            return updated_node
        if not self._is_folder_of_blender(updated_node.args[0].value):
            # Another folder with this name in it, such as one for backups.
            self.state.remark(original_node, "convert.own-path", path=code_of(original_node)[:200])
            return updated_node
        return self._own_folder(original_node, rest)

    def _is_folder_of_blender(self, node: cst.BaseExpression) -> bool:
        return isinstance(node, cst.Call) and self.state.dotted(node.func) in _FOLDERS

    def _below_folder(self, call: cst.Call) -> list[cst.BaseExpression] | None:
        """Return the path below the add-on in ``user_resource('SCRIPTS', path="addons/NAME/…")``."""
        if any(one.star or _keyword(one) == "create" for one in call.args):
            return None
        for argument in call.args:
            text = string_value(argument.value)
            parts = self._parts_below_own(text) if text else None
            if parts is not None:
                return [expression(repr(part)) for part in parts]
        return None

    def _below_own(self, call: cst.Call) -> list[cst.BaseExpression] | None:
        """Return the arguments behind the name of the add-on, if it is behind ``addons``."""
        before = ""
        for index, argument in enumerate(call.args):
            if argument.keyword is not None or argument.star:
                return None
            text = string_value(argument.value)
            if text is None:
                # A path whose end is ``addons``: ``user_resource('SCRIPTS', path="addons")``.
                before = "addons" if self._ends_in_addons(argument.value) else ""
                continue
            joined = f"{before}/{text}" if before else text
            parts = self._parts_below_own(joined)
            if parts is not None:
                behind = call.args[index + 1 :]
                if any(one.star or one.keyword is not None for one in behind):
                    return None
                rest = [expression(repr(part)) for part in parts]
                return rest + [one.value for one in behind]
            before = joined
        return None

    def _ends_in_addons(self, node: cst.BaseExpression) -> bool:
        if not isinstance(node, cst.Call) or self.state.dotted(node.func) not in _FOLDERS:
            return False
        texts = [string_value(one.value) or "" for one in node.args]
        return any(re.split(r"[\\/]+", text.rstrip("\\/"))[-1] == "addons" for text in texts)

    def _parts_below_own(self, text: str) -> list[str] | None:
        parts = [part for part in re.split(r"[\\/]+", text) if part]
        for index in range(1, len(parts)):
            if parts[index] in self.state.job.names and parts[index - 1] == "addons":
                return parts[index + 1 :]
        return None

    def _own_folder(
        self, original: cst.CSTNode, rest: list[cst.BaseExpression]
    ) -> cst.BaseExpression:
        os = self.state.module("os")
        folder = "__file__"
        for _ in range(len(self.state.package) + 1):
            folder = f"{os}.path.dirname({folder})"
        text = folder
        if rest:
            text = f"{os}.path.join({', '.join([folder, *map(code_of, rest)])})"
        self.state.change(original, _KIND, f"{code_of(original)} → {text}")
        return expression(text)

    def leave_SimpleString(  # noqa: N802
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.BaseExpression:
        text = string_value(updated_node)
        if text and len(text) < 1000 and self._parts_below_own(text) is not None:
            self.seen.append((original_node, text))
        return updated_node

    def words(self) -> frozenset[str]:
        return _WORDS


def _keyword(argument: cst.Arg) -> str:
    return argument.keyword.value if argument.keyword is not None else ""
