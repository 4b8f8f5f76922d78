"""Expected differences between the commits that are compared, each with its reason.

Clear the table when the commit before moves on: an entry that matches no difference fails the comparison.
"""

from __future__ import annotations

from typing import NamedTuple


class Expected(NamedTuple):
    """Differences that are intended."""

    pattern: str
    """Name of the output with ``*`` and ``?`` as in `fnmatch`, for example ``generate/*/index.html``.

    A changed code is named ``code/OLD -> NEW`` where OLD maps to several new codes.
    """
    reason: str
    """Why the outputs differ, with the text of the issue that requires it."""


_SAME_RULES = "the same rules run everywhere: problems of a package that Blender installs are named, and the status is 1"
EXPECTED: tuple[Expected, ...] = (
    Expected(
        "content/*/demo.toml", "the demo is a distribution of its own, demo.toml is scenario.toml"
    ),
    Expected("content/*/scenario.toml", "the demo is a distribution of its own"),
    *(
        Expected(f"{command}/*/{output}", _SAME_RULES)
        for command in ("check", "generate", "mirror")
        for output in ("verdict", "status", "result")
    ),
    *(
        Expected(
            f"validate/sources/*{folder}*",
            "validate finds in a folder what build finds: its [build]",
        )
        for folder in ("Superluminal-Studios__sulu", "Victor-IX__Extension-Reviewer")
    ),
    Expected("site/extension/*/body", "image variants are made by a task, from the stored image"),
    Expected(
        "site/download/*/headers",
        "a public package is the same for every user, so caches need not distinguish cookies",
    ),
    Expected("site/errors/GET /api/openapi.json/*", "descriptions are in plain technical English"),
    Expected(
        "code/manifest.copyright.bad-year -> manifest.copyright.blank-item",
        "a blank item has the code of blank items in every list",
    ),
)
