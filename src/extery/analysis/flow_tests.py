"""What conditions tell: the version of Blender, whether an attribute exists, the type of a value."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from extery.analysis.flow_facts import UNKNOWN, Guard
from extery.analysis.flow_methods import Mentions
from extery.analysis.flow_state import NO_EFFECTS, Effects, Names, Recorder, instance_of
from extery.analysis.nodes import descendants
from extery.analysis.version_tests import EVERY, Unclear, outcome_of

#: Attributes whose value tells the type of their owner.
_TYPE_ATTRIBUTES = ("type", "bl_idname")
#: Of code of which is not known in which Blender it runs: nothing is reported about it.
UNCLEAR = Effects(mask=0)


class Tests(ABC):
    """Conditions, a part of `extery.analysis.flow_expressions.Expressions`."""

    recorder: Recorder
    names: Names
    #: The path of the last value that `test` evaluated.
    last_path = UNKNOWN
    mentions: Mentions
    #: Whether some variable or function is known to be a condition.
    has_conditions = False
    #: Whether some path can be that of a version of Blender.
    has_versions = True
    #: Qualified names of the classes of the module.
    classes: set[str]

    @abstractmethod
    def evaluate(self, node: ast.expr | None) -> str:
        """Follow an expression, and return the path of its value."""

    @contextmanager
    def under(self, effects: Effects) -> Iterator[None]:
        """Evaluate what runs only if ``effects`` hold."""
        recorder, names = self.recorder, self.names
        mask, active, narrowed = recorder.mask, recorder.active, recorder.narrowed
        paths = names.paths
        self.apply(effects)
        try:
            yield
        finally:
            recorder.mask, recorder.active, recorder.narrowed = mask, active, narrowed
            if effects.narrowed:
                changed = names.paths
                names.paths = paths
                for name, path in changed.items():  # what was assigned in between stays
                    if paths.get(name) != path and (name, path) not in effects.narrowed:
                        paths[name] = path

    def apply(self, effects: Effects) -> None:
        recorder = self.recorder
        recorder.mask &= effects.mask
        if effects.guards:
            recorder.active = tuple(dict.fromkeys(recorder.active + effects.guards))[-12:]
        if effects.narrowed:
            recorder.narrowed = dict(recorder.narrowed)
            self.names.paths = dict(self.names.paths)
            for key, path in effects.narrowed:
                if key.isidentifier():
                    self.names.paths[key] = path
                else:
                    recorder.narrowed[key] = path

    def test(self, node: ast.expr) -> tuple[Effects, Effects]:
        """Evaluate a condition, and return what follows if it is true and if it is false."""
        self.last_path = UNKNOWN
        kind = node.__class__
        if kind is ast.UnaryOp and isinstance(node.op, ast.Not):  # type: ignore[attr-defined]
            true, false = self.test(node.operand)  # type: ignore[attr-defined]
            return false, true
        if kind is ast.BoolOp:
            return self._test_all(node)  # type: ignore[arg-type]
        try:
            outcome = self._outcome(node)
        except Unclear:
            self.evaluate(node)
            return UNCLEAR, UNCLEAR
        if outcome is not None:
            return outcome
        if self.mentions.are_in(node) and _mentions_version(node):
            self.last_path = self.evaluate(node)
            return self._imported() if self.last_path.startswith(".") else (UNCLEAR, UNCLEAR)
        if kind is ast.Call:
            return self._test_call(node)  # type: ignore[arg-type]
        if kind is ast.Compare and len(node.ops) == 1:  # type: ignore[attr-defined]
            return self._test_comparison(node)  # type: ignore[arg-type]
        self.last_path = self.evaluate(node)
        return self._imported()

    def _imported(self) -> tuple[Effects, Effects]:
        """Return the effects of a condition of another module."""
        if not self.last_path.startswith("."):
            return NO_EFFECTS, NO_EFFECTS
        path = f"?{self.last_path}"
        return Effects(guards=(Guard(path, True),)), Effects(guards=(Guard(path, False),))

    def _test_all(self, node: ast.BoolOp) -> tuple[Effects, Effects]:
        """Return the effects of ``and`` and ``or``: all parts hold, or it is not known which."""
        is_and = isinstance(node.op, ast.And)
        together, masks, paths, number = NO_EFFECTS, 0, [], 0
        for value in node.values:
            if together is NO_EFFECTS:
                true, false = self.test(value)
            else:
                with self.under(together):
                    true, false = self.test(value)
            paths.append(self.last_path)
            holds, fails = (true, false) if is_and else (false, true)
            together = together.and_(holds)
            masks |= fails.mask
            number += bool(fails.guards)
        other = NO_EFFECTS if masks == EVERY else Effects(masks)
        if (
            number
        ):  # one of several tests of existence: either branch may be the one for other Blenders
            other = UNCLEAR
        self.last_path = paths[-1] if is_and else self.recorder.union(*paths)
        return (together, other) if is_and else (other, together)

    def _outcome(self, node: ast.expr) -> tuple[Effects, Effects] | None:
        kind = node.__class__
        if kind is ast.Name:
            return self.names.condition(node.id) if self.has_conditions else None  # type: ignore[attr-defined]
        if kind is not ast.Call and kind is not ast.Compare:
            return None
        if self.has_conditions and isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found = self.names.condition(f"{node.func.id}()")
            if found is not None:
                self.evaluate(node)
                return found
        if not self.has_versions:
            return None
        outcome = outcome_of(node, self.static_path)
        return None if outcome is None else (Effects(outcome.true), Effects(outcome.false))

    def static_path(self, node: ast.expr) -> str:
        """Return the path of a chain of names without recording it."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        root = self.names.find(node.id) or node.id
        return ".".join([root, *reversed(parts)])

    def _test_call(self, node: ast.Call) -> tuple[Effects, Effects]:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "hasattr" and len(node.args) == 2:
            path = self.evaluate(node.args[0])
            attribute = node.args[1]
            if isinstance(attribute, ast.Constant) and isinstance(attribute.value, str):
                return _existence(path, attribute.value)
            return UNCLEAR, UNCLEAR
        if name == "getattr" and len(node.args) == 3 and _is_empty(node.args[2]):
            path, attribute = self.evaluate(node.args[0]), node.args[1]
            if isinstance(attribute, ast.Constant) and isinstance(attribute.value, str):
                # An empty value is none that is missing: the other branch says nothing.
                return _existence(path, attribute.value)[0], NO_EFFECTS
            return UNCLEAR, NO_EFFECTS
        if name == "isinstance" and len(node.args) == 2:
            path = self.evaluate(node.args[0])
            kinds = node.args[1]
            many = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
            types = [instance_of(self.evaluate(one)) for one in many]
            if all(one != UNKNOWN for one in types):
                return self._narrow(node.args[0], path, self.recorder.union(*types)), NO_EFFECTS
            return NO_EFFECTS, NO_EFFECTS
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        self.last_path = self.evaluate(node)
        owner = getattr(node.func, "value", None)
        if method in ("get", "find") and isinstance(owner, ast.Attribute) and node.args:
            return self._rna_test(owner, node.args[0])
        return self._imported()

    def _test_comparison(self, node: ast.Compare) -> tuple[Effects, Effects]:
        left, right, kind = node.left, node.comparators[0], node.ops[0]
        if isinstance(kind, ast.In | ast.NotIn):
            effects = self._test_membership(left, right)
            if effects is not None:
                return effects if isinstance(kind, ast.In) else (effects[1], effects[0])
        path = self.evaluate(left)
        self.evaluate(right)
        values = _texts(right)
        if (
            isinstance(left, ast.Call)
            and isinstance(left.func, ast.Name)
            and left.func.id == "type"
        ):
            return self._test_class(left, right, kind)
        is_type = isinstance(left, ast.Attribute) and left.attr in _TYPE_ATTRIBUTES
        if not is_type or not values or path == UNKNOWN:
            return NO_EFFECTS, NO_EFFECTS
        assert isinstance(left, ast.Attribute)
        owner = path.rpartition(".")[0]
        narrowed = self.recorder.union(*(f"{owner}{{{value}}}" for value in values))
        true = self._narrow(left.value, owner, narrowed)
        return (true, NO_EFFECTS) if isinstance(kind, ast.Eq | ast.In) else (NO_EFFECTS, true)

    def _test_class(
        self, left: ast.Call, right: ast.expr, kind: ast.cmpop
    ) -> tuple[Effects, Effects]:
        """Understand ``type(value) == Type``."""
        type_ = instance_of(self.evaluate(right))
        if not left.args or type_ == UNKNOWN:
            return NO_EFFECTS, NO_EFFECTS
        true = self._narrow(left.args[0], self.evaluate(left.args[0]), type_)
        return (true, NO_EFFECTS) if isinstance(kind, ast.Eq | ast.Is) else (NO_EFFECTS, true)

    def _test_membership(self, left: ast.expr, right: ast.expr) -> tuple[Effects, Effects] | None:
        """Understand ``"name" in dir(value)`` and ``"name" in Type.bl_rna.properties``."""
        if not isinstance(left, ast.Constant) or not isinstance(left.value, str):
            return None
        if isinstance(right, ast.Call):
            if isinstance(right.func, ast.Name) and right.func.id == "dir" and right.args:
                return _existence(self.evaluate(right.args[0]), left.value)
            if isinstance(right.func, ast.Attribute) and right.func.attr == "keys":
                right = right.func.value
        if isinstance(right, ast.Attribute):
            effects = self._rna_test(right, left)
            if effects != (NO_EFFECTS, NO_EFFECTS):
                self.evaluate(right)
                return effects
        return None

    def _rna_test(self, collection: ast.Attribute, name: ast.expr) -> tuple[Effects, Effects]:
        rna = collection.value
        is_rna = isinstance(rna, ast.Attribute) and rna.attr in ("bl_rna", "rna_type")
        if collection.attr in ("properties", "functions") and is_rna:
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                assert isinstance(rna, ast.Attribute)
                return _existence(self.evaluate(rna.value), name.value)
            return UNCLEAR, UNCLEAR
        return NO_EFFECTS, NO_EFFECTS

    def _narrow(self, node: ast.expr, path: str, narrowed: str) -> Effects:
        if isinstance(node, ast.Name):
            return Effects(narrowed=((node.id, narrowed),))
        return Effects(narrowed=((path, narrowed),)) if path != UNKNOWN else NO_EFFECTS


def _mentions_version(node: ast.expr) -> bool:
    """Return whether a condition is about something that is called a version: perhaps that of Blender.

    A version that is compared with a number is that of a file, unless its name says otherwise.
    """
    word = "version"
    if isinstance(node, ast.Compare) and any(
        isinstance(one, ast.Constant) for one in (node.left, *node.comparators)
    ):
        word = "blender"
    for one in descendants(node, 20):
        name = one.id if isinstance(one, ast.Name) else getattr(one, "attr", "")
        if word in name.lower():
            return True
    return False


def _existence(path: str, name: str) -> tuple[Effects, Effects]:
    one = f"{path}.{name}"
    return Effects(guards=(Guard(one, True),)), Effects(guards=(Guard(one, False),))


def _is_empty(node: ast.expr) -> bool:
    """Return whether an expression is a constant that counts as false, such as ``None``."""
    return isinstance(node, ast.Constant) and not node.value


def _texts(node: ast.expr) -> list[str]:
    many = node.elts if isinstance(node, ast.Tuple | ast.Set | ast.List) else [node]
    texts = [
        one.value for one in many if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    return texts if len(texts) == len(many) and all(map(str.isidentifier, texts)) else []
