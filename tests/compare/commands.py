"""Recordings of the command line: ``build``, ``validate``, ``server-generate``, ``server-check``, ``mirror``."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import brotli

from tests.compare.recording import Kind, Recording, Report
from tests.compare.trees import Completed, Tree

DECOMPRESS = {".gz": gzip.decompress, ".br": brotli.decompress}
#: Paths in one call of ``validate``.
BATCH = 40
#: Keys that the JSON of all commands has around their results; `tests/cli` describes them.
ENVELOPE = ("version", "command", "counts", "silenced")
#: A line of a problem as text, ``place: severity: message [code]``, the lines it shows, and the hint below.
_PROBLEM = re.compile(rb"^(?:.*: )?(?:error|warning): .*\[[\w.-]+\]$|^ *\d* +\|.*$|^  hint: .*$")
#: The number of problems at the end of a command.
_COUNTS = re.compile(rb"Found \d+ (?:errors?|warnings?)(?: and \d+ warnings?)?\.$", re.MULTILINE)


@cache
def json_option(tree: Tree, command: str) -> tuple[str, ...]:
    """The option that makes a command of this tree print JSON."""
    text = tree.run(command, "--help").stdout
    return ("--json",) if b"--json" in text else ("--output-format", "json")


def record_build(tree: Tree, *, source: str, split: bool, text: bool) -> Recording:
    """Build a source folder such as ``demo/name_loom`` into a folder of its own."""
    result = Recording()
    name = f"build/{source}{'/split' if split else ''}"
    options = ("--split-platforms",) if split else ()
    output = Path("built-split" if split else "built", source)
    (tree.folder / output).mkdir(parents=True)
    arguments = ["build", f"sources/{source}", "--output-dir", str(output), *options]
    if not source.startswith("demo/"):
        arguments += ["--valid-tags", ""]  # half of the corpus has tags of its own
    if text:
        record_text(result, f"{name}/text", tree.run(*arguments))
        shutil.rmtree(tree.folder / output)
        (tree.folder / output).mkdir()
    done = tree.run(*arguments, *json_option(tree, "build"))
    record_json(result, name, done)
    record_files(result, name, tree.folder / output)
    return result


def record_validate(
    tree: Tree, *, group: str, paths: Sequence[str], options: Sequence[str] = ()
) -> Recording:
    """Validate many paths; one verdict each."""
    result = Recording()
    for number, start in enumerate(range(0, len(paths), BATCH)):
        batch = paths[start : start + BATCH]
        arguments = ("validate", *options, *batch)
        name = "/".join(["validate", group, *(option.strip("-") for option in options)])
        done = tree.run(*arguments, *json_option(tree, "validate"))
        result.add(f"{name}/batch-{number}/status", Kind.STATUS, done.status)
        result.add(f"{name}/batch-{number}/stderr", Kind.TEXT, _without_problems(done.stderr))
        table = _load(done)
        table.pop("problems", None)  # those of the reports once more
        for report in table.pop("reports", []):
            place = f"{name}/{report['name']}"
            _record_problems(result, place, report.pop("problems"), ok=report["ok"])
            if not report.get("silenced"):  # versions before this count have no warnings to silence
                report.pop("silenced", None)
            result.add(place, Kind.RESULT, _dump(report))
        result.add(f"{name}/batch-{number}/result", Kind.RESULT, _dump(table))
        record_text(result, f"{name}/batch-{number}/text", tree.run(*arguments))
    return result


def record_repository(tree: Tree, *, group: str, variant: str, options: Sequence[str]) -> Recording:
    """Run `server-generate` in a copy of a folder: new, unchanged, and with one package fewer."""
    result = Recording()
    name = f"generate/{group}/{variant}"
    folder = Path("generated", group, variant)
    shutil.copytree(tree.folder / "repositories" / group, tree.folder / folder)
    if variant == "legacy":
        shutil.copy2(tree.folder / "old_gears.py", tree.folder / folder)
    arguments = ["server-generate", "--repo-dir", str(folder), *options]
    for step in ("new", "unchanged", "removed"):
        if step == "removed":
            min((tree.folder / folder).glob("*.zip")).unlink()
        record_json(
            result, f"{name}/{step}", tree.run(*arguments, *json_option(tree, "server-generate"))
        )
        record_text(result, f"{name}/{step}/text", tree.run(*arguments))
        record_files(result, f"{name}/{step}", tree.folder / folder)
    checked = tree.run("server-check", str(folder), *json_option(tree, "server-check"))
    record_json(result, f"check/{group}/{variant}", checked)
    return result


def record_check(tree: Tree, *, listing: str) -> Recording:
    """Check a listing without its packages."""
    result = Recording()
    arguments = ["server-check", f"listings/{listing}", "--listing-only"]
    record_json(
        result,
        f"check/listings/{listing}",
        tree.run(*arguments, *json_option(tree, "server-check")),
    )
    return result


def record_mirror(tree: Tree, *, group: str, variant: str, options: Sequence[str]) -> Recording:
    """Mirror a generated folder, with filters."""
    result = Recording()
    name = f"mirror/{group}/{variant}"
    folder = Path("mirrored", group, variant)
    (tree.folder / folder).parent.mkdir(parents=True, exist_ok=True)
    arguments = ["mirror", f"generated/{group}/plain", str(folder), *options]
    record_json(result, name, tree.run(*arguments, *json_option(tree, "mirror")))
    record_files(result, name, tree.folder / folder)
    return result


def record_json(result: Recording, name: str, done: Completed) -> None:
    """Record a command that printed JSON: status, problems, and the rest as its result."""
    result.add(f"{name}/status", Kind.STATUS, done.status)
    result.add(f"{name}/stderr", Kind.TEXT, _without_problems(done.stderr))
    table = _load(done)
    problems = table.pop("problems", None)
    if problems is not None:
        _record_problems(result, name, problems, ok=done.status == 0)
    result.add(f"{name}/result", Kind.RESULT, _dump(table))


def record_text(result: Recording, name: str, done: Completed) -> None:
    """Record a command that printed text."""
    result.add(f"{name}/status", Kind.STATUS, done.status)
    result.add(f"{name}/stdout", Kind.TEXT, _without_problems(done.stdout))
    result.add(f"{name}/stderr", Kind.TEXT, _without_problems(done.stderr))


def record_files(result: Recording, name: str, folder: Path) -> None:
    """Record every file of a folder except hidden ones, which hold state."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        inside = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inside.parts):
            data = path.read_bytes()
            if (
                path.suffix in DECOMPRESS
            ):  # the compressed bytes depend on the library and its level
                data = DECOMPRESS[path.suffix](data)
            result.add(f"{name}/files/{inside.as_posix()}", Kind.FILE, data)


def variants(group: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names and options of the runs of ``server-generate``."""
    yield "plain", ()
    yield "page", ("--html",)
    yield "config", ("--html", "--repo-config", "repo.toml")
    yield "legacy", ("--legacy-repo-json", "--baseurl", "https://example.org/packages/")
    if group == "samples":
        yield "strict", ("--strict",)


def _record_problems(result: Recording, name: str, rows: list[dict[str, Any]], *, ok: bool) -> None:
    result.add_problems(name, map(Report.from_json, rows), ok=ok)


def _without_problems(text: bytes) -> bytes:
    """Leave out what the recorded problems have: their texts and their number."""
    lines = [line for line in text.split(b"\n") if not _PROBLEM.match(line)]
    return _COUNTS.sub(b"Found problems.", b"\n".join(lines))


def _load(done: Completed) -> dict[str, Any]:
    try:
        table = json.loads(done.stdout)
    except ValueError:
        return {"not_json": done.stdout.decode("utf-8", "replace")}
    if not isinstance(table, dict):
        return {"value": table}
    return {key: value for key, value in table.items() if key not in ENVELOPE}


def _dump(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)
