"""Compare what two commits write for the same inputs: packages, listings, pages, API answers, verdicts.

For developers, before a change that should not alter outputs is merged:

    python -m tests.compare_outputs --before COMMIT

COMMIT is the last one before the change. The after side is this checkout with its uncommitted changes, or
``--after COMMIT``. Both trees get the inputs of the tree before, also the content of its demo. Exits with 1 if an
output differs without a row in ``tests/compare/expected.py``, or if a row matches no difference. Takes about six
minutes on two cores; ``--only validate`` and the like run one area.

A refactoring gets no row: each difference is a fault of it. A change of outputs gets a step in ``expected.py``, with a
row for each kind of difference, as narrow as its reason. To write them, compare the recordings of one run again:

    python -m tests.compare_outputs --before COMMIT --work DIR --keep
    python -m tests.compare_outputs --before COMMIT --recordings DIR/recordings.pickle

A step names the commit that its change was compared with. Its rows apply to comparisons with that commit or an older
one, and do not disturb later ones. Remove a step with its module at the next release.

The interpreter of each side needs the libraries of its commit: ``--python-before`` for one that had others.
"""

from __future__ import annotations

import argparse
import pickle
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.compare import inputs, plan, trees
from tests.compare.diff import compare, render
from tests.compare.expected import rows_between
from tests.compare.recording import Kind, Recording
from tests.compare.trees import ROOT, Tree
from tests.compare.website import record_site
from tests.parts import find_corpus

AREAS = ("content", "build", "validate", "generate", "site")


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.compare_outputs",
        description=str(__doc__),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--before", required=True, metavar="COMMIT")
    parser.add_argument("--after", metavar="COMMIT", help="default: this checkout as it is")
    parser.add_argument("--work", type=Path, metavar="DIR", help="scratch folder, new or empty")
    parser.add_argument(
        "--keep", action="store_true", help="keep the scratch folder, with recordings.pickle"
    )
    parser.add_argument(
        "--python-before", type=Path, metavar="FILE", help="interpreter with the old libraries"
    )
    parser.add_argument("--python-after", type=Path, metavar="FILE")
    parser.add_argument("--corpus", type=Path, default=find_corpus(), metavar="DIR")
    parser.add_argument(
        "--recordings",
        type=Path,
        metavar="FILE",
        help="compare what an earlier run kept, run nothing",
    )
    parser.add_argument("--only", nargs="+", choices=AREAS, default=list(AREAS), metavar="AREA")
    parser.add_argument("--pages", action="store_true", help="fail if pages of the site differ")
    parser.add_argument("--texts", action="store_true", help="fail if texts for people differ")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="commands at once")
    parser.add_argument("--max-each", type=int, default=10, metavar="N", help="excerpts a group")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Run both trees and print the comparison."""
    options = parse_arguments(words)
    before, after = read(options.recordings) if options.recordings else run(options)
    rows = rows_between(options.before, options.after or "HEAD", is_ancestor=trees.is_ancestor)
    areas = () if set(options.only) == set(AREAS) else options.only
    result = compare(before, after, rows, areas=areas)
    optional = {Kind.PAGE} if options.pages else set()
    optional |= {Kind.TEXT} if options.texts else set()
    print(render(result, optional=optional, max_each=options.max_each))
    return 1 if result.failures(optional=optional) or result.stale else 0


def read(file: Path) -> tuple[Recording, Recording]:
    """Read the recordings that an earlier run of this user kept."""
    with file.open("rb") as stream:
        before, after = pickle.load(stream)
    return before, after


def run(options: argparse.Namespace) -> tuple[Recording, Recording]:
    """Lay out both trees and record their outputs."""
    if options.corpus is None:
        raise SystemExit("no corpus: set EXTERY_CORPUS, or pass --corpus DIR")
    work = (options.work or Path(tempfile.mkdtemp(prefix="extery-compare-"))).absolute()
    prepare_work_folder(work)
    pair = (
        Tree(work / "before" / "source", _python(options.python_before), work / "before" / "run"),
        Tree(
            work / "after" / "source" if options.after else ROOT,
            _python(options.python_after),
            work / "after" / "run",
        ),
    )
    try:
        trees.add_worktree(options.before, pair[0].source)
        if options.after:
            trees.add_worktree(options.after, pair[1].source)
        return record(pair, work, options)
    finally:
        if not options.keep:
            trees.remove_worktree(pair[0].source)
            if options.after:
                trees.remove_worktree(pair[1].source)
            shutil.rmtree(work, ignore_errors=True)


def prepare_work_folder(work: Path) -> None:
    """Make the scratch folder. Refuses one with other files in it, because it is removed at the end."""
    work.mkdir(parents=True, exist_ok=True)
    marker = work / ".extery-compare"
    if any(work.iterdir()) and not marker.exists():
        raise SystemExit(f"{work} is not empty, expected an empty or a new folder")
    marker.touch()


def _python(chosen: Path | None) -> Path:
    return (chosen or Path(sys.executable)).absolute()


def record(
    pair: tuple[Tree, Tree], work: Path, options: argparse.Namespace
) -> tuple[Recording, Recording]:
    """Run every area that was asked for on both trees."""
    results = (Recording(), Recording())
    for tree in pair:
        tree.prepare()
    before, after = pair
    inputs.write_demo(after.folder.parent / "demo", source=after.source, before=before.source)
    source = work / "inputs"
    shutil.rmtree(source, ignore_errors=True)
    inputs.write_inputs(source, source=pair[0].source, corpus=options.corpus)
    for path in source.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    trees.copy_inputs(source, pair)
    if "content" in options.only:
        for tree, result in zip(pair, results, strict=True):
            for name, data in inputs.demo_files(tree.source):
                result.add(f"content/{name}", Kind.FILE, data)
    # Repositories are made of packages of the tree before, so that a difference shows once.
    if {"build", "validate", "generate"} & set(options.only):
        run_all("build", plan.build_tasks(source), pair, results, options)
        write_repositories(pair, work)
    if "validate" in options.only:
        run_all("validate", plan.validate_tasks(pair[0].folder), pair, results, options)
    if "generate" in options.only:
        run_all("generate", plan.generate_tasks(options.corpus), pair, results, options)
        run_all("mirror", plan.mirror_tasks(), pair, results, options)
    if "site" in options.only:
        ids = inputs.demo_ids(pair[0].source)
        run_all("site", [partial(record_site, ids=ids)], pair, results, options)
    with (work / "recordings.pickle").open("wb") as file:
        pickle.dump(results, file)
    return results


def run_all(
    title: str,
    tasks: Iterable[plan.Task],
    pair: tuple[Tree, Tree],
    results: tuple[Recording, Recording],
    options: argparse.Namespace,
) -> None:
    """Run tasks on both trees, some at once; record them in their order."""
    start = time.monotonic()
    with ThreadPoolExecutor(options.jobs) as pool:
        running = [[pool.submit(task, tree) for tree in pair] for task in tasks]
        for futures in running:
            for future, result in zip(futures, results, strict=True):
                result.update(future.result())
    print(f"{title}: {time.monotonic() - start:.0f} s", file=sys.stderr)


def write_repositories(pair: tuple[Tree, Tree], work: Path) -> None:
    """Make folders of packages from what the tree before has built, the same for both trees."""
    folder = pair[0].folder
    packages = sorted(folder.glob("built*/**/*.zip"))
    demo = [path for path in packages if path.relative_to(folder).parts[1] == "demo"]
    corpus = _first_of_each_name(path for path in packages if path not in demo)
    samples = sorted((folder / "packages" / "samples").glob("*.zip"))
    target = work / "repositories"
    shutil.rmtree(target, ignore_errors=True)
    inputs.write_repositories(
        target, {"demo": _first_of_each_name(demo), "corpus": corpus, "samples": samples}
    )
    trees.set_times(target)
    trees.copy_inputs(target, pair)


def _first_of_each_name(packages: Iterable[Path]) -> list[Path]:
    names: dict[str, Path] = {}
    for path in packages:
        names.setdefault(path.name, path)
    return list(names.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
