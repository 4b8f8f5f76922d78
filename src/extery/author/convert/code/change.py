"""Apply all changes to the source of a module. What does not change keeps its bytes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import libcst as cst

from extery.author.convert.code.base import ModuleState, Pass
from extery.author.convert.code.bl_info import BlInfo
from extery.author.convert.code.blender_api import BlenderApi
from extery.author.convert.code.imports import RelativeImports
from extery.author.convert.code.job import Change, Job, Remark
from extery.author.convert.code.package_name import PackageName
from extery.author.convert.code.paths import OwnPaths
from extery.author.convert.code.search_paths import SearchPaths
from extery.author.convert.code.updater import RemoveUpdater
from extery.compatibility.replacements import SAME_MENUS

#: In this order: the updater is found by imports as they were written.
_PASSES: tuple[type[Pass], ...] = (
    SearchPaths,
    RemoveUpdater,
    RelativeImports,
    PackageName,
    OwnPaths,
    BlenderApi,
    BlInfo,
)
_WORD = re.compile(rb"\w+")
_WORDS = frozenset(
    {
        *("addons", "__name__", "AddonPreferences", "addon_utils", "user_resource", "script_paths"),
        *(
            "imp",
            "user_preferences",
            "bl_options",
            "bl_ui",
            "from_builtin",
            "bl_info",
            "import_module",
            "iter_submodules",
            "import_mesh",
        ),
        *("export_mesh", "import_scene", "export_scene", "calc_normals", "__package__"),
        *("free_normals_split", "create_normals_split", "calc_normals_split"),
    }
)


class Changed(NamedTuple):
    """The source after the changes; the same object if there are none."""

    source: bytes
    changes: list[Change]
    remarks: list[Remark]


def change_module(path: str, source: bytes, job: Job) -> Changed:
    """Return the changed source of a module; raises `SyntaxError` or `libcst.ParserSyntaxError` if it cannot be parsed."""
    words = frozenset(word.decode("utf-8", "replace") for word in _WORD.findall(source))
    if not _may_change(words, job) and path not in job.search_lines:
        return Changed(source, [], [])
    state = ModuleState(path, job, source, words)
    passes = [one for one in (kind(state) for kind in _PASSES) if words & one.words()]
    if not any(_concerned(passes, text) for text in _statements(state.tree, source)):
        return Changed(source, [], [])
    module = cst.parse_module(source)
    body: list[cst.BaseStatement] = []
    comments: list[cst.EmptyLine] = []
    line = 1 + len(module.header)
    for statement in module.body:
        text = module.code_for_node(statement)
        changed = _change_statement(_concerned(passes, text), statement, line)
        line += text.count("\n")
        if not changed:
            comments += _comments(statement)
        elif comments:
            changed[0] = _with_comments(changed[0], comments)
            comments = []
        body += changed
    remarks = list({(one.line, one.code): one for one in state.remarks}.values())
    if not state.changes:
        return Changed(source, [], remarks)
    module = module.with_changes(body=body, footer=[*comments, *module.footer])
    module = _with_imports(module, list(state.needed_imports.values()))
    return Changed(_with_same_ends(module.bytes, source), sorted(set(state.changes)), remarks)


def _statements(tree: ast.Module, source: bytes) -> Iterator[str]:
    """Yield the lines of each statement, with its decorators."""
    lines = re.split(r"\r\n|\r|\n", source.decode("utf-8", "replace"))
    for node in tree.body:
        decorators = getattr(node, "decorator_list", ())
        first = min(one.lineno for one in (node, *decorators))
        yield "\n".join(lines[first - 1 : node.end_lineno])


def _concerned(passes: Sequence[Pass], text: str) -> list[Pass]:
    words = frozenset(_words(text))
    return [one for one in passes if one.concerns(words, text)]


def _change_statement(
    passes: Sequence[Pass], statement: cst.CSTNode, line: int
) -> list[cst.BaseStatement]:
    current: list[Any] = [statement]
    for one in passes:
        one.state.begin(statement, line)
        after: list[Any] = []
        for node in current:
            result = one.change_statement(node)
            if isinstance(result, cst.FlattenSentinel):
                after += result.nodes
            elif not isinstance(result, cst.RemovalSentinel):
                after.append(result)
        current = after
    return current


def _comments(statement: Any) -> list[cst.EmptyLine]:
    """Return the comments above a statement, if there are any."""
    lines = list(getattr(statement, "leading_lines", ()))
    return lines if any(one.comment is not None for one in lines) else []


def _with_comments(statement: Any, comments: list[cst.EmptyLine]) -> Any:
    if not hasattr(statement, "leading_lines"):
        return statement
    return statement.with_changes(leading_lines=[*comments, *statement.leading_lines])


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _may_change(words: frozenset[str], job: Job) -> bool:
    """Return whether a source has a word that any of the passes looks for: parsing takes a hundred times as long."""
    if words & (_WORDS | SAME_MENUS.keys() | job.names | job.constants):
        return True
    tops = {part for name in job.modules | job.updaters for part in name.split(".")}
    return bool(words & tops) or any(word.endswith("Property") for word in words)


def _with_same_ends(new: bytes, old: bytes) -> bytes:
    """Return the source with the byte order mark and the line end at the end of the old one, which libcst may drop."""
    mark, end = b"\xef\xbb\xbf", b"\r"
    if old.endswith(end) and not new.endswith(end):
        new += end
    return mark + new if old.startswith(mark) and not new.startswith(mark) else new


def _with_imports(module: cst.Module, statements: list[cst.BaseSmallStatement]) -> cst.Module:
    """Return a module with more imports, behind its docstring and imports from ``__future__``."""
    new = statements
    if not new:
        return module
    body = list(module.body)
    index = 0
    while index < len(body) and _is_head(body[index], index):
        index += 1
    lines: list[cst.BaseStatement] = [cst.SimpleStatementLine([one]) for one in new]
    header = module.header
    if index < len(body) and isinstance(body[index], cst.SimpleStatementLine):
        # The comment above the first statement stays above it, a blank line stays above the import.
        first = body[index]
        assert isinstance(first, cst.SimpleStatementLine)
        blank = [one for one in first.leading_lines if one.comment is None][:1]
        lines[0] = lines[0].with_changes(leading_lines=blank if index else [])
    return module.with_changes(header=header, body=[*body[:index], *lines, *body[index:]])


def _is_head(line: cst.BaseStatement | cst.BaseSmallStatement, index: int) -> bool:
    if not isinstance(line, cst.SimpleStatementLine):
        return False
    first = line.body[0]
    if isinstance(first, cst.Expr) and index == 0:
        return isinstance(first.value, cst.SimpleString | cst.ConcatenatedString)
    return (
        isinstance(first, cst.ImportFrom)
        and isinstance(first.module, cst.Name)
        and first.module.value == "__future__"
    )
