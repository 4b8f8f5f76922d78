"""Follow values through expressions: each is evaluated to a path, and its attributes are recorded on the way."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from extery.analysis.columns import Columns
from extery.analysis.flow_facts import UNKNOWN, Access, Binding
from extery.analysis.flow_methods import Mentions
from extery.analysis.flow_state import (
    MAX_PATH,
    NO_EFFECTS,
    Effects,
    Names,
    Recorder,
    instance_of,
    item_of,
    shorten,
)
from extery.analysis.flow_tests import Tests
from extery.analysis.nodes import children

#: First characters of paths to what the add-on itself defines.
_OWN = ("%", ".")
_CONTEXTS = {ast.Load: "load", ast.Store: "store", ast.Del: "del"}
#: Functions that return the values of their first argument.
_SAME = frozenset({"list", "tuple", "sorted", "reversed", "set", "frozenset", "iter"})
#: Methods that fail if the object, or each item of the collection, has no property with the name of their first argument.
_BY_NAME = frozenset(
    {"driver_add", "driver_remove", "keyframe_delete", "keyframe_insert", "property_unset"}
)
_BY_NAME_OF_ITEMS = frozenset({"foreach_get", "foreach_set"})
#: What the names of methods begin with that make a node of the type in their first argument, also those of an own helper.
_MAKES = ("new", "add", "create", "make")
_NODES = ("ShaderNode", "CompositorNode", "GeometryNode", "FunctionNode", "TextureNode")
#: Methods whose result is a list of the same values, or the same value.
_SAME_METHODS = frozenset({"values", "copy"})
MAX_KEYWORDS = 20


class Expressions(Tests):
    """The evaluation of expressions in ``names``; ``recorder`` gets the facts."""

    def __init__(
        self, columns: Columns, wanted: Collection[str] | None, mentions: Mentions
    ) -> None:
        self.mentions = mentions
        self.has_versions = mentions.has_versions
        self.recorder = Recorder(wanted)
        self.names = Names()
        self.classes = set()
        self.columns = columns

    def evaluate(self, node: ast.expr | None) -> str:
        """Return the path of an expression."""
        # Half of the time of an analysis is spent here and below: the most frequent kinds come first.
        kind: Any = node.__class__
        if kind is ast.Constant:
            return UNKNOWN
        if kind is ast.Name:
            return self._name(node)
        method = self._EVALUATE.get(kind)
        if method is not None:
            return method(self, node)
        if node is None:
            return UNKNOWN
        if kind is ast.BinOp:
            self.evaluate(node.left)  # type: ignore[attr-defined]
            self.evaluate(node.right)  # type: ignore[attr-defined]
            return UNKNOWN
        for child in children(node):
            if isinstance(child, ast.expr):
                self.evaluate(child)
        return UNKNOWN

    def _all(self, nodes: list[ast.expr]) -> list[str]:
        """Return the paths of expressions, of which most are constants."""
        return [UNKNOWN if one.__class__ is ast.Constant else self.evaluate(one) for one in nodes]

    # Names and attributes

    def _name(self, node: Any) -> str:
        names = self.names
        path = names.paths.get(node.id) or names.find(node.id)
        if path is None:
            return f"~{node.id}"
        if path[:1] in _OWN:
            self.refer(path)
        return path

    def refer(self, path: str, *, is_import: bool = False) -> None:
        recorder = self.recorder
        key = path, recorder.mask, recorder.guard_index(), self.names.function, is_import
        recorder.references[key] = None

    def _attribute(
        self, node: Any, context: str = "", value: str = "", call: ast.Call | None = None
    ) -> str:
        owner = node.value
        base = self._name(owner) if owner.__class__ is ast.Name else self.evaluate(owner)
        if base == UNKNOWN:
            return UNKNOWN
        path = f"{base}.{node.attr}"
        if len(path) > MAX_PATH:
            return UNKNOWN
        recorder = self.recorder
        if recorder.wanted is None or node.attr in recorder.wanted:
            keywords: tuple[tuple[str, str], ...] = ()
            if call is not None:
                value = _constant(call.args[0]) if call.args else ""
                keywords = tuple(
                    (one.arg or "**", _constant(one.value)) for one in call.keywords[:MAX_KEYWORDS]
                )
            context = context or _CONTEXTS[node.ctx.__class__]
            self._record(node, path, context, value=value, keywords=keywords)
        if base[0] in ".@%":
            self.refer(path)
        return recorder.narrowed.get(path, path) if recorder.narrowed else path

    def _record(
        self,
        node: ast.expr,
        path: str,
        context: str,
        *,
        value: str = "",
        keywords: tuple[tuple[str, str], ...] = (),
    ) -> None:
        recorder = self.recorder
        name = path.rpartition(".")[2]
        if recorder.wanted is not None and name not in recorder.wanted and context != "import":
            return
        line, column = self.columns.end_of(node)
        if isinstance(node, ast.Constant):
            name = repr(name)
        elif not isinstance(node, ast.Attribute):
            name = ""
        recorder.accesses.append(
            Access(
                line,
                max(1, column - len(name)),
                column,
                path,
                context,
                0 if recorder.is_tried else recorder.mask,
                recorder.guard_index(),
                self.names.function,
                value,
                keywords,
            )
        )

    # Calls

    def _call(self, node: Any) -> str:
        function = node.func
        kind = function.__class__
        if kind is ast.Name and self.names.find(function.id) is None:
            return self._call_of_builtin(node, function.id)
        if kind is ast.Attribute:
            path = self._attribute(function, "call", call=node)
            if node.args:
                self._argument_of(function.attr, path, node.args[0])
        else:
            path = self.evaluate(function)
        arguments: tuple[str, ...] = ()
        if node.args:
            arguments = tuple(self._all(node.args))
        named: tuple[tuple[str, str], ...] = ()
        if node.keywords:
            values = self._all([one.value for one in node.keywords])
            named = tuple(
                [(one.arg or "**", path) for one, path in zip(node.keywords, values, strict=True)]
            )
        return self._result(node, path, arguments, named)

    def _result(
        self,
        node: ast.Call,
        path: str,
        arguments: tuple[str, ...],
        named: tuple[tuple[str, str], ...],
    ) -> str:
        if path == UNKNOWN:
            return path
        if path.startswith("bpy.props."):
            return self._property(path, dict(named))
        if path[0] in "%.@":
            if _is_known(arguments, named):
                self.recorder.bindings.append(Binding(path, arguments, named))
            if path[0] == "%" and path[1:] in self.classes:
                return f"@{path[1:]}"
            return shorten(f"{path}()")
        name = path.rpartition(".")[2]
        if name == "append" and path.endswith("^.append") and arguments:
            self.recorder.add_value(path.removesuffix("^.append"), arguments[0])
            return UNKNOWN
        if name in _SAME_METHODS and path.endswith(f"^.{name}"):
            return path.removesuffix(f".{name}")
        self._bind_callback(path, arguments)
        result = shorten(f"{path}()")
        if name == "new" and result != UNKNOWN:
            kinds = [one.value for one in node.keywords if one.arg == "type"] or node.args[::-1]
            kind = next((text for text in map(_constant, kinds) if text), "")
            if kind.isidentifier():
                return shorten(f"{result}{{{kind}}}")
        return result

    def _argument_of(self, method: str, path: str, argument: ast.expr) -> None:
        """Record a property that is named by a text, as in ``bones.foreach_set("select", …)``, and the type of a new node."""
        name = _constant(argument)
        if not name.isidentifier():
            return
        if method.startswith(_MAKES) and name.startswith(_NODES):
            self._record(argument, f"bpy.types.{name}", "load")
            return
        if path == UNKNOWN or (method not in _BY_NAME and method not in _BY_NAME_OF_ITEMS):
            return
        owner = path.removesuffix(f".{method}")
        if method in _BY_NAME_OF_ITEMS:
            owner = item_of(owner)
        path = shorten(f"{owner}.{name}")
        if path != UNKNOWN:
            self._record(argument, path, "load")

    def _bind_callback(self, path: str, arguments: tuple[str, ...]) -> None:
        """Tell the parameters of a function that Blender will call."""
        given: tuple[str, ...] = ()
        if path.startswith("bpy.app.handlers.") and path.endswith((".append", ".insert")):
            given = ("<Scene>", "<Depsgraph>")
        elif path.endswith((".append", ".prepend")) and path.startswith("bpy.types."):
            given = ("~", "<Context>")
        if given and arguments and arguments[-1][:1] == "%":
            self.recorder.bindings.append(Binding(arguments[-1], given, ()))

    def _property(self, path: str, named: Mapping[str, str]) -> str:
        for name in ("update", "poll", "items", "get", "set"):
            function = named.get(name, "")
            if function.startswith("%"):
                second = "<Context>" if name in ("update", "items") else UNKNOWN
                self.recorder.bindings.append(Binding(function, (UNKNOWN, second), ()))
        kind = path.removeprefix("bpy.props.")
        if kind in ("PointerProperty", "CollectionProperty"):
            one = instance_of(named.get("type", ""))
            return f"{one}^" if kind == "CollectionProperty" and one != UNKNOWN else one
        return UNKNOWN

    def _call_of_builtin(self, node: ast.Call, name: str) -> str:
        if name in ("getattr", "setattr") and len(node.args) >= 2:
            return self._getattr(node, name)
        if name == "next" and node.args:
            first = node.args[0]
            path = self.evaluate(first)
            for one in node.args[1:]:
                self.evaluate(one)
            return item_of(path)
        paths = self._all(node.args)
        for keyword in node.keywords:
            self.evaluate(keyword.value)
        return paths[0] if name in _SAME and paths else UNKNOWN

    def _getattr(self, node: ast.Call, name: str) -> str:
        base = self.evaluate(node.args[0])
        attribute = _constant(node.args[1])
        value = UNKNOWN
        for one in node.args[2:]:
            value = self.evaluate(one)
        if not attribute or base == UNKNOWN:
            return UNKNOWN
        if attribute.startswith("version"):  # the source may write it with escapes
            self.has_versions = True
        path = shorten(f"{base}.{attribute}")
        if name == "setattr" and path != UNKNOWN:
            self._record(
                node, path, "store", value=_constant(node.args[2]) if node.args[2:] else ""
            )
            self.assigned(path, value)
            return UNKNOWN
        if len(node.args) == 2 and path != UNKNOWN:
            self._record(node, path, "load")
        return path

    def assigned(self, path: str, value: str) -> None:
        """Remember a property that is registered, or an attribute of an object of an own class."""
        if (path.startswith("bpy.types.") and path.count(".") == 3) or (
            path[0] == "@" and path.count(".") == 1
        ):
            self.recorder.values.setdefault(path, [])
            self.recorder.add_value(path, value)

    # Items, choices, comprehensions

    def _subscript(self, node: Any) -> str:
        base = self.evaluate(node.value)
        self.evaluate(node.slice)
        return base if isinstance(node.slice, ast.Slice) else item_of(base)

    def _choice(self, node: Any) -> str:
        true, false = self.test(node.test)
        first = self._evaluate_under(true, node.body)
        second = self._evaluate_under(false, node.orelse)
        return self.recorder.union(first, second)

    def _evaluate_under(self, effects: Effects, node: ast.expr) -> str:
        if effects is NO_EFFECTS:
            return self.evaluate(node)
        with self.under(effects):
            return self.evaluate(node)

    def _boolean(self, node: Any) -> str:
        is_and = isinstance(node.op, ast.And)
        effects, paths = NO_EFFECTS, []
        for value in node.values:
            if effects is NO_EFFECTS:
                true, false = self.test(value)
            else:
                with self.under(effects):
                    true, false = self.test(value)
            effects = effects.and_(true if is_and else false)
            paths.append(self.last_path)
        return paths[-1] if is_and else self.recorder.union(*paths)

    def _walrus(self, node: Any) -> str:
        path = self.evaluate(node.value)
        self.names.paths[node.target.id] = path
        return path

    def _comprehension(self, node: Any) -> str:
        outer, self.names = self.names, Names(self.names.function, self.names)
        try:
            effects = NO_EFFECTS
            for generator in node.generators:
                self.bind_loop(generator.target, generator.iter)
                for condition in generator.ifs:
                    with self.under(effects):
                        effects = effects.and_(self.test(condition)[0])
            with self.under(effects):
                if isinstance(node, ast.DictComp):
                    self.evaluate(node.key)
                    self.evaluate(node.value)
                    return UNKNOWN
                path = self.evaluate(node.elt)
        finally:
            self.names = outer
        return f"{path}^" if path != UNKNOWN else path

    def bind_loop(self, target: ast.expr, values: ast.expr) -> None:
        """Bind the variables of a loop over ``values``."""
        if isinstance(target, ast.Tuple) and isinstance(values, ast.Call):
            inner = self._values_of_pairs(target, values)
            if inner is not None:
                for one, path in zip(target.elts, inner, strict=False):
                    self.bind(one, path)
                return
        self.bind(target, item_of(self.evaluate(values)))

    def _values_of_pairs(self, target: ast.Tuple, call: ast.Call) -> list[str] | None:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "enumerate" and len(target.elts) == 2 and call.args:
            return [UNKNOWN, item_of(self.evaluate(call.args[0]))]
        if name == "zip" and len(target.elts) == len(call.args):
            return [item_of(self.evaluate(one)) for one in call.args]
        if isinstance(call.func, ast.Attribute) and call.func.attr == "items" and not call.args:
            return [UNKNOWN, item_of(self.evaluate(call.func.value))]
        return None

    def bind(self, target: ast.expr, path: str) -> None:
        """Bind a target of an assignment or a loop to a path."""
        if isinstance(target, ast.Name):
            self.names.paths[target.id] = path if path != UNKNOWN else f"~{target.id}"
        elif isinstance(target, ast.Tuple | ast.List):
            for one in target.elts:
                self.bind(one.value if isinstance(one, ast.Starred) else one, UNKNOWN)
        elif isinstance(target, ast.Attribute):
            written = self._attribute(target, "store")
            if written != UNKNOWN:
                self.assigned(written, path)
        else:
            self.evaluate(target)

    def _list(self, node: Any) -> str:
        known = [path for path in self._all(node.elts) if path[0] != UNKNOWN]
        if known or isinstance(node, ast.List):
            return self.recorder.symbol(*known) + "^"
        return UNKNOWN

    def _lambda(self, node: Any) -> str:
        outer, self.names = self.names, Names(self.names.function, self.names)
        for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            self.names.paths[one.arg] = f"~{one.arg}"
        try:
            self.evaluate(node.body)
        finally:
            self.names = outer
        return UNKNOWN

    def _inner(self, node: Any) -> str:
        return self.evaluate(node.value)

    _EVALUATE: ClassVar[Mapping[type, Callable[[Any, Any], str]]] = {
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Call: _call,
        ast.Subscript: _subscript,
        ast.IfExp: _choice,
        ast.BoolOp: _boolean,
        ast.NamedExpr: _walrus,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension,
        ast.List: _list,
        ast.Tuple: _list,
        ast.Set: _list,
        ast.Lambda: _lambda,
        ast.Await: _inner,
        ast.Starred: _inner,
    }


def _is_known(arguments: tuple[str, ...], named: tuple[tuple[str, str], ...]) -> bool:
    for one in arguments:
        if one != UNKNOWN:
            return True
    return any(value != UNKNOWN for _, value in named)


def _constant(node: ast.expr) -> str:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value[:80] if is_text else ""  # type: ignore[attr-defined]
