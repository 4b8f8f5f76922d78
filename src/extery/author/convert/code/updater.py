"""Remove a self-updater, which is recognized by its content, and everything that uses it."""

from __future__ import annotations

import ast

import libcst as cst

from extery.author.convert.code.base import (
    ModuleState,
    Pass,
    Statements,
    code_of,
    plain_dotted,
    walk,
)
from extery.author.convert.code.imports import RelativeImports

_KIND = "updater"
#: Preferences of the updater by CG Cookie, which its documentation asks to define.
FIELDS = frozenset(
    {
        "auto_check_update",
        *(
            f"{word}_interval_{unit}"
            for word in ("updater",)
            for unit in ("months", "days", "hours", "minutes")
        ),
        *(f"updater_intrval_{unit}" for unit in ("months", "days", "hours", "minutes")),
    }
)


class RemoveUpdater(Pass):
    """Removes imports, calls, decorators and conditions of the modules in ``updaters`` of the job."""

    def __init__(self, state: ModuleState) -> None:
        super().__init__(state)
        self._names = self._bound() if state.job.updaters else set()

    def words(self) -> frozenset[str]:
        if not self.state.job.updaters:
            return frozenset()
        modules = {name.rpartition(".")[2] for name in self.state.job.updaters}
        return frozenset(self._names | modules | FIELDS)

    def _bound(self) -> set[str]:
        """Return the names under which this module knows the updater."""
        updaters = self.state.job.updaters
        found = set()
        for node in ast.walk(self.state.tree):
            if isinstance(node, ast.Import):
                found |= {
                    one.asname or one.name for one in node.names if self._own(one.name) in updaters
                }
            elif isinstance(node, ast.ImportFrom):
                source = self._source_of(node.module or "", node.level)
                for one in node.names:
                    name = f"{source}.{one.name}".lstrip(".")
                    if source in updaters or name in updaters:
                        found.add(one.asname or one.name)
        return found

    def _own(self, name: str) -> str:
        parts = RelativeImports(self.state).find(name)
        return name if parts is None else ".".join(parts)

    def _source(self, node: cst.ImportFrom) -> str:
        name = plain_dotted(node.module) if node.module is not None else ""
        return self._source_of(name, len(node.relative))

    def _source_of(self, name: str, level: int) -> str:
        """Return the module of an import below the root of the add-on."""
        if not level:
            return self._own(name)
        package = self.state.package[: len(self.state.package) - level + 1]
        return ".".join([*package, *([name] if name else [])])

    def _uses(self, node: cst.CSTNode | None) -> bool:
        return node is not None and any(
            isinstance(one, cst.Name) and one.value in self._names for one in walk(node)
        )

    def leave_ImportFrom(  # noqa: N802
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.BaseSmallStatement | cst.RemovalSentinel:
        if isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        source = self._source(updated_node)
        kept = [
            one
            for one in updated_node.names
            if source not in self.state.job.updaters
            and f"{source}.{one.evaluated_name}".lstrip(".") not in self.state.job.updaters
        ]
        return self._with_names(original_node, updated_node, kept)

    def leave_Import(  # noqa: N802
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.BaseSmallStatement | cst.RemovalSentinel:
        kept = [
            one
            for one in updated_node.names
            if self._own(one.evaluated_name) not in self.state.job.updaters
        ]
        return self._with_names(original_node, updated_node, kept)

    def _with_names(
        self,
        original: cst.CSTNode,
        node: cst.Import | cst.ImportFrom,
        kept: list[cst.ImportAlias],
    ) -> cst.BaseSmallStatement | cst.RemovalSentinel:
        assert not isinstance(node.names, cst.ImportStar)
        if len(kept) == len(node.names):
            return node
        names = [code_of(one.name) for one in node.names if one not in kept]
        self._removed(original, f"the import of {', '.join(names)}")
        if not kept:
            return cst.RemoveFromParent()
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return node.with_changes(names=kept)

    def leave_SimpleStatementLine(  # noqa: N802
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        if not updated_node.body:  # the import in it was removed
            return cst.RemoveFromParent()
        if len(updated_node.body) != 1:
            return updated_node
        statement = updated_node.body[0]
        is_call = (
            isinstance(statement, cst.Expr)
            and isinstance(statement.value, cst.Call)
            and self._uses(statement.value.func)
        )
        target = _target(statement)
        is_field = isinstance(target, cst.Name) and target.value in FIELDS
        if not is_call and not is_field and not self._uses(target):
            return updated_node
        self._removed(original_node, code_of(statement))
        return cst.RemoveFromParent()

    def leave_ClassDef(  # noqa: N802
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        kept = [one for one in updated_node.decorators if not self._uses(one.decorator)]
        if len(kept) == len(updated_node.decorators):
            return updated_node
        self._removed(original_node, "the decorator of the updater")
        return updated_node.with_changes(decorators=kept)

    def leave_If(  # noqa: N802
        self, original_node: cst.If, updated_node: cst.If
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        if not self._uses(updated_node.test) or updated_node.orelse is not None:
            return updated_node
        self._removed(original_node, f"if {code_of(updated_node.test)}: …")
        return cst.RemoveFromParent()

    def change_statement(self, node: cst.CSTNode) -> Statements:
        """Name the uses that are still there."""
        result = super().change_statement(node)
        if isinstance(result, cst.CSTNode):
            for one in walk(result):
                if isinstance(one, cst.Name) and one.value in self._names:
                    self.state.remark(one, "convert.updater-left", name=one.value)
        return result

    def _removed(self, node: cst.CSTNode, text: str) -> None:
        self.state.change(node, _KIND, f"removed {text[:80]}")


def _target(statement: cst.BaseSmallStatement) -> cst.BaseExpression | None:
    if isinstance(statement, cst.AnnAssign):
        return statement.target
    return statement.targets[0].target if isinstance(statement, cst.Assign) else None
