"""Converts many old add-ons with `extery convert`, and tries the results: how many build, pass `extery check`, and work in Blender.

A folder with add-ons, such as ``scripts/addons`` of Blender 3.4 (Debian's package ``blender-data``) or ``addons_core`` of the
`bpy` wheels, gives one row for each of its files and folders with ``bl_info``; the default is the latter of all Blenders that are asked for. An add-on works in a Blender if it is installed, enabled, disabled,
enabled again and removed without an error, as in `extery test`.

    python benchmarks/convert.py [FOLDER...] [--blender 4.2,5.3] [--only NAME,...] [--keep FOLDER] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from extery.author.build.execute import build
from extery.author.convert.run import convert
from extery.author.testing.plan import planned, prepare, run_all
from extery.author.testing.problems import find_problems
from extery.author.testing.run import Options
from extery.author.testing.supervise import Limits, find_sandbox
from extery.blenders.environments import environment_of
from extery.blenders.releases import RELEASES
from extery.core.compatibility import BlenderRange
from extery.core.errors import ExteryError
from extery.core.versions import parse_blender_version
from extery.manifest.document import MANIFEST_FILENAME, Manifest

#: Seconds in one Blender.
SECONDS = 60.0


def sources_in(folder: Path) -> Iterator[Path]:
    """Yield the modules and packages in a folder that assign ``bl_info``; one that is an add-on itself is the only one."""
    for path in [folder] if (folder / "__init__.py").is_file() else sorted(folder.iterdir()):
        main = path / "__init__.py" if path.is_dir() else path
        if main.suffix == ".py" and main.is_file() and b"\nbl_info" in b"\n" + main.read_bytes():
            yield path


def shipped_add_ons(blender: str) -> Path:
    """Return the folder of the add-ons that a Blender ships."""
    folder = environment_of(blender).python.parent.parent
    return next(folder.glob("lib/python*/site-packages/bpy/*/scripts/addons_core"))


def try_one(source: Path, folder: Path, blenders: Sequence[str]) -> dict[str, Any]:
    """Return the row of an add-on: what failed first, and the verdict of each Blender."""
    row: dict[str, Any] = {"name": source.name, "from": str(source.parent)}
    start = time.perf_counter()
    try:
        result = convert(source, folder)
    except ExteryError as error:
        return row | {"converted": False, "reason": str(error)}
    row["seconds"] = round(time.perf_counter() - start, 2)
    errors = [f"{one.where}: {one.message}" for one in result.decisions.errors]
    row |= {
        "converted": True,
        "changes": sum(len(one.changes) for one in result.changed_files),
        "decisions": len(result.decisions),
        "valid": not errors,
        "reason": errors[0] if errors else "",
    }
    try:
        build(folder, output_dir=folder.parent)
        row["built"] = True
    except ExteryError as error:
        return row | {"built": False, "reason": str(error)}
    return row | {"blenders": works_in(folder, blenders)}


def works_in(folder: Path, blenders: Sequence[str]) -> dict[str, str]:
    """Return by Blender why the extension does not work in it, empty if it does."""
    limits = Limits(seconds=SECONDS)
    manifest = Manifest.parse((folder / MANIFEST_FILENAME).read_bytes(), strict=False)
    range_ = BlenderRange.parse(manifest.blender_version_min, manifest.blender_version_max)
    versions = {name: parse_blender_version(RELEASES[name].version) for name in blenders}
    fitting = [name for name in blenders if range_.has(versions[name])]
    found = {name: f"the manifest is for {range_}" for name in blenders if name not in fitting}
    if not fitting:
        return found
    with planned(folder, blenders=fitting, tests=[], keyword="") as plan:
        programs = [prepare(choice, tools=False) for choice in plan.blenders]
        answers = run_all(plan, programs, Options(limits, find_sandbox(), False, False))
        for name, answer in answers.items():
            problems = find_problems(
                {name: answer},
                id_=plan.subject.id,
                declared=plan.manifest.permissions,
                limits=limits,
            )
            errors = [f"{one.where}: {one.message}" for one in problems if one.is_error]
            found[name] = errors[0] if errors else ""
    return found


def print_table(rows: Sequence[dict[str, Any]], blenders: Sequence[str]) -> None:
    """Print the numbers for each folder, and the reason of each failure."""
    titles = ["converted", "built", "valid", *blenders]
    print(f"{'':<44}{'add-ons':>9}" + "".join(f"{title:>11}" for title in titles))
    for folder in dict.fromkeys(row["from"] for row in rows):
        own = [row for row in rows if row["from"] == folder]
        numbers = [sum(bool(row.get(key)) for row in own) for key in titles[:3]]
        numbers += [
            sum(row.get("blenders", {}).get(name) == "" for row in own) for name in blenders
        ]
        print(f"{folder[-43:]:<44}{len(own):>9}" + "".join(f"{number:>11}" for number in numbers))
    for row in rows:
        reasons = {"": row.get("reason", ""), **row.get("blenders", {})}
        for name, reason in reasons.items():
            if reason:
                print(f"{row['name']} {name}: {reason[:300]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--blender", default="4.2,5.3")
    parser.add_argument("--only", default="", help="names of files and folders")
    parser.add_argument("--keep", type=Path, help="write the extensions here, and keep them")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    arguments = parser.parse_args()
    blenders = [name for name in arguments.blender.split(",") if name]
    only = {name for name in arguments.only.split(",") if name}
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folders = arguments.folders or [shipped_add_ons(name) for name in blenders]
        for number, folder in enumerate(folders):
            for source in sources_in(folder):
                if only and source.name not in only:
                    continue
                target = (arguments.keep or Path(name)) / f"{number}-{source.stem}" / source.stem
                rows.append(try_one(source, target, blenders))
                print(json.dumps(rows[-1]), file=sys.stderr)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))
    print_table(rows, blenders)
    return 0


if __name__ == "__main__":
    sys.exit(main())
