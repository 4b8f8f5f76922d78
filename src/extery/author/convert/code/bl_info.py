"""The variable ``bl_info``: Blender deletes it from the module of an extension before it calls ``register``."""

from __future__ import annotations

import libcst as cst

from extery.author.convert.code.base import Pass, Statements, plain_dotted

BL_INFO = "bl_info"
_KIND = "bl-info"


class BlInfo(Pass):
    """Removes the variable, or gives it another name where code reads it."""

    def words(self) -> frozenset[str]:
        return frozenset() if self.state.job.bl_info == "keep" else frozenset({BL_INFO})

    def change_statement(self, node: cst.CSTNode) -> Statements:
        if self.state.job.bl_info != "remove":
            return super().change_statement(node)
        if (
            self.state.is_root
            and isinstance(node, cst.SimpleStatementLine)
            and len(node.body) == 1
            and _assigns(node.body[0])
        ):
            self.state.change(node, _KIND, "removed bl_info: the manifest replaces it")
            return cst.RemoveFromParent()
        assert isinstance(node, cst.BaseStatement)
        return node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:  # noqa: N802
        new = self.state.job.bl_info
        if updated_node.value != BL_INFO or self._is_attribute:
            return updated_node
        self.state.change(original_node, _KIND, f"bl_info → {new}")
        return updated_node.with_changes(value=new)

    _is_attribute = False

    def visit_Attribute_attr(self, node: cst.Attribute) -> None:  # noqa: N802
        # ``module.bl_info`` of another add-on is what Blender makes of its manifest.
        owner = plain_dotted(node.value)
        self._is_attribute = owner not in self.state.job.names and owner != "__init__"

    def visit_Arg_keyword(self, node: cst.Arg) -> None:  # noqa: N802
        self._is_attribute = True

    def leave_Arg_keyword(self, node: cst.Arg) -> None:  # noqa: N802
        self._is_attribute = False

    def leave_Attribute_attr(self, node: cst.Attribute) -> None:  # noqa: N802
        self._is_attribute = False


def _assigns(node: cst.BaseSmallStatement) -> bool:
    if isinstance(node, cst.AnnAssign):
        return isinstance(node.target, cst.Name) and node.target.value == BL_INFO
    if isinstance(node, cst.Assign):
        target = node.targets[0].target
        return len(node.targets) == 1 and isinstance(target, cst.Name) and target.value == BL_INFO
    return False
