"""Intended differences of issue 7, the rebuild in plain English: compared with 390f2e3."""

from __future__ import annotations

from tests.compare.edits import replace, without
from tests.compare.rows import Expected, rows

_SAME_RULES = "the same rules run everywhere: problems of a package that Blender installs are named, and the status is 1"
ROWS: tuple[Expected, ...] = (
    Expected(
        "content/*/demo.toml",
        "the demo is a distribution of its own, demo.toml is scenario.toml",
        change="missing",
    ),
    Expected("content/*/scenario.toml", "the demo is a distribution of its own", change="added"),
    *rows(
        _SAME_RULES,
        *(
            f"{command}/corpus/*/verdict + error manifest.tags.unknown-tag"
            for command in ("check", "generate", "mirror")
        ),
        "check/samples/*/verdict + error theme.not-a-theme",
        *(
            f"generate/samples/*/verdict + error {code}"
            for code in (
                "package.init-compiled",
                "package.init-missing",
                "package.rare-compression",
                "package.wheel-missing",
                "theme.not-a-theme",
                "theme.not-xml",
                "theme.several-xml",
                "theme.style-missing",
                "theme.too-deep",
                "theme.too-large",
                "theme.xml-missing",
            )
        ),
    ),
    *rows(
        _SAME_RULES,
        "check/corpus/*/result",
        "check/samples/*/result",
        "generate/corpus/*/result",
        "mirror/corpus/*/result",
        edit=without("ok"),
    ),
    *rows(
        _SAME_RULES,
        "check/corpus/*/status",
        "check/samples/*/status",
        "generate/corpus/*/status",
        "mirror/corpus/*/status",
    ),
    Expected(
        "mirror/*/result",
        "mirror names the packages that it has although they have errors",
        without("flawed"),
    ),
    *rows(
        "validate finds in a folder what build finds: its [build]",
        *(
            f"validate/sources/*/{folder}*/verdict + error build.reserved"
            for folder in ("Superluminal-Studios__sulu", "Victor-IX__Extension-Reviewer")
        ),
    ),
    Expected(
        "validate/sources/*/Victor-IX__Extension-Reviewer*",
        "validate finds in a folder what build finds: its [build]",
        without("ok"),
    ),
    Expected(
        "site/download/*/headers",
        "a public package is the same for every user, so caches need not distinguish cookies",
        replace(r"^Vary: Cookie\n?"),
    ),
    Expected(
        "site/errors/GET /api/openapi.json/body", "descriptions are in plain technical English"
    ),
    Expected(
        "code/manifest.copyright.bad-year -> manifest.copyright.blank-item",
        "a blank item has the code of blank items in every list",
    ),
    *rows(
        "packages have the same rule as folders: build.init-compiled is package.init-compiled",
        *(
            f"validate/repositories/samples/*/package.init-compiled.zip/verdict {change}"
            for change in ("- error package.init-missing", "+ error package.init-compiled")
        ),
    ),
    *rows(
        "every text is rewritten in plain technical English, and the pages have new parts",
        *(
            f"{area}/*/{stream}"
            for area in ("build", "check", "generate", "validate")
            for stream in ("stdout", "stderr")
            if stream == "stderr" or area == "validate"
        ),
        "mirror/*/stderr",
        "site/page/*/body",
        "site/errors/GET /download/*/none.zip/body",
        "site/download/add-on-scene_sweeper-v1.0.0.zip/body",
    ),
)
