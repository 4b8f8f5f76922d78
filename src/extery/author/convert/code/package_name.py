"""An add-on knows itself by ``__package__``: its old name and ``__name__`` are not the keys of its preferences."""

from __future__ import annotations

import libcst as cst

from extery.author.convert.code.base import (
    Pass,
    Statements,
    code_of,
    plain_dotted,
    string_value,
    walk,
)

_KIND = "package-name"
_OPERATORS = frozenset(
    f"bpy.ops.{area}.addon_{action}"
    for area in ("preferences", "wm")
    for action in ("enable", "disable", "show", "expand", "remove", "userpref_show")
)
_UTILITIES = frozenset(f"addon_utils.{name}" for name in ("enable", "disable", "check"))
#: A function of ``auto_load.py``, which a template for add-ons of 2018 contains, and many add-ons since.
_AUTO_LOAD = "iter_submodules"
_SPLITS = frozenset(
    f"{name}.{method}()[]"
    for name in ("__name__", "__package__")
    for method in ("split", "partition")
)
_WORDS = frozenset(
    {"addons", "__name__", "__package__", "AddonPreferences", "addon_utils", "iter_submodules"}
    | {name.rpartition(".")[2] for name in _OPERATORS}
)
_LOOKUPS = ("get", "find", "keys().index")


class PackageName(Pass):
    """Replaces what an add-on uses as its own name by the expression that Blender knows it by."""

    def leave_Subscript(  # noqa: N802
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        if plain_dotted(updated_node) in _SPLITS and _is_first(updated_node):
            return self._base(original_node)
        if not _is_addons(updated_node.value) or len(updated_node.slice) != 1:
            return updated_node
        index = updated_node.slice[0].slice
        if not isinstance(index, cst.Index) or not self.is_own(index.value):
            return updated_node
        element = updated_node.slice[0].with_changes(
            slice=index.with_changes(value=self._base(original_node, index.value))
        )
        return updated_node.with_changes(slice=[element])

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: N802
        func = updated_node.func
        name = self.state.dotted(func)
        is_lookup = (
            isinstance(func, cst.Attribute)
            and func.attr.value in _LOOKUPS
            and _is_addons(func.value)
        )
        if name == _AUTO_LOAD:
            return self._auto_load(original_node, updated_node)
        if not is_lookup and name not in _OPERATORS and name not in _UTILITIES:
            return updated_node
        arguments = list(updated_node.args)
        for index, argument in enumerate(arguments):
            is_named = argument.keyword is not None and argument.keyword.value in (
                "module",
                "module_name",
            )
            if (is_named or (index == 0 and argument.keyword is None)) and self.is_own(
                argument.value
            ):
                arguments[index] = argument.with_changes(
                    value=self._base(original_node, argument.value)
                )
                return updated_node.with_changes(args=arguments)
        return updated_node

    def _auto_load(self, original: cst.CSTNode, call: cst.Call) -> cst.BaseExpression:
        """Replace the name of the folder in ``iter_submodules(directory, directory.name)``."""
        if len(call.args) != 2:
            return call
        first, second = call.args
        if plain_dotted(second.value) != f"{plain_dotted(first.value)}.name":
            return call
        base = self._base(original, second.value)
        return call.with_changes(args=[first, second.with_changes(value=base)])

    def leave_Comparison(  # noqa: N802
        self, original_node: cst.Comparison, updated_node: cst.Comparison
    ) -> cst.BaseExpression:
        targets = updated_node.comparisons
        if len(targets) != 1 or not isinstance(targets[0].operator, cst.In | cst.NotIn):
            return updated_node
        where = targets[0].comparator
        if isinstance(where, cst.Call) and isinstance(where.func, cst.Attribute):
            where = where.func.value
        if _is_addons(where) and self.is_own(updated_node.left):
            return updated_node.with_changes(left=self._base(original_node, updated_node.left))
        return updated_node

    def leave_ClassDef(  # noqa: N802
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        bases = [self.state.dotted(one.value) for one in updated_node.bases]
        if not any(base.rpartition(".")[2] == "AddonPreferences" for base in bases):
            return updated_node
        if not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        body = [self._with_id(one) for one in updated_node.body.body]
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def _with_id(self, line: cst.BaseStatement) -> cst.BaseStatement:
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            return line
        value = _assigned(line.body[0], frozenset({"bl_idname"}))
        if value is None or not self.is_own(value):
            return line
        base = self._base(line, value)
        return line.with_changes(body=[line.body[0].with_changes(value=base)])

    def words(self) -> frozenset[str]:
        return _WORDS | self.state.job.constants

    def change_statement(self, node: cst.CSTNode) -> Statements:
        """Replace also the value of a constant that is used as a key."""
        if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
            value = _assigned(node.body[0], self.state.job.constants)
            if value is not None and self.is_own(value):
                base = self._base(node, value)
                return node.with_changes(body=[node.body[0].with_changes(value=base)])
        if isinstance(node, cst.FunctionDef) and node.name.value in self.state.job.constants:
            node = self._with_return(node)
        return super().change_statement(node)

    def _with_return(self, function: cst.FunctionDef) -> cst.FunctionDef:
        """Replace what a function returns that gives the name of the folder as a key, if it does nothing else."""
        returns = [one for one in walk(function) if isinstance(one, cst.Return)]
        value = returns[0].value if len(returns) == 1 else None
        if value is None or not (self.is_own(value) or self._is_basename(value)):
            return function
        new = returns[0].with_changes(value=self._base(value, value))
        changed = function.deep_replace(returns[0], new)
        assert isinstance(changed, cst.FunctionDef)
        return changed

    def _is_basename(self, node: cst.BaseExpression) -> bool:
        return isinstance(node, cst.Call) and self.state.dotted(node.func) == "os.path.basename"

    def is_own(self, node: cst.BaseExpression) -> bool:
        """Return whether an expression is the old name of the add-on, and not yet the right one."""
        text = string_value(node)
        if text is not None:
            return text in self.state.job.names
        if isinstance(node, cst.Name):
            if node.value == "__name__":
                return True
            return node.value == "__package__" and bool(self.state.package)
        if plain_dotted(node) in _SPLITS:
            return True
        if plain_dotted(node) == "os.path.splitext()[]" and _is_name_of_module(node):
            return True
        names = {one.value for one in walk(node) if isinstance(one, cst.Name)}
        return "__file__" in names and bool(names & {"basename", "split", "name", "stem"})

    def _base(
        self, original: cst.CSTNode, old: cst.BaseExpression | None = None
    ) -> cst.BaseExpression:
        base = self.state.base_package()
        before = code_of(old if old is not None else original)
        if before != code_of(base):
            self.state.change(original, _KIND, f"{before} → {code_of(base)}")
        return base


def _is_name_of_module(node: cst.BaseExpression) -> bool:
    """Return whether an expression is ``os.path.splitext(__name__)[0]``, the first part of an old name of two."""
    call = node.value if isinstance(node, cst.Subscript) else None
    return isinstance(call, cst.Call) and [code_of(one.value) for one in call.args] == ["__name__"]


def _is_addons(node: cst.BaseExpression) -> bool:
    owner, _, last = plain_dotted(node).rpartition(".")
    # Of preferences, whatever the variable with them is called; others may have add-ons of their own.
    return last == "addons" and "pref" in owner.lower()


def _is_first(node: cst.Subscript) -> bool:
    """Return whether an item is the first part of a dotted name."""
    call = node.value
    index = node.slice[0].slice
    return (
        isinstance(call, cst.Call)
        and len(call.args) >= 1
        and string_value(call.args[0].value) == "."
        and isinstance(index, cst.Index)
        and code_of(index.value) == "0"
    )


def _assigned(node: cst.BaseSmallStatement, names: frozenset[str]) -> cst.BaseExpression | None:
    """Return the value that is assigned to one of ``names``."""
    if isinstance(node, cst.AnnAssign):
        target: cst.BaseExpression = node.target
        value = node.value
    elif isinstance(node, cst.Assign) and len(node.targets) == 1:
        target, value = node.targets[0].target, node.value
    else:
        return None
    return value if isinstance(target, cst.Name) and target.value in names else None
