"""What all modules of an add-on have to be asked before one of them is changed."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from extery.author.convert.code.job import package_of

BL_INFO = "bl_info"
#: Longer texts in ``bl_info`` are cut: they become lines of a manifest.
MAX_TEXT = 4_000
_MAX_DEPTH = 20


def scan_module(path: str, source: bytes) -> dict[str, Any]:
    """Return what is known about a module; raises `SyntaxError` and `ValueError` if Python cannot read it.

    ``bl_info`` are its values, where they can be known without running it, ``bl_info_line`` its line or 0;
    ``unknown`` are its keys whose values are computed. ``reads_bl_info``: whether code reads the variable;
    ``bl_info_owners`` are the names of modules whose variable it reads.
    ``keys`` are variables that are keys of ``addons``, ``search_paths`` the folders that are added to ``sys.path``, dotted and seen
    from the root of the add-on, with their lines.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    constants = dict(_constants(tree))
    statement = _bl_info_statement(tree)
    found = _bl_info(statement, constants)
    return {
        **found,
        "reads_bl_info": _reads_bl_info(tree, statement),
        "bl_info_owners": sorted(_owners(tree)),
        "keys": sorted(set(_keys(tree))),
        "search_paths": [list(one) for one in _search_paths(tree, path, constants)],
        "docstring": (ast.get_docstring(tree) or "")[:MAX_TEXT],
    }


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id != BL_INFO:
                yield target.id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _bl_info_statement(tree: ast.Module) -> ast.Assign | ast.AnnAssign | None:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else ()
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        if any(isinstance(target, ast.Name) and target.id == BL_INFO for target in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            return node
    return None


def _bl_info(
    statement: ast.Assign | ast.AnnAssign | None, constants: Mapping[str, ast.expr]
) -> dict[str, Any]:
    if statement is None:
        return {"bl_info": None, "bl_info_line": 0, "unknown": [], "lines": {}}
    values: dict[str, Any] = {}
    unknown: list[str] = []
    lines: dict[str, int] = {}
    for key, node in _items(statement.value):
        lines[key] = node.lineno
        try:
            values[key] = evaluate(node, constants)
        except ValueError:
            unknown.append(key)
    return {
        "bl_info": values,
        "bl_info_line": statement.lineno,
        "unknown": unknown,
        "lines": lines,
    }


def _items(node: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        for keyword in node.keywords:
            if keyword.arg:
                yield keyword.arg, keyword.value


def evaluate(node: ast.expr, constants: Mapping[str, ast.expr], depth: int = 0) -> Any:
    """Return the value of an expression of literals, constants of the module and ``+``; raises `ValueError` for others."""
    if depth > _MAX_DEPTH:
        raise ValueError("too deep")

    def value(one: ast.expr) -> Any:
        return evaluate(one, constants, depth + 1)

    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [value(one) for one in node.elts[:100]]
    if isinstance(node, ast.Name) and node.id in constants:
        return value(constants[node.id])
    if isinstance(node, ast.JoinedStr):
        return "".join(str(value(one)) for one in node.values)[:MAX_TEXT]
    if isinstance(node, ast.FormattedValue) and node.format_spec is None:
        return value(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _sum(value(node.left), value(node.right))
    raise ValueError("computed")


def _constant(value: object) -> Any:
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if value is None or isinstance(value, bool | int | float):
        return value
    raise ValueError("not text and no number")


def _sum(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return (left + right)[:MAX_TEXT]
    if isinstance(left, list) and isinstance(right, list):
        return [*left, *right][:100]
    raise ValueError("computed")


def _reads_bl_info(tree: ast.Module, statement: ast.stmt | None) -> bool:
    own = set(map(id, ast.walk(statement))) if statement is not None else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == BL_INFO and id(node) not in own:
            return True
        if isinstance(node, ast.ImportFrom) and any(one.name == BL_INFO for one in node.names):
            return True
    return False


def _owners(tree: ast.Module) -> set[str]:
    return {
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == BL_INFO
        and isinstance(node.value, ast.Name)
    }


def _keys(tree: ast.Module) -> Iterator[str]:
    """Yield the last names of what is looked up in ``addons``, or is the id of preferences."""
    local = _local_names(tree)
    for node in ast.walk(tree):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and _is_addons(node.value):
            key = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("get", "find") and _is_addons(node.func.value) and node.args:
                key = node.args[0]
            elif node.func.attr.startswith("addon_"):
                key = next((one.value for one in node.keywords if one.arg == "module"), None)
        elif isinstance(node, ast.Compare) and any(map(_is_addons, node.comparators)):
            key = node.left
        elif isinstance(node, ast.ClassDef) and "AddonPreferences" in map(_last, node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign) and _last(line.targets[0]) == "bl_idname":
                    yield _last(line.value)
        # Variables of functions and loops are no keys: another module may have one of that name.
        if key is not None and not (isinstance(key, ast.Name) and key.id in local):
            yield _last(key)


def _local_names(tree: ast.Module) -> set[str]:
    """Return the names that only functions and loops bind."""
    bound = {
        one.arg if isinstance(one, ast.arg) else one.id
        for one in ast.walk(tree)
        if isinstance(one, ast.arg)
        or (isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    }
    return bound - {name for name, _ in _constants(tree)}


def _is_addons(node: ast.expr) -> bool:
    is_addons = isinstance(node, ast.Attribute) and node.attr == "addons"
    return is_addons and "pref" in ast.unparse(node.value).lower()  # type: ignore[attr-defined]


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Call) and not node.args:
        return _last(node.func)
    if isinstance(node, ast.Name):
        return node.id if not node.id.startswith("__") else ""
    return node.attr if isinstance(node, ast.Attribute) else ""


def _search_paths(
    tree: ast.Module, path: str, constants: Mapping[str, ast.expr]
) -> Iterator[tuple[str, int]]:
    """Yield the folders below the root, dotted, that the module adds to ``sys.path``, and the lines."""
    assigned = dict(constants)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, node.value)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("append", "insert")
            and ast.unparse(node.func.value) == "sys.path"
            and node.args
        ):
            folder = _folder(node.args[-1], path, assigned)
            if folder is not None:
                yield ".".join(folder), node.lineno


def _folder(
    node: ast.expr, path: str, assigned: Mapping[str, ast.expr], depth: int = 0
) -> list[str] | None:
    """Return the folder that an expression with ``__file__`` is, below the root; ``None`` if it is not known."""
    if depth > _MAX_DEPTH:
        return None

    def folder(one: ast.expr) -> list[str] | None:
        return _folder(one, path, assigned, depth + 1)

    if isinstance(node, ast.Name):
        if node.id == "__file__":
            return [*package_of(path), path.rpartition("/")[2]]
        return folder(assigned[node.id]) if node.id in assigned else None
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return _parent(folder(node.value))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined(folder(node.left), [node.right])
    if not isinstance(node, ast.Call):
        return None
    name = _last(node.func)
    if name in ("str", "abspath", "realpath", "Path", "normpath", "fspath") and node.args:
        return folder(node.args[0])
    if name in ("resolve", "absolute", "as_posix") and isinstance(node.func, ast.Attribute):
        return folder(node.func.value)
    if name == "dirname" and node.args:
        return _parent(folder(node.args[0]))
    if name == "join" and node.args:
        return _joined(folder(node.args[0]), node.args[1:])
    return None


def _parent(folder: list[str] | None) -> list[str] | None:
    return folder[:-1] if folder else None


def _joined(folder: list[str] | None, parts: list[ast.expr]) -> list[str] | None:
    if folder is None:
        return None
    for part in parts:
        if not isinstance(part, ast.Constant) or not isinstance(part.value, str):
            return None
        for name in part.value.replace("\\", "/").split("/"):
            if name == "..":
                if not folder:
                    return None
                folder = folder[:-1]
            elif name not in ("", "."):
                folder = [*folder, name]
    return folder
