"""The registry: every rule, in the order in which they run. A new rule is a module and a row here."""

from __future__ import annotations

from functools import cache

from extery.rules.rule import Check, Reads, Rule, Scope

_EVERYWHERE = frozenset(Scope)
_PACKAGES = frozenset({Scope.PACKAGE, Scope.REPOSITORY, Scope.UPLOAD})
_FILES = _PACKAGES | {Scope.FOLDER}
_FOLDER = frozenset({Scope.FOLDER})
#: Rules that only warn: those who can change something hear of them.
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
        Reads.NAMES,
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
    Rule("package.names", "package.names", _FOLDER, Reads.NAMES, _NAME_CODES),
    Rule(
        "package.size",
        "package.size",
        _PACKAGES,
        Reads.NAMES,
        ("package.too-many-members", "package.too-large", "package.bomb"),
    ),
    Rule("package.encrypted", "package.encrypted", _PACKAGES, Reads.NAMES, ("package.encrypted",)),
    Rule(
        "package.compression",
        "package.compression",
        _PACKAGES,
        Reads.NAMES,
        ("package.rare-compression",),
    ),
    Rule(
        "package.outside-root",
        "package.outside_root",
        _PACKAGES & _AUTHORS,
        Reads.NAMES,
        ("package.outside-root",),
        "warning",
    ),
    Rule(
        "package.path-length",
        "package.path_length",
        _PACKAGES & _AUTHORS,
        Reads.NAMES,
        ("path.too-long",),
        "warning",
    ),
    Rule("manifest.build", "manifest.build", _PACKAGES, Reads.TABLE, ("package.build-not-table",)),
    Rule("manifest.fields", "manifest.fields", _EVERYWHERE, Reads.TABLE, ("manifest.*",)),
    Rule("manifest.advice", "manifest.advice", _AUTHORS, Reads.TABLE, ("manifest.*",), "warning"),
    Rule(
        "package.init-module",
        "package.init_module",
        _FILES,
        Reads.MANIFEST,
        ("package.init-missing", "package.init-compiled"),
    ),
    Rule(
        "theme.xml",
        "package.theme_xml",
        _FILES,
        Reads.FILES,
        (
            *("theme.xml-missing", "theme.several-xml", "theme.not-xml", "theme.too-deep"),
            *("theme.too-large", "theme.style-missing", "theme.not-a-theme"),
        ),
    ),
    Rule("wheel.missing", "wheels.missing", _FILES, Reads.MANIFEST, ("package.wheel-missing",)),
    Rule(
        "wheel.contents",
        "wheels.contents",
        _FILES,
        Reads.FILES,
        ("wheel.unreadable", "wheel.dist-info", "package.bomb"),
    ),
    Rule(
        "package.members",
        "package.members",
        _PACKAGES,
        Reads.MEMBERS,
        (
            *("package.damaged-member", "package.unsupported-compression"),
            *("package.stream-size", "package.header-mismatch"),
        ),
    ),
    Rule(
        "folder.leftovers",
        "package.leftovers",
        _FOLDER,
        Reads.MANIFEST,
        ("build.caches-packed", "build.version-control-packed", "build.package-packed"),
        "warning",
    ),
)


@cache
def rules_for(scope: Scope, reads: frozenset[Reads]) -> tuple[tuple[Rule, Check], ...]:
    """The rules of a scope that read one of ``reads``, with their functions, in the order in which they run."""
    return tuple(
        (rule, rule.load()) for rule in RULES if scope in rule.scopes and rule.reads in reads
    )
