"""A source tree that can be run: its worktree, interpreter and environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: 2026-01-01, for everything that takes its time from SOURCE_DATE_EPOCH and for the times of files.
EPOCH = 1767225600
SITE_URL = "http://demo.localhost"
#: Limit that only catches a hang, in seconds.
HANG = 600


@dataclass(frozen=True)
class Completed:
    """Exit status and output of a command; paths of the folder it ran in are replaced."""

    status: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True)
class Tree:
    """A commit laid out in ``source``; commands run in ``folder`` with relative paths."""

    source: Path
    python: Path
    folder: Path

    @property
    def demo(self) -> Path:
        """Import path of the demo: with the content of the tree before, if that was written."""
        shared = self.folder.parent / "demo"
        return shared if shared.is_dir() else self.source / "demo"

    @property
    def environment(self) -> dict[str, str]:
        """The same variables for both trees, apart from the import path."""
        path = [self.folder.parent / "metadata", self.source / "src", self.demo]
        kept = {
            name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMP") if name in os.environ
        }
        return {
            **kept,
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "PYTHONHASHSEED": "0",
            "HOME": str(self.folder.parent / "home"),
            "SOURCE_DATE_EPOCH": str(EPOCH),
            "EXTERY_SITE_URL": SITE_URL,
            "EXTERY_SECRET_KEY": "comparison",
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }

    def command(self, *arguments: str) -> list[str]:
        """The words of an ``extery`` command."""
        return [str(self.python), "-m", "extery", *arguments]

    def run(self, *arguments: str) -> Completed:
        """Run ``extery`` with these arguments in ``folder``."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=HANG,
            check=False,
        )
        return Completed(done.returncode, self._relative(done.stdout), self._relative(done.stderr))

    def _relative(self, text: bytes) -> bytes:
        text = text.replace(str(self.folder).encode(), b"FOLDER")
        return text.replace(str(self.source).encode(), b"SOURCE")

    def prepare(self) -> None:
        """Make the folder, and check that the interpreter takes ``extery`` from this tree."""
        shutil.rmtree(self.folder.parent / "metadata", ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.folder.parent / "demo", ignore_errors=True)
        for folder in (self.folder, self.folder.parent / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        for project in (self.source, self.source / "demo"):
            if (project / "pyproject.toml").is_file():
                write_metadata(project, self.folder.parent / "metadata")
        code = "import extery, pathlib; print(pathlib.Path(extery.__file__).resolve())"
        place = subprocess.run(
            [str(self.python), "-c", code],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG,
            check=True,
        ).stdout
        if not Path(place.strip()).is_relative_to(self.source.resolve()):
            raise SystemExit(f"{self.python} imports {place.strip()}, expected {self.source}")


def write_metadata(project: Path, folder: Path) -> None:
    """Write what an installation would: a ``.dist-info`` with the entry points of ``pyproject.toml``.

    The interpreter may have another commit installed, whose entry points name other modules.
    """
    table = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    name = re.sub(r"[-_.]+", "_", table["name"])
    info = folder / f"{name}-0.dist-info"
    info.mkdir(parents=True)
    metadata = f"Metadata-Version: 2.1\nName: {table['name']}\nVersion: 0\n"
    (info / "METADATA").write_text(metadata, "utf-8")
    groups = {**table.get("entry-points", {}), "console_scripts": table.get("scripts", {})}
    lines = []
    for group, rows in groups.items():
        lines += [f"[{group}]", *(f"{key} = {value}" for key, value in rows.items()), ""]
    (info / "entry_points.txt").write_text("\n".join(lines), "utf-8")


def git(*arguments: str) -> str:
    """Output of git in this checkout."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def is_ancestor(commit: str, other: str) -> bool:
    """Whether ``other`` is this commit or has it in its history; no for a commit that is not here."""
    command = ["git", "-C", str(ROOT), "merge-base", "--is-ancestor", commit, other]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def add_worktree(commit: str, folder: Path) -> None:
    """Lay a commit out in ``folder``, in place of what an earlier run left there."""
    remove_worktree(folder)
    git("worktree", "add", "--quiet", "--detach", str(folder), commit)


def remove_worktree(folder: Path) -> None:
    """Remove the worktree in ``folder``, if there is one."""
    if folder.exists():
        shutil.rmtree(folder)
    listed = git("worktree", "list", "--porcelain").splitlines()
    if f"worktree {folder}" in listed:
        git("worktree", "remove", "--force", str(folder))


def set_times(folder: Path) -> None:
    """Give every file and folder the same modification time."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            os.utime(path, (EPOCH, EPOCH))


def copy_inputs(inputs: Path, trees: Sequence[Tree]) -> None:
    """Copy the same inputs to both trees, with their times."""
    for tree in trees:
        shutil.copytree(inputs, tree.folder, dirs_exist_ok=True, symlinks=True)
        set_times(tree.folder)
