"""Apply the fixes of a manifest one after the other; each is checked by reading the manifest again.

A fix is only applied if its problem is gone afterwards and there is no other one instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from extery.author.build.source_folder import read_source_folder
from extery.core.errors import Problem, ProblemList
from extery.manifest.edit import InapplicableEdit
from extery.manifest.fixes import find_fix
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.rules.fixes import Fix, of_manifest

#: Manifests with more characters have no fixes: real ones have a few thousand.
MAX_LENGTH = 1 << 15
#: Attempts, and characters in all of them: each attempt reads the manifest again, about 100,000 characters in a second.
MAX_ATTEMPTS, MAX_READ = 300, 400_000


class _State(NamedTuple):
    """The text of a manifest, what it contains, and its problems."""

    text: str
    table: Mapping[str, Any] | None
    problems: ProblemList


class ManifestFixer:
    """The fixes of the manifest of a folder, whose text is ``text``; ``valid_tags`` are those of the check."""

    def __init__(self, text: str, folder: Path, *, valid_tags: ValidTags | None) -> None:
        self._folder = folder
        self._valid_tags = valid_tags
        allowed = min(MAX_ATTEMPTS, MAX_READ // (len(text) + 1))
        self._attempts = allowed if len(text) <= MAX_LENGTH else 0
        self._state = self._read(text)

    def available(self, of_rules: Iterable[Fix]) -> list[Fix]:
        """Return the fixes that can be applied to the text as it is; ``of_rules`` are those of other problems."""
        fixes = [*_fixes_in(self._state), *of_rules]
        return [fix for fix in fixes if self._after(self._state, fix) is not None]

    def apply(self, of_rules: Iterable[Fix], *, unsafe: bool) -> tuple[str, list[Fix]]:
        """Return the text with all fixes, and these; those that are not safe come last and need ``unsafe``."""
        applied: list[Fix] = []
        state, others = self._state, list(of_rules)
        kinds = (True, False) if unsafe else (True,)
        while step := next(filter(None, (self._next(state, others, kind) for kind in kinds)), None):
            state, fix = step
            applied.append(fix)
            others = [other for other in others if other is not fix]
        return state.text, applied

    def _next(
        self, state: _State, others: Iterable[Fix], is_safe: bool
    ) -> tuple[_State, Fix] | None:
        for fix in (*_fixes_in(state), *others):
            changed = self._after(state, fix) if fix.is_safe is is_safe else None
            if changed is not None:
                return changed, fix
        return None

    def _read(self, text: str) -> _State:
        source = read_source_folder(self._folder, valid_tags=self._valid_tags, data=text.encode())
        return _State(text, source.table, source.problems)

    def _after(self, state: _State, fix: Fix) -> _State | None:
        """Return the state after a fix, or ``None`` if it cannot be applied or does not only remove its problem."""
        if fix.change is None or not self._attempts:
            return None
        self._attempts -= 1
        try:
            text = fix.change.change(state.text)
        except (InapplicableEdit, ValueError, RecursionError):
            return None
        changed = self._read(text)
        return changed if _is_better(state, changed, fix) else None


def _fixes_in(state: _State) -> Iterator[Fix]:
    for problem in state.problems:
        if found := find_fix(problem, state.table):
            yield of_manifest(problem, found)


def _is_better(before: _State, after: _State, fix: Fix) -> bool:
    """Return whether a fix has removed its problem and caused no other."""
    if after.text == before.text or (after.table is None and before.table is not None):
        return False
    old, new = Counter(map(_kind, before.problems)), Counter(map(_kind, after.problems))
    kind = _kind(fix.problem)
    if kind in old and new[kind] >= old[kind]:
        return False
    # What is not TOML is not checked: its other problems come to light when it can be read.
    if before.table is None:
        return True
    if len(after.problems.errors) > len(before.problems.errors) and not fix.problem.is_error:
        return False
    return (fix.change is not None and fix.change.reveals) or not new - old


def _kind(problem: Problem) -> tuple[str, object]:
    return problem.code, problem.where.path[:1]
