"""Samples: one file for each problem, named by its code."""

from pathlib import Path

FOLDER = Path(__file__).parent
GOOD = FOLDER / "good.toml"
#: Manifests with exactly the problem that they are named after, in the strict reading.
MANIFESTS = {path.stem: path for path in sorted((FOLDER / "manifests").iterdir())}
#: The same for problems that only the lenient reading can have.
LENIENT = {path.stem: path for path in sorted((FOLDER / "lenient").iterdir())}
