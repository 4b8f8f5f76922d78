"""The policy of a user or a studio: what happens with installed extensions that are blocked or not allowed.

It is the setting ``blocked`` of the user, or a TOML file with the settings of `RULES`. Extensions are warned of, disabled in
Blender's preferences, or removed; those that are not allowed are not installed either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from extery.client.disk_changes import blocked_extensions
from extery.client.index.database import stamp_of
from extery.client.plan import Change, Plan
from extery.client.records import Installed, find_installed
from extery.client.settings import (
    ACTIONS,
    BLOCKED,
    DISABLE,
    REMOVE,
    SETTINGS,
    WARN,
    Setting,
    config_folder,
    load_settings,
    read_values,
)
from extery.client.state_files import read_object, write_object
from extery.client.targets import Target
from extery.client.unusable import unusable
from extery.core.errors import Problem, Where
from extery.core.text import clean_message

LICENCES, PERMISSIONS = "licences", "permissions"
_OTHER = "other-"
_ACTION = Setting(dict(zip(ACTIONS, ACTIONS, strict=True)), "")
#: The settings of a policy file: lists of what is allowed, and what is done with extensions that have something else.
RULES = {BLOCKED: SETTINGS[BLOCKED], _OTHER + LICENCES: _ACTION, _OTHER + PERMISSIONS: _ACTION}
LISTS = (LICENCES, PERMISSIONS)
_STATE_FILE = "policy.json"
_SPDX = "SPDX:"


class Rule(NamedTuple):
    """What is allowed, all if it is ``None``, in lower case; and the action for extensions with something else."""

    allowed: frozenset[str] | None = None
    action: str = WARN

    def refused(self, words: Iterable[str]) -> list[str]:
        """Return the words that are not allowed."""
        if self.allowed is None:
            return []
        cleaned = [word.removeprefix(_SPDX) for word in words]
        return [clean_message(word) for word in cleaned if word.lower() not in self.allowed]


class Policy(NamedTuple):
    """What is done with extensions that are blocked, and that have other licences or permissions than those allowed."""

    blocked: str = WARN
    licences: Rule = Rule()
    permissions: Rule = Rule()


class Violation(NamedTuple):
    """An installed extension that the policy does not allow; ``problem`` states why."""

    item: Installed
    action: str
    problem: Problem


def load_policy(path: Path | None) -> Policy:
    """Return the policy in a file, else that of the user's settings; raises an `ExteryError`."""
    if path is None:
        return Policy(load_settings(config_folder()).blocked)
    try:
        path.stat()
    except OSError as error:  # one that is missing is no policy without rules
        raise unusable(path, error) from error
    values = read_values(path, RULES, lists=LISTS)
    rules = {}
    for name in LISTS:
        allowed = frozenset(map(str.lower, values[name])) if name in values else None
        rules[name] = Rule(allowed, str(values.get(_OTHER + name, WARN)))
    return Policy(str(values.get(BLOCKED, WARN)), rules[LICENCES], rules[PERMISSIONS])


def find_violations(target: Target, policy: Policy) -> list[Violation]:
    """Return the installed extensions that the policy does not allow, each for the reason with the strongest action."""
    found: dict[str, Violation] = {}
    for violation in [*_blocked(target, policy), *_not_allowed(target, policy)]:
        known = found.get(violation.item.name)
        if known is None or ACTIONS.index(violation.action) > ACTIONS.index(known.action):
            found[violation.item.name] = violation
    return [found[name] for name in sorted(found)]


def _blocked(target: Target, policy: Policy) -> Iterator[Violation]:
    variant = "" if policy.blocked == WARN else "obeyed"
    for item, reason in blocked_extensions(target):
        problem = Problem.of(
            "sync.blocked",
            where=Where(item.name),
            variant=variant,
            version=item.state.version,
            reason=reason,
        )
        yield Violation(item, policy.blocked, problem)


def _not_allowed(target: Target, policy: Policy) -> Iterator[Violation]:
    if policy.licences.allowed is None and policy.permissions.allowed is None:
        return
    for item in find_installed(target):
        if not item.repository.is_remote:
            continue  # the user's own
        manifest = item.manifest
        for action, problem in _refusals(policy, item.name, manifest.license, manifest.permissions):
            yield Violation(item, action, problem)


def _refusals(
    policy: Policy, name: str, licences: Iterable[str], permissions: Iterable[str]
) -> Iterator[tuple[str, Problem]]:
    for kind, rule, words in (
        ("licence", policy.licences, licences),
        ("permission", policy.permissions, permissions),
    ):
        if refused := rule.refused(words):
            problem = Problem.of(
                "policy.not-allowed", name=name, kind=kind, words=", ".join(refused)
            )
            yield rule.action, problem


def refuse_changes(plan: Plan, policy: Policy) -> None:
    """Take out of a plan what the policy would disable or remove, each with an error, and warn of the rest."""
    kept: list[Change] = []
    for change in plan.changes:
        item = change.candidate
        found = (
            [*_refusals(policy, change.name, item.entry.get("license", ()), item.permissions)]
            if item
            else []
        )
        errors = [problem for action, problem in found if action != WARN]
        plan.problems.extend(_as_refused(problem) for problem in errors)
        if not errors:
            plan.problems.extend(problem for _, problem in found)
            kept.append(change)
    plan.changes[:] = kept


def _as_refused(problem: Problem) -> Problem:
    values = dict(problem.values)
    return Problem.of(
        "policy.refused",
        name=values["name"],
        kind=values["kind"],
        words=values["words"],
    )


def of_action(violations: Sequence[Violation], action: str) -> list[Installed]:
    """Return the extensions of an action."""
    return [violation.item for violation in violations if violation.action == action]


def not_disabled_yet(target: Target, items: Iterable[Installed]) -> list[Installed]:
    """Return the extensions that Extery has not disabled, or that may be enabled since: Blender's preferences changed."""
    stored = read_object(target.state_folder / _STATE_FILE)
    stamp = _stamp_of_preferences(target)
    known = stored.get("disabled") if stamp and stored.get("preferences") == stamp else []
    disabled = set(known) if isinstance(known, list) else set()
    return [item for item in items if _key(item) not in disabled]


def store_disabled(target: Target, items: Iterable[Installed]) -> None:
    """Write which extensions are disabled in Blender's present preferences; the caller holds the lock of the target."""
    stamp = _stamp_of_preferences(target)
    names = sorted(map(_key, items))
    write_object(target.state_folder / _STATE_FILE, {"preferences": stamp, "disabled": names})


def _key(item: Installed) -> str:
    return f"{item.name} {item.state.version}"


def _stamp_of_preferences(target: Target) -> str:
    """Return what identifies the preferences beside the target's folder; empty if they are elsewhere."""
    return stamp_of(target.folder.parent / "config" / "userpref.blend")


__all__ = [
    "DISABLE",
    "REMOVE",
    "WARN",
    "Policy",
    "Rule",
    "Violation",
    "find_violations",
    "load_policy",
    "not_disabled_yet",
    "of_action",
    "refuse_changes",
    "store_disabled",
]
