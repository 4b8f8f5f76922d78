"""An add-on asks whether it may use the internet before it does."""

from __future__ import annotations

from extery.analysis.facts import Call
from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.permission_use import is_network_call
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    modules = context.sources.parts
    for module in modules:
        for use in module.uses:
            if use.name.startswith("bpy.app.online_access"):
                return
        if any("online_access" in value.text for call in module.calls for value in call.arguments):
            return  # `getattr(bpy.app, "online_access", True)`
    for module in modules:
        for call in module.calls:
            if is_network_call(call) and not _is_local(call):
                problems.add(
                    "code.online-access", where=context.line(module.path, call.at), name=call.label
                )
                return


def _is_local(call: Call) -> bool:
    """Return whether the address is on this computer; a socket without one may be anything."""
    texts = [value.text for value in call.arguments]
    texts += [item.text for value in call.arguments for item in value.items]
    return call.name.startswith("socket.") or any(
        host in text for text in texts for host in ("localhost", "127.0.0.1", "::1")
    )


RULE = Rule(
    "code.online-access",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.online-access",),
    severity="warning",
    guideline="review-online-access",
)
