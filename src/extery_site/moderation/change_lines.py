"""The lines of a difference as the page shows them: folded, with the comments and tasks on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from extery_site.catalog.models import Event
from extery_site.moderation.models import Task
from extery_site.moderation.package_differences import file_key
from extery_site.moderation.syntax import Span

#: Unchanged lines that are shown beside changed ones.
CONTEXT = 3
#: More changed lines than this: the file is folded.
MAX_CHANGED = 400


@dataclass
class ShownLine:
    """A line with the numbers in both texts; 0 where a text does not have it."""

    mark: str
    old: int
    new: int
    text: str
    spans: list[Span] = field(default_factory=list)
    comments: list[Event] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    has_form: bool = False

    @property
    def is_noted(self) -> bool:
        """Whether the line has to be seen, although it is unchanged."""
        return bool(self.comments or self.tasks or self.has_form)


@dataclass(frozen=True)
class Part:
    """Consecutive lines, folded or not."""

    lines: list[ShownLine]
    is_folded: bool


@dataclass(frozen=True)
class ShownFile:
    """A changed file."""

    entry: dict[str, Any]
    parts: list[Part]
    comments: list[Event]
    """Comments on lines that the difference does not show."""
    tasks: list[Task]
    number: int
    key: str
    is_seen: bool
    is_whole: bool
    """Whether all unchanged lines are shown."""

    @property
    def name(self) -> str:
        return str(self.entry["name"])

    @property
    def added(self) -> int:
        return int(self.entry["added"])

    @property
    def removed(self) -> int:
        return int(self.entry["removed"])

    @property
    def comment_count(self) -> int:
        return len(self.comments) + sum(len(line.comments) for line in self._lines())

    @property
    def open_task_count(self) -> int:
        tasks = [*self.tasks, *(task for line in self._lines() for task in line.tasks)]
        return sum(not task.is_done for task in tasks)

    def _lines(self) -> Iterator[ShownLine]:
        return (line for part in self.parts for line in part.lines)

    @property
    def is_long(self) -> bool:
        """Whether the page shows it closed; not if a line of it has a comment or a field."""
        noted = any(line.is_noted for line in self._lines())
        return self.added + self.removed > MAX_CHANGED and not noted and not self.is_whole

    @property
    def is_closed(self) -> bool:
        """Whether the file is collapsed: marked as seen, without an open field, and not shown as a whole."""
        return (
            self.is_seen and not self.is_whole and not any(line.has_form for line in self._lines())
        )

    @property
    def has_folds(self) -> bool:
        """Whether lines are folded."""
        return any(part.is_folded for part in self.parts)


def files_with_lines(
    entries: Iterable[dict[str, Any]],
    *,
    package: str,
    comments: Iterable[Event],
    tasks: Iterable[Task],
    field: tuple[str, str],
    seen: Collection[str],
    whole: str,
) -> list[ShownFile]:
    """Return the files of a difference.

    ``field`` is the file and the line that has a field open, ``seen`` are the keys of files that were
    seen, ``whole`` is the name of a file whose unchanged lines are all shown.
    """
    noted_comments, noted_tasks = _by_place(comments, package), _by_place(tasks, package)
    return [
        _file(
            entry,
            number,
            noted_comments.get(entry["name"], {}),
            noted_tasks.get(entry["name"], {}),
            field[1] if field[0] == entry["name"] else "",
            (key := file_key(entry, package), key in seen, entry["name"] == whole),
        )
        for number, entry in enumerate(entries, start=1)
    ]


def _by_place(rows: Iterable[Any], package: str) -> dict[str, dict[int, list[Any]]]:
    found: dict[str, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.place and row.place.get("package") == package:
            found[row.place["file"]][row.place.get("line", 0)].append(row)
    return found


def _file(
    entry: dict[str, Any],
    number: int,
    comments: dict[int, list[Event]],
    tasks: dict[int, list[Task]],
    open_line: str,
    state: tuple[str, bool, bool],
) -> ShownFile:
    comments, tasks = dict(comments), dict(tasks)
    lines = []
    for mark, old, new, text, spans in entry["lines"]:
        line = ShownLine(mark, old, new, text, spans)
        if new:
            line.comments, line.tasks = comments.pop(new, []), tasks.pop(new, [])
            line.has_form = str(new) == open_line
        lines.append(line)
    return ShownFile(
        entry,
        [Part(lines, is_folded=False)] if lines and state[2] else list(_parts(lines)),
        [event for events in comments.values() for event in events],
        [task for some in tasks.values() for task in some],
        number,
        *state,
    )


def _parts(lines: list[ShownLine]) -> Iterator[Part]:
    """Yield the lines in parts; unchanged ones that are far from a changed or noted one are folded."""
    shown = [False] * len(lines)
    for index, line in enumerate(lines):
        if line.mark != " " or line.is_noted:
            low, high = max(0, index - CONTEXT), min(len(lines), index + CONTEXT + 1)
            shown[low:high] = [True] * (high - low)
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and shown[end] == shown[start]:
            end += 1
        yield Part(lines[start:end], is_folded=not shown[start] and end - start > 1)
        start = end
