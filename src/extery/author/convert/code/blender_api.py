"""Uses of Blender's and Python's modules for which there is one certain replacement."""

from __future__ import annotations

import ast
import re

import libcst as cst

from extery.author.convert.code.base import (
    ModuleState,
    Pass,
    code_of,
    expression,
    plain_dotted,
    string_value,
)
from extery.compatibility.replacements import REMOVED_SHADERS, SAME_MENUS, SAME_OPERATORS

_KIND = "removed-api"
#: The only argument that old and new operators share.
_SHARED = frozenset({"filepath"})
_PROPERTIES = "bpy.props."
_WORDS = frozenset(
    {"imp", "user_preferences", "from_builtin", "bl_options", "user_resource"}
    | SAME_MENUS.keys()
    | {name.split(".")[2] for name in SAME_OPERATORS}
)
_ASSIGNED_PROPERTY = re.compile(r"^[ \t]+\w+[ \t]*=[ \t]*(?:\w+\.)*\w+Property\b", re.MULTILINE)
_OPERATOR_OPTIONS = frozenset({"REGISTER", "UNDO", "BLOCKING", "INTERNAL", "PRESET"})
_BASES = frozenset(
    {
        *("Operator", "Panel", "Menu", "PropertyGroup", "AddonPreferences", "UIList", "Header"),
        *(
            "ImportHelper",
            "ExportHelper",
            "Node",
            "NodeTree",
            "NodeSocket",
            "Macro",
            "KeyingSetInfo",
        ),
        *("Gizmo", "GizmoGroup", "RenderEngine"),
    }
)


class BlenderApi(Pass):
    """Shaders, operators for files, ``context.user_preferences``, the module ``imp``, properties without annotation."""

    def __init__(self, state: ModuleState) -> None:
        super().__init__(state)
        self._replaces_imp = _uses_only_reload(state.tree)
        unneeded = {name for _, name in state.job.unneeded.get(state.path, ())}
        properties = {word for word in state.words if word.endswith("Property")}
        self._needed = frozenset(_WORDS | unneeded)
        self._words = self._needed | properties

    def words(self) -> frozenset[str]:
        return self._words

    def concerns(self, words: frozenset[str], text: str) -> bool:
        return bool(words & self._needed) or _ASSIGNED_PROPERTY.search(text) is not None

    def leave_Import(self, original_node: cst.Import, updated_node: cst.Import) -> cst.Import:  # noqa: N802
        if not self._replaces_imp or not _imports_imp(updated_node):
            return updated_node
        names = [
            one.with_changes(name=cst.Name("importlib")) if plain_dotted(one.name) == "imp" else one
            for one in updated_node.names
        ]
        self.state.change(original_node, _KIND, "import imp → import importlib")
        return updated_node.with_changes(names=names)

    def leave_ImportFrom(  # noqa: N802
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom:
        if updated_node.relative or updated_node.module is None:
            return updated_node
        names = updated_node.names
        is_reload = not isinstance(names, cst.ImportStar) and all(
            plain_dotted(one.name) == "reload" for one in names
        )
        if plain_dotted(updated_node.module) != "imp" or not is_reload:
            return updated_node
        self.state.change(original_node, _KIND, "from imp import … → from importlib import …")
        return updated_node.with_changes(module=cst.Name("importlib"))

    def leave_Attribute(  # noqa: N802
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        if updated_node.attr.value == "user_preferences":
            owner = plain_dotted(updated_node.value)
            if owner.rpartition(".")[2] in ("context", "C", "bpy_context"):
                self.state.change(original_node, _KIND, "user_preferences → preferences")
                return updated_node.with_changes(attr=cst.Name("preferences"))
        menu = SAME_MENUS.get(updated_node.attr.value)
        if menu is not None and self.state.dotted(updated_node.value) == "bpy.types":
            self.state.change(original_node, _KIND, f"{updated_node.attr.value} → {menu}")
            return updated_node.with_changes(attr=cst.Name(menu))
        if self._replaces_imp and plain_dotted(updated_node) == "imp.reload":
            self.state.change(original_node, _KIND, "imp.reload → importlib.reload")
            return updated_node.with_changes(value=cst.Name("importlib"))
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: N802
        name = self.state.dotted(updated_node.func)
        if name in SAME_OPERATORS:
            used = {one.keyword.value if one.keyword else "" for one in updated_node.args}
            if used <= _SHARED:
                new = SAME_OPERATORS[name]
                self.state.change(original_node, _KIND, f"{name} → {new}")
                return updated_node.with_changes(func=expression(new))
        if name == "bpy.utils.user_resource":
            return self._with_keywords(original_node, updated_node)
        if name == "gpu.shader.from_builtin" and updated_node.args:
            old = string_value(updated_node.args[0].value) or ""
            if old in REMOVED_SHADERS:
                new = REMOVED_SHADERS[old]
                self.state.change(original_node, _KIND, f"shader {old} → {new}")
                first = updated_node.args[0].with_changes(value=expression(repr(new)))
                return updated_node.with_changes(args=[first, *updated_node.args[1:]])
        return updated_node

    def _with_keywords(self, original: cst.CSTNode, call: cst.Call) -> cst.Call:
        """Name the arguments behind the first one, which Blender 2.92 made keyword arguments."""
        arguments = list(call.args)
        for index, keyword in enumerate(("path", "create"), 1):
            if (
                len(arguments) > index
                and not arguments[index].keyword
                and not arguments[index].star
            ):
                arguments[index] = arguments[index].with_changes(
                    keyword=cst.Name(keyword),
                    equal=cst.AssignEqual(
                        whitespace_before=cst.SimpleWhitespace(""),
                        whitespace_after=cst.SimpleWhitespace(""),
                    ),
                )
                self.state.change(original, _KIND, f"user_resource(…, {keyword}=…)")
        return call.with_changes(args=arguments)

    def leave_SimpleStatementLine(  # noqa: N802
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        """Remove a call that has no effect any more."""
        unneeded = self.state.job.unneeded.get(self.state.path, ())
        if not unneeded or len(updated_node.body) != 1:
            return updated_node
        statement = updated_node.body[0]
        if not isinstance(statement, cst.Expr) or not isinstance(statement.value, cst.Call):
            return updated_node
        func = statement.value.func
        if not isinstance(func, cst.Attribute) or statement.value.args:
            return updated_node
        if not any(
            line == self.state.line(original_node) and name == func.attr.value
            for line, name in unneeded
        ):
            return updated_node
        self.state.change(original_node, _KIND, f"removed {code_of(statement)}: it is not needed")
        return cst.RemoveFromParent()

    def leave_ClassDef(  # noqa: N802
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        """Make properties annotations: since Blender 2.93 assigned ones are none."""
        bases = {self.state.dotted(one.value).rpartition(".")[2] for one in updated_node.bases}
        if not bases & _BASES or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        if any("annotations" in plain_dotted(one.decorator) for one in updated_node.decorators):
            return updated_node  # a function such as ``make_annotations`` does it
        body = [self._annotated(one) for one in updated_node.body.body]
        if "Menu" in bases:
            body = [one for one in body if not self._has_wrong_options(one)]
        if list(updated_node.body.body) == body:
            return updated_node
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def _annotated(self, line: cst.BaseStatement) -> cst.BaseStatement:
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            return line
        statement = line.body[0]
        if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
            return line
        target, value = statement.targets[0].target, statement.value
        if not isinstance(target, cst.Name) or not isinstance(value, cst.Call):
            return line
        if not self.state.dotted(value.func).startswith(_PROPERTIES):
            return line
        self.state.change(line, "annotation", f"{target.value} = … → {target.value}: …")
        annotated = cst.AnnAssign(target=target, annotation=cst.Annotation(value), value=None)
        return line.with_changes(body=[annotated])

    def _has_wrong_options(self, line: cst.BaseStatement) -> bool:
        """Return whether a menu has options of operators, which had no effect and are an error since Blender 4.0."""
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            return False
        statement = line.body[0]
        if not isinstance(statement, cst.Assign) or not isinstance(statement.value, cst.Set):
            return False
        options = {string_value(one.value) for one in statement.value.elements}
        target = statement.targets[0].target
        if plain_dotted(target) != "bl_options" or not options <= _OPERATOR_OPTIONS:
            return False
        self.state.change(line, _KIND, f"removed {code_of(statement)}: a menu has no such options")
        return True


def _uses_only_reload(tree: ast.Module) -> bool:
    """Return whether the module ``imp`` is used for ``reload`` only: its other functions have no equal."""
    names = sum(isinstance(one, ast.Name) and one.id == "imp" for one in ast.walk(tree))
    reloads = sum(
        isinstance(one, ast.Attribute) and ast.unparse(one) == "imp.reload"
        for one in ast.walk(tree)
    )
    return names == reloads


def _imports_imp(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Import) and any(
        plain_dotted(one.name) == "imp" and one.asname is None for one in node.names
    )
