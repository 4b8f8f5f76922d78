"""No add-on writes into its own folder: updates replace it, and it may be read-only."""

from __future__ import annotations

from extery.analysis.facts import Call, ModuleFacts, Value
from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_WRITERS = frozenset(
    {
        *(
            "os.makedirs",
            "os.mkdir",
            "os.remove",
            "os.unlink",
            "os.rename",
            "os.replace",
            "shutil.rmtree",
        ),
        *("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"),
    }
)
_PATH_WRITERS = (".write_text", ".write_bytes", ".mkdir", ".unlink", ".touch")
_OPENERS = frozenset({"builtins.open", "io.open", "codecs.open"})


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.parts:
        own = _own_paths(module)
        for call in module.calls:
            target = _written(call)
            if target is not None and _is_from(own, target, call.function):
                problems.add(
                    "code.writes-own-folder",
                    where=context.line(module.path, call.at),
                    name=call.label,
                )


#: Variables with their functions, ``""`` for those of the module.
_Variables = set[tuple[str, str]]


def _own_paths(module: ModuleFacts) -> _Variables:
    """Return ``__file__`` and the variables that are assigned from it, directly or by another one."""
    own = {("__file__", "")}
    for _ in range(3):
        number = len(own)
        own |= {
            (one.name, one.function)
            for one in module.assignments
            if one.name[:1] in "%~"
            and _is_path(one.value)
            and _is_from(own, one.value, one.function)
        }
        if len(own) == number:
            break
    return own


def _is_from(own: _Variables, value: Value, function: str) -> bool:
    names = (value.text, *value.mentions)
    return any((name, function) in own or (name, "") in own for name in names)


def _is_path(value: Value) -> bool:
    """Return whether an expression that mentions a path is one, and not what a file contains."""
    return value.kind in ("call", "other", "name", "f-string") and (
        not value.text
        or value.text.startswith(("os.path.", "pathlib.", "~", "%", "__file__"))
        or value.text == "builtins.str"
    )


def _written(call: Call) -> Value | None:
    """Return the path that a call writes to."""
    if call.name in _OPENERS:
        mode = call.argument(1, "mode")
        if mode is not None and mode.kind == "str" and set(mode.text) & set("wax+"):
            return call.argument(0, "file")
        return None
    if call.name in _WRITERS:
        return call.argument(1, "dst") if call.name.startswith("shutil.copy") else call.argument(0)
    return Value("other", "", call.owner) if call.name.endswith(_PATH_WRITERS) else None


RULE = Rule(
    "code.writes-own-folder",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.writes-own-folder",),
    severity="warning",
    guideline="review-writable",
)
