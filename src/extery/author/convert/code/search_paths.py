"""Lines that add a folder of the add-on to ``sys.path``, once its modules are imported relatively."""

from __future__ import annotations

import libcst as cst

from extery.author.convert.code.base import Pass, code_of, plain_dotted

_CALLS = frozenset({"sys.path.append", "sys.path.insert"})


class SearchPaths(Pass):
    """Removes the lines in ``search_lines`` of the job, and a condition that has nothing else in it."""

    def words(self) -> frozenset[str]:
        return frozenset({"path"} if self.state.path in self.state.job.search_lines else ())

    def leave_SimpleStatementLine(  # noqa: N802 (libcst)
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        statement = updated_node.body[0] if len(updated_node.body) == 1 else None
        if (
            isinstance(statement, cst.Expr)
            and isinstance(statement.value, cst.Call)
            and self.state.dotted(statement.value.func) in _CALLS
            and self.state.line(original_node) in self.state.job.search_lines[self.state.path]
        ):
            text = f"removed {code_of(statement)}: nothing is searched there"
            self.state.change(original_node, "import-path", text)
            return cst.RemoveFromParent()
        return updated_node

    def leave_If(  # noqa: N802
        self, original_node: cst.If, updated_node: cst.If
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        block = updated_node.body
        is_empty = isinstance(block, cst.IndentedBlock) and not block.body
        test = original_node.test
        if not is_empty or updated_node.orelse is not None or not isinstance(test, cst.Comparison):
            return updated_node
        if plain_dotted(test.comparisons[0].comparator) != "sys.path":
            return updated_node
        return cst.RemoveFromParent()
