"""What can go wrong between a folder and its package."""

from __future__ import annotations

from extery.core.codes import Code


def _error(title: str, why: str) -> Code:
    return Code("error", title, why)


def _warning(title: str, why: str) -> Code:
    return Code("warning", title, why)


_REFUSED = "Blender's build refuses it too"

CODES = {
    "build.not-a-table": _error("build is not a table", "Blender's build crashes on it, and so does everything that opens the package."),
    "build.reserved": _error("the manifest has a table [build.generated]", f"{_REFUSED}: the table is written by the build itself, and would say which platform this package is for."),
    "build.wrong-type": _error("a value in [build] has the wrong type", f"{_REFUSED}: both keys are lists of strings."),
    "build.paths-and-patterns": _error("[build] has both paths and paths_exclude_pattern", f"{_REFUSED}: one lists what goes in, the other what stays out."),
    "build.pattern-empty": _error("a pattern is empty", f"{_REFUSED}: it names nothing."),
    "build.pattern-names-nothing": _error("a pattern is nothing but **", "Blender's build crashes on it. Read as in a .gitignore it would leave out every file."),
    "build.pattern-without-effect": _warning("a pattern is unlikely to match a file", "Patterns are compared with plain relative paths, and know fewer signs than a .gitignore."),
    "build.path-empty": _error("a path is empty", f"{_REFUSED}: it names no file."),
    "build.path-bad-character": _error("a path has a backslash or a line break", f"{_REFUSED}: paths use / on every system."),
    "build.path-outside": _error("a path leads out of the source folder", "A package has no place for such a file, and what it holds would depend on the machine."),
    "build.path-twice": _error("a path is listed twice", f"{_REFUSED}. Wheels count as listed, and paths that differ in case only are one file on Windows and macOS."),
    "build.path-is-manifest": _error("paths lists the manifest", f"{_REFUSED}: the manifest is always packed."),
    "build.path-missing": _error("a listed file is not there", f"{_REFUSED}: the package would lack it."),
    "build.path-is-folder": _error("paths lists a folder", "Blender packs an empty folder and none of its files, without a word: the extension fails at its user's."),
    "build.path-is-output": _error("paths lists the package that is being built", "A package cannot hold itself."),
    "build.not-a-file": _error("a listed path is not an ordinary file", "Only files can be packed, not devices or pipes."),
    "build.link-outside": _error("a link leads out of the source folder", "Blender packs whatever it leads to on this machine, be it a password file."),
    "build.link-skipped": _warning("a symbolic link is left out", "Blender's build leaves links out without a word; whoever installs the package will miss the file."),
    "build.name-not-unicode": _error("a file has a name that is not Unicode", f"{_REFUSED}: names in a zip are text."),
    "build.unreadable": _error("a file cannot be read", "The package would lack it."),
    "build.init-compiled": _warning("an add-on has a compiled __init__ only", "Blender 5.0 builds and loads it, on the one platform it was compiled for; its own validate and most sites want an __init__.py."),
    "build.caches-packed": _warning("caches of tools are packed", "They are of no use to others, and make every build different."),
    "build.version-control-packed": _warning("the folder of a version control system is packed", "It holds all history, and often names and addresses that were not meant for users."),
    "build.package-packed": _warning("an earlier package is packed into this one", "Each build grows by the one before it."),
    "build.too-large": _error("the package would be too large for a zip", "Beyond 4 GiB or 65,535 files a zip needs extensions that not every reader knows, and no site takes it."),
    "build.no-platforms": _error("there is nothing to split by", f"{_REFUSED}: one package is made for each item of platforms."),
    "build.platform-name": _error("a platform cannot be part of a file name", "Each package is named after its platform; Blender's platforms have letters, digits and a dash."),
    "build.output-twice": _error("both an output folder and an output file are given", f"{_REFUSED}: the file already says where."),
    "build.output-folder": _error("the output folder is not there", f"{_REFUSED}: a misspelt path would otherwise become a folder."),
    "build.output-is-folder": _error("the output file is a folder", "Blender's build crashes on it."),
    "build.output-unwritable": _error("the package cannot be written", "The system refused it; what was there before is still there."),
    "build.source-date": _error("SOURCE_DATE_EPOCH is not a time", "A reproducible build takes the time of all files from it: seconds since 1970, in digits."),
}  # fmt: skip
