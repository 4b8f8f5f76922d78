"""The registry of rules, in the order in which they run. A new rule is a module and a row here."""

from __future__ import annotations

from functools import cache

from extery.rules.rule import Check, Input, Rule, Scope

_EVERYWHERE = frozenset(Scope)
_PACKAGES = frozenset({Scope.PACKAGE, Scope.REPOSITORY, Scope.UPLOAD})
_FILES = _PACKAGES | {Scope.FOLDER}
_FOLDER = frozenset({Scope.FOLDER})
#: Scopes of rules that only warn: their problems are for those who can change the package.
_AUTHORS = _EVERYWHERE - {Scope.REPOSITORY}

_NAME_CODES = (
    *("path.unsafe", "path.ambiguous", "path.not-portable", "path.backslash", "path.short-name"),
    *("path.case-collision", "path.folder-case", "path.file-and-folder"),
    *("package.duplicate-member", "package.too-many-members"),
)

RULES = (
    Rule(
        "package.archive",
        "package.archive",
        _PACKAGES,
        Input.NAMES,
        (
            *("package.not-found", "package.unreadable", "package.not-zip", "package.empty"),
            *("package.truncated", "package.damaged", "package.unexpected", "package.overlapping"),
            *("package.unused-data", "package.prefix-data", "package.trailing-data"),
            *("package.zip64-mismatch", "package.header-mismatch", "package.unicode-path"),
            *("package.extra-field", "package.stream-size", "package.special-file"),
            *("package.folder-with-data", "package.symlink", "path.encoding"),
            *("package.manifest-missing", "package.manifest-ambiguous", "package.legacy"),
            *_NAME_CODES,
        ),
    ),
    Rule("package.names", "package.names", _FOLDER, Input.NAMES, _NAME_CODES),
    Rule(
        "package.size",
        "package.size",
        _PACKAGES,
        Input.NAMES,
        ("package.too-many-members", "package.too-large", "package.bomb"),
    ),
    Rule("package.encrypted", "package.encrypted", _PACKAGES, Input.NAMES, ("package.encrypted",)),
    Rule(
        "package.compression",
        "package.compression",
        _PACKAGES,
        Input.NAMES,
        ("package.rare-compression",),
    ),
    Rule(
        "package.outside-root",
        "package.outside_root",
        _PACKAGES & _AUTHORS,
        Input.NAMES,
        ("package.outside-root",),
        "warning",
    ),
    Rule(
        "package.path-length",
        "package.path_length",
        _PACKAGES & _AUTHORS,
        Input.NAMES,
        ("path.too-long",),
        "warning",
    ),
    Rule("manifest.build", "manifest.build", _PACKAGES, Input.TABLE, ("package.build-not-table",)),
    Rule("manifest.fields", "manifest.fields", _EVERYWHERE, Input.TABLE, ("manifest.*",)),
    Rule("manifest.lint", "manifest.lint", _AUTHORS, Input.TABLE, ("manifest.*",), "warning"),
    Rule(
        "package.init-module",
        "package.init_module",
        _FILES,
        Input.MANIFEST,
        ("package.init-missing", "package.init-compiled"),
    ),
    Rule(
        "theme.xml",
        "package.theme_xml",
        _FILES,
        Input.FILES,
        (
            *("theme.xml-missing", "theme.several-xml", "theme.not-xml", "theme.too-deep"),
            *("theme.too-large", "theme.style-missing", "theme.not-a-theme"),
        ),
    ),
    Rule("wheel.missing", "wheels.missing", _FILES, Input.MANIFEST, ("package.wheel-missing",)),
    Rule(
        "wheel.contents",
        "wheels.contents",
        _FILES,
        Input.FILES,
        ("wheel.unreadable", "wheel.dist-info", "package.bomb"),
    ),
    Rule(
        "package.members",
        "package.members",
        _PACKAGES,
        Input.MEMBERS,
        (
            *("package.damaged-member", "package.unsupported-compression"),
            *("package.stream-size", "package.header-mismatch"),
        ),
    ),
    Rule(
        "folder.leftovers",
        "package.leftovers",
        _FOLDER,
        Input.MANIFEST,
        ("build.caches-packed", "build.version-control-packed", "build.package-packed"),
        "warning",
    ),
)


@cache
def rules_for(scope: Scope, inputs: frozenset[Input]) -> tuple[tuple[Rule, Check], ...]:
    """Return the rules of a scope with one of ``inputs``, with their functions, in the order in which they run."""
    return tuple(
        (rule, rule.load()) for rule in RULES if scope in rule.scopes and rule.input in inputs
    )
