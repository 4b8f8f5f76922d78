"""The registry of rules: every module in a sub-folder of `extery.rules` is one rule, found when it is first needed.

A new rule is a new file with a `RULE`, rows for its codes in `extery.core.codes`, and an incremented
`extery.rules.REVISION`; no list names it. Modules that rules share are in `extery.rules` itself.

The modules of a folder whose package sets ``ONLY_CHECKS`` are loaded for `extery check` and uploads only: all of
its rules have scopes of `extery.rules.rule.CHECKS`, so the other commands start without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from extery.rules.profiles import Profile
from extery.rules.rule import CHECKS, Check, Input, Rule, Scope

_INPUTS = list(Input)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule in the order in which they run: by input, names first; those of `extery check` after others; by id."""
    return _in_order(_find_rules(with_checks=True))


@cache
def rules_without_checks() -> tuple[Rule, ...]:
    """Return the rules of all folders but those of `extery check`, in the order in which they run."""
    return _in_order(_find_rules(with_checks=False))


def _in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    def order(rule: Rule) -> tuple[int, bool, str]:
        return _INPUTS.index(rule.input), rule.scopes <= CHECKS, rule.id

    return tuple(sorted(rules, key=order))


def _find_rules(*, with_checks: bool) -> Iterator[Rule]:
    for folder in _names_in(Path(__file__).parent, suffix=""):
        package = import_module(f"extery.rules.{folder}")
        if getattr(package, "ONLY_CHECKS", False) and not with_checks:
            continue
        for path in package.__path__:
            for name in _names_in(Path(path), suffix=".py"):
                module = import_module(f"{package.__name__}.{name}")
                if not hasattr(module, "RULE"):
                    raise AttributeError(
                        f"{module.__name__} has no RULE; modules that are no rules belong in extery.rules"
                    )
                yield module.RULE


def _names_in(folder: Path, *, suffix: str) -> list[str]:
    """Return the names of the modules in a folder, or with an empty suffix those of its packages."""
    paths = (path for path in folder.iterdir() if path.suffix == suffix)
    return [path.stem for path in paths if not path.name.startswith("_")]


class RuleCheck(NamedTuple):
    """The function of a rule, and what it needs to run: a manifest, a package that is safe to unpack, true names."""

    check: Check
    needs_table: bool
    needs_trust: bool
    needs_names: bool


@cache
def checks_for(scope: Scope, inputs: frozenset[Input], profile: Profile) -> tuple[RuleCheck, ...]:
    """Return the checks of the rules of a scope and profile with one of ``inputs``, in the order in which they run."""
    return tuple(
        RuleCheck(
            rule.check,
            needs_table=rule.input not in (Input.NAMES, Input.MEMBERS),
            # The manifest is small, and read also if nothing else is unpacked.
            # A module with another name is another module.
            needs_names=rule.input is Input.CODE,
            needs_trust=rule.input in (Input.FILES, Input.CODE, Input.MEMBERS),
        )
        for rule in (all_rules() if scope in CHECKS else rules_without_checks())
        if scope in rule.scopes and rule.input in inputs and profile in rule.profiles
    )
