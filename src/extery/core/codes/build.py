"""Codes of `extery build`: from a source folder to its package."""

from __future__ import annotations

from extery.core.codes import Code

_REFUSED = "Blender's build refuses it too"
#: The empty ``[build]`` table is the cause, not a missing pattern.
_BARE = {"bare": ("", "remove the empty [build], which switches the usual excludes off")}

CODES = {
    "build.not-a-table": Code(
        "error", "build is not a table", "Blender's build crashes on it, and so does everything that opens the package.",
        message="build must be a table, found {value}",
        hint="write a section [build]",
        example={"value": "3"},
    ),
    "build.reserved": Code(
        "error", "the manifest has a table [build.generated]", f"{_REFUSED}: the table is written by the build itself, and would say which platform this package is for.",
        message="a source manifest must not have a table [build.generated]",
        hint="remove it; 'extery build --split-platforms' writes it into the packages",
    ),
    "build.wrong-type": Code(
        "error", "a value in [build] has the wrong type", f"{_REFUSED}: both keys are lists of strings.",
        message="{key} must be a list of strings, found {value}",
        hint="put it in quotes",
        variants={"list": ("", 'write it as: {key} = ["…"]'), "item": ("", "")},
        example={"key": "paths", "value": "3", "variant": "item"},
    ),
    "build.paths-and-patterns": Code(
        "error", "[build] has both paths and paths_exclude_pattern", f"{_REFUSED}: one lists what goes in, the other what stays out.",
        message="[build] must not have both paths and paths_exclude_pattern",
        hint="keep paths to list what goes in, or the patterns to list what stays out",
    ),
    "build.pattern-empty": Code(
        "error", "a pattern is empty", f"{_REFUSED}: it names nothing.",
        message="an empty pattern matches nothing",
        hint="remove it",
    ),
    "build.pattern-double-star": Code(
        "error", "a pattern is nothing but **", "Blender's build crashes on it. Read as in a .gitignore it would leave out every file.",
        message="{pattern!r} matches nothing; Blender's build crashes on it",
        hint="write what to leave out, for example 'docs/' or '*.psd'",
        example={"pattern": "**"},
    ),
    "build.pattern-without-effect": Code(
        "warning", "a pattern is unlikely to match a file", "Patterns are compared with plain relative paths, and have fewer special characters than those of a .gitignore.",
        message="the pattern {pattern!r} is unlikely to match a file",
        variants={"comment": ("", "comments belong outside the quotes"), "no-name": ("", "write a name between the slashes"), "relative": ("", "begin with '/' for the source folder itself, without '.' or '..'"), "backslash": ("", "use / between folders; a backslash does not escape anything")},
        example={"pattern": "./docs", "variant": "relative"},
    ),
    "build.path-empty": Code(
        "error", "a path is empty", f"{_REFUSED}: it names no file.",
        message="an empty path names no file",
        hint="remove it",
    ),
    "build.path-bad-character": Code(
        "error", "a path has a backslash or a line break", f"{_REFUSED}: paths use / on every system.",
        message="a path must be one line with / between folders, found {path!r}",
        hint="write {corrected!r}",
        example={"path": "icons\\gear.png", "corrected": "icons/gear.png"},
    ),
    "build.path-outside": Code(
        "error", "a path leads out of the source folder", "A package has no place for such a file, and what it holds would depend on the machine.",
        message="{path!r} is not inside the source folder",
        hint="write the path from the manifest's folder on, and copy the file there if need be",
        variants={"wheel": ("the wheel {path!r} is not inside the source folder", "copy it into the folder, for example to ./wheels/")},
        example={"path": "../gear.png"},
    ),
    "build.path-twice": Code(
        "error", "a path is listed twice", f"{_REFUSED}. Wheels count as listed, and paths that differ in case only are one file on Windows and macOS.",
        message="{path!r} is already listed in {list}",
        hint="remove it from paths",
        example={"path": "./a.py", "list": "paths"},
    ),
    "build.path-is-manifest": Code(
        "error", "paths lists the manifest", f"{_REFUSED}: the manifest is always packed.",
        message="paths lists {path!r}",
        hint="remove it; the manifest is always packed",
        example={"path": "blender_manifest.toml"},
    ),
    "build.path-missing": Code(
        "error", "a listed file is not there", f"{_REFUSED}: the package would lack it.",
        message="there is no file {path}",
        hint="correct the path, or make the file before the build",
        variants={"similar": ("", "did you mean {similar!r}?")},
        example={"path": "icons/gaer.png", "variant": "similar", "similar": "icons/gear.png"},
    ),
    "build.path-is-folder": Code(
        "error", "paths lists a folder", "Blender packs an empty folder and none of its files, without a message: the extension fails for its users.",
        message="{path} is a folder; only its name would be packed",
        hint="list its files, or use paths_exclude_pattern to pack all but some",
        example={"path": "icons"},
    ),
    "build.path-is-output": Code(
        "error", "paths lists the package that is being built", "A package cannot hold itself.",
        message="{path} is the package that is being built",
        hint="remove it from paths, or build into another folder",
        example={"path": "gear_tool-1.2.3.zip"},
    ),
    "build.not-a-file": Code(
        "error", "a listed path is not an ordinary file", "Only files can be packed, not devices or pipes.",
        message="{path} is not an ordinary file",
        hint="remove it from paths",
        example={"path": "pipe"},
    ),
    "build.link-outside": Code(
        "error", "a link leads out of the source folder", "Blender packs the target, wherever it is on this machine: even a password file.",
        message="{path} is a link to {target}, which is outside the source folder",
        hint="put a copy of the file in its place",
        example={"path": "icons/gear.png", "target": "/home/ada/gear.png"},
    ),
    "build.link-skipped": Code(
        "warning", "a symbolic link is left out", "Blender's build leaves links out without a message, and the installed extension lacks the file.",
        message="{path} is a symbolic link and is not packed",
        hint="put a copy of the file in its place, or name the link in [build] paths",
        variants={"several": ("{path} and {more} more symbolic links are not packed", "")},
        example={"path": "docs", "variant": "several", "more": 2},
    ),
    "build.name-not-unicode": Code(
        "error", "a file has a name that is not Unicode", f"{_REFUSED}: names in a zip are text.",
        message="the name of {path} is not Unicode",
        hint="rename the file",
        example={"path": "gr\\xfcn.png"},
    ),
    "build.unreadable": Code(
        "error", "a file cannot be read", "The package would lack it.",
        message="{path} cannot be read: {reason}",
        hint="check that you may read it, and that no other program changes the folder",
        variants={"folder": ("the folder {path} cannot be read: {reason}", "check that you may read it, or exclude it")},
        example={"path": "icons/gear.png", "reason": "Permission denied"},
    ),
    "build.caches-packed": Code(
        "warning", "caches of tools are packed", "They are of no use to others, and make every build different.",
        message="caches would be packed: {names}",
        hint="add {patterns} to paths_exclude_pattern",
        variants=_BARE,
        example={"names": "__pycache__", "patterns": "'__pycache__/'"},
    ),
    "build.version-control-packed": Code(
        "warning", "the folder of a version control system is packed", "It holds the whole history, and often names and addresses that were not meant for users.",
        message="version control data would be packed: {names}",
        hint="add {patterns} to paths_exclude_pattern",
        variants=_BARE,
        example={"names": ".git", "patterns": "'.git'"},
    ),
    "build.package-packed": Code(
        "warning", "an earlier package is packed into this one", "Each build grows by the one before it.",
        message="earlier packages would be packed: {names}",
        hint="add {patterns} to paths_exclude_pattern",
        variants=_BARE,
        example={"names": "gear_tool-1.0.0.zip", "patterns": "'/*.zip'"},
    ),
    "build.too-large": Code(
        "error", "the package would be too large for a zip", "Beyond 4 GiB or 65,535 files a zip needs extensions that not every reader knows, and no site takes it.",
        message="{file} would have {members:,} files of {size}",
        hint="leave files out, or let the add-on fetch large data when it is needed",
        example={"file": "gear_tool-1.2.3.zip", "members": 70000, "size": "5.1 GB"},
    ),
    "build.no-platforms": Code(
        "error", "there is nothing to split by", f"{_REFUSED}: one package is made for each item of platforms.",
        message="the manifest has no platforms to split by",
        hint='add for example: platforms = ["windows-x64", "macos-arm64", "linux-x64"]',
    ),
    "build.platform-name": Code(
        "error", "a platform cannot be part of a file name", "Each package is named after its platform; Blender's platforms have letters, digits and a dash.",
        message="no file can be named after the platform {platform!r}",
        hint="write a platform of Blender, for example 'windows-x64'",
        example={"platform": "win/x64"},
    ),
    "build.output-twice": Code(
        "error", "both an output folder and an output file are given", f"{_REFUSED}: the file already says where.",
        message="an output folder and an output file exclude each other",
        hint="give the file with its folder: --output-filepath FOLDER/NAME.zip",
    ),
    "build.output-folder": Code(
        "error", "the output folder is not there", f"{_REFUSED}: a misspelt path would otherwise become a folder.",
        message="there is no folder {folder}",
        hint="create it first: {command}",
        example={"folder": "dist", "command": "mkdir -p dist"},
    ),
    "build.output-is-folder": Code(
        "error", "the output file is a folder", "Blender's build crashes on it.",
        message="{path} is a folder",
        hint="name a file in it, for example {name}/package.zip",
        example={"path": "/home/ada/dist", "name": "dist"},
    ),
    "build.output-unwritable": Code(
        "error", "the package cannot be written", "The system refused it; the file that was there before is unchanged.",
        message="{path} cannot be written: {reason}",
        hint="check that you may write there, and that the disk has room",
        example={"path": "/home/ada/gear_tool-1.2.3.zip", "reason": "No space left on device"},
    ),
    "build.source-date": Code(
        "error", "SOURCE_DATE_EPOCH is not a time", "A reproducible build takes the time of all files from it: seconds since 1970, in digits.",
        message="SOURCE_DATE_EPOCH must be seconds since 1970, found {value!r}",
        hint="for example: export SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)",
        example={"value": "today"},
    ),
}  # fmt: skip
