"""Codes of `extery build`: from a source folder to its package."""

from __future__ import annotations

from extery.core.codes import Code

_REFUSED = "Blender's build refuses it too"
#: The empty ``[build]`` table is the cause, not a missing pattern.
_BARE = "remove the empty [build], which switches the usual excludes off"


def _packed_variants(message: str) -> dict[str, tuple[str, str]]:
    """Return the variants of files that are packed by mistake: with a bare [build], and of more than three names."""
    more = f"{message}: {{names}} and {{more}} more"
    return {"bare": ("", _BARE), "more": (more, ""), "bare-more": (more, _BARE)}


CODES = {
    "build.not-a-table": Code(
        "error", "build is not a table", "Blender's build crashes on it, and so does every tool that opens the package.",
        message="build must be a table, found {value}",
        hint="write a section [build]",
        example={"value": "3"},
    ),
    "build.reserved": Code(
        "error", "the manifest has a table [build.generated]", f"{_REFUSED}: the build writes this table itself, to name the platform that a package is for.",
        message="a source manifest must not have a table [build.generated]",
        hint="remove it; 'extery build --split-platforms' writes it into the packages",
    ),
    "build.wrong-type": Code(
        "error", "a value in [build] has the wrong type", f"{_REFUSED}: both keys are lists of strings.",
        message="{key} must be a list of strings, found {value}",
        variants={"list": ("", 'write it as: {key} = ["…"]'), "item": ("{key} must be a list of strings, found {value} in it", "put it in quotes")},
        example={"key": "paths", "value": "3", "variant": "item"},
    ),
    "build.ignored-value": Code(
        "error", "a value in [build] is no list, and Blender ignores it", "Blender builds as if the key were missing, for any text, number or table that is empty or zero.",
        stricter=True,
        build="error",
        message="{key} must be a list of strings, found {value}, which Blender ignores",
        hint='write it as: {key} = ["…"], or remove it',
        example={"key": "paths", "value": "''"},
    ),
    "build.paths-and-patterns": Code(
        "error", "[build] has both paths and paths_exclude_pattern", f"{_REFUSED}: paths lists the files to pack, paths_exclude_pattern the files to leave out.",
        message="[build] must not have both paths and paths_exclude_pattern",
        hint="keep paths to list the files to pack, or paths_exclude_pattern to list the files to leave out",
    ),
    "build.pattern-empty": Code(
        "error", "a pattern is empty", f"{_REFUSED}: it matches no file.",
        message="an empty pattern matches nothing",
        hint="remove it",
    ),
    "build.pattern-double-star": Code(
        "error", "a pattern consists of ** only", "Blender's build crashes on it. In a .gitignore the same pattern would leave out every file.",
        message="the pattern {pattern!r} matches no file, and Blender's build crashes on it",
        hint="name the files or folders to leave out, for example '*.psd' or 'docs/'",
        example={"pattern": "**"},
    ),
    "build.pattern-without-effect": Code(
        "warning", "a pattern is unlikely to match a file", "Patterns are compared with plain relative paths, and have fewer special characters than those of a .gitignore.",
        message="the pattern {pattern!r} is unlikely to match a file",
        variants={
            "comment": ("", "move the comment out of the quotes"),
            "no-name": ("", "write a name between the slashes"),
            "relative": ("", "remove '.' and '..'; begin with '/' to match in the source folder only"),
            "backslash": ("", "use / between folders; a backslash escapes nothing"),
            "braces": ("", "braces are no alternatives here: write {corrected}"),
            "blanks": ("", "blanks are a part of the name: write {corrected}"),
            "several": ("", "write one pattern for each: {corrected}"),
            "absolute": ("", "write the path relative to the source folder"),
            "regex": ("", "patterns are not regular expressions: '*' matches any text in a name, '?' one character"),
        },
        example={"pattern": "./docs", "variant": "relative", "corrected": "'*.png', '*.jpg'"},
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
        "error", "a path leads out of the source folder", "A package cannot contain such a file, and the contents of the package would depend on the machine.",
        message="{path!r} is not inside the source folder",
        hint="write the path relative to the manifest's folder; copy the file there if necessary",
        variants={"wheel": ("the wheel {path!r} is not inside the source folder", "copy it into the folder, for example to ./wheels/")},
        example={"path": "../gear.png"},
    ),
    "build.path-twice": Code(
        "error", "a path is listed twice", f"{_REFUSED}. The manifest's wheels are listed already, and paths that differ only in case are one file on Windows and macOS.",
        message="{path!r} is already listed in {list}",
        hint="remove it from paths",
        variants={"wheel": ("", "remove it from wheels, where it is listed twice")},
        example={"path": "./a.py", "list": "paths"},
    ),
    "build.path-is-manifest": Code(
        "error", "paths lists the manifest", f"{_REFUSED}: the manifest is always packed.",
        message="paths lists {path!r}, which is always packed",
        hint="remove it from paths",
        example={"path": "blender_manifest.toml"},
    ),
    "build.path-missing": Code(
        "error", "a listed file does not exist", f"{_REFUSED}: the file would be missing from the package.",
        message="the file {path} does not exist",
        hint="correct the path, or create the file before the build",
        variants={"similar": ("", "did you mean {similar!r}?")},
        example={"path": "icons/gaer.png", "variant": "similar", "similar": "icons/gear.png"},
    ),
    "build.path-is-folder": Code(
        "error", "paths lists a folder", "Blender silently packs an empty folder and none of its files, and the installed extension fails.",
        stricter=True,
        build="error",
        message="{path} is a folder, whose files would not be packed",
        hint="list its files one by one, or build without --like-blender",
        example={"path": "icons"},
    ),
    "build.folder-listed": Code(
        "warning", "paths lists a folder, which Blender's own build packs empty", "Extery packs the files in the folder. Blender's build packs none of them, so a package that is built with it fails.",
        message="{path} is a folder: its files ({count:,}) are packed, and Blender's own build would pack none of them",
        hint="list the files one by one if the extension is built with Blender's own build too",
        variants={"empty": ("{path} is a folder without a file to pack", "correct the path, or remove it")},
        example={"path": "icons", "count": 12},
    ),
    "build.path-is-output": Code(
        "error", "paths lists the output file", "A package cannot contain itself.",
        message="{path} is the output file of this build",
        hint="remove it from paths, or choose another folder with --output-dir",
        example={"path": "gear_tool-1.2.3.zip"},
    ),
    "build.not-a-file": Code(
        "error", "a listed path is not a regular file", "Devices and pipes cannot be packed.",
        message="{path} is not a regular file",
        hint="remove it from paths",
        example={"path": "pipe"},
    ),
    "build.link-outside": Code(
        "error", "a link leads out of the source folder", "Blender packs the target of the link from anywhere on this machine, even a password file.",
        message="{path} is a link to {target}, which is outside the source folder",
        hint="replace the link with a copy of the file",
        example={"path": "icons/gear.png", "target": "/home/ada/gear.png"},
    ),
    "build.link-skipped": Code(
        "warning", "a symbolic link is left out", "Blender's build silently leaves links out, so the file is missing from the installed extension.",
        message="{path} is a symbolic link and is not packed",
        hint="replace the link with a copy of the file it leads to",
        variants={"several": ("{path} and {more} more symbolic links are not packed", "replace the links with copies of what they lead to"), "folder": ("", "replace the link with a copy of the folder it leads to")},
        example={"path": "docs", "variant": "several", "more": 2},
    ),
    "build.name-not-unicode": Code(
        "error", "a file name is not valid Unicode", f"{_REFUSED}: names in a zip are text.",
        message="the file name {path} is not valid Unicode",
        hint="rename the file",
        example={"path": "gr\\xfcn.png"},
    ),
    "build.unreadable": Code(
        "error", "a file cannot be read", "The file would be missing from the package.",
        message="{path} cannot be read: {reason}",
        hint="check the file's permissions, and that no other program changes the folder",
        variants={"folder": ("the folder {path} cannot be read: {reason}", "check the folder's permissions, or exclude it with paths_exclude_pattern")},
        example={"path": "icons/gear.png", "reason": "Permission denied"},
    ),
    "build.file-changed": Code(
        "error", "a file has changed during the build", "The package would contain half of the old and half of the new file, or one that was not checked. The package of the last build is unchanged.",
        message="{path} has changed since the build began",
        hint="build again when no other program writes into the folder",
        variants={"package": ("the package of the last build has changed while {path} was copied from it", "build again")},
        example={"path": "icons/gear.png"},
    ),
    "build.compression-missing": Code(
        "error", "a compression is not installed", "Another one would give other bytes, so the package would not be the same on every machine.",
        message="the compression {name!r} needs the library deflate, which is not installed",
        hint="install it: pip install 'extery[fast]'; or choose --compression zlib",
        example={"name": "libdeflate"},
    ),
    "build.images-missing": Code(
        "error", "the library that optimises images is not installed", "--optimize-images packs smaller PNG images with it.",
        message="--optimize-images needs the library oxipng-pybind, which is not installed",
        hint="install it: pip install 'extery[images]'",
    ),
    "build.tests-packed": Code(
        "warning", "tests are packed", "Users of the extension do not run them.",
        message="tests would be packed: {folder}/ with {files}",
        hint="add {patterns} to paths_exclude_pattern",
        example={"folder": "tests", "files": "12 files", "patterns": "'/tests/'"},
    ),
    "build.tools-packed": Code(
        "warning", "settings or libraries of tools are packed", "Users of the extension do not need them, and they can be larger than the extension.",
        message="files of tools would be packed: {names}",
        hint="add {patterns} to paths_exclude_pattern",
        variants=_packed_variants("files of tools would be packed"),
        example={"names": "node_modules", "patterns": "'node_modules/'", "more": 2},
    ),
    "build.caches-packed": Code(
        "warning", "caches of tools are packed", "Users of the extension do not need them, and they make every build different.",
        message="caches would be packed: {names}",
        hint="add {patterns} to paths_exclude_pattern",
        variants=_packed_variants("caches would be packed"),
        example={"names": "__pycache__", "patterns": "'__pycache__/'", "more": 2},
    ),
    "build.version-control-packed": Code(
        "warning", "the folder of a version control system is packed", "It contains the whole history, often with names and addresses that should stay private.",
        message="version control data would be packed: {names}",
        hint="add {patterns} to paths_exclude_pattern",
        variants=_packed_variants("version control data would be packed"),
        example={"names": ".git", "patterns": "'.git'", "more": 2},
    ),
    "build.package-packed": Code(
        "warning", "an earlier package is packed into this one", "Each build grows by the size of the previous one.",
        message="earlier packages would be packed: {names}",
        hint="add {patterns} to paths_exclude_pattern",
        variants=_packed_variants("earlier packages would be packed"),
        example={"names": "gear_tool-1.0.0.zip", "patterns": "'/*.zip'", "more": 2},
    ),
    "build.too-large": Code(
        "error", "the package would be too large for a zip", "Beyond 4 GiB or 65,535 files a zip needs format extensions that not every reader supports, and no site accepts it.",
        message="{file} would contain {members:,} files of {size}",
        hint="leave files out, or let the add-on download large data on demand",
        example={"file": "gear_tool-1.2.3.zip", "members": 70000, "size": "5.1 GB"},
    ),
    "build.no-platforms": Code(
        "error", "the manifest has no platforms to split by", f"{_REFUSED}: it builds one package for each item of platforms.",
        message="the manifest has no platforms to split by",
        hint='add platforms, for example: platforms = ["windows-x64", "macos-arm64", "linux-x64"]',
    ),
    "build.platform-name": Code(
        "error", "a platform cannot be part of a file name", "Each package is named after its platform. Blender's platforms consist of letters, digits and a dash.",
        message="the platform {platform!r} cannot be part of a file name",
        hint="use one of Blender's platforms, for example 'windows-x64'",
        example={"platform": "win/x64"},
    ),
    "build.output-twice": Code(
        "error", "both an output folder and an output file are given", f"{_REFUSED}: the path of the output file includes its folder.",
        message="an output folder and an output file exclude each other",
        hint="pass the file with its folder: --output-filepath FOLDER/NAME.zip",
    ),
    "build.output-folder": Code(
        "error", "the output folder is no folder", f"{_REFUSED}. A folder that does not exist is created, except in a build like Blender's.",
        message="the folder {folder} does not exist",
        hint="create it first: {command}",
        variants={"file": ("{folder} is a file, and packages are written into a folder", "choose another folder with --output-dir")},
        example={"folder": "dist", "command": "mkdir -p dist"},
    ),
    "build.output-is-folder": Code(
        "error", "the output file is a folder", "Blender's build crashes on it.",
        message="{path} is a folder",
        hint="give a file in it, for example {name}/package.zip",
        example={"path": "/home/ada/dist", "name": "dist"},
    ),
    "build.output-unwritable": Code(
        "error", "the package cannot be written", "The operating system refused the write. An earlier file of that name is unchanged.",
        message="{path} cannot be written: {reason}",
        hint="check the permissions of the folder and the free space on the disk",
        example={"path": "/home/ada/gear_tool-1.2.3.zip", "reason": "No space left on device"},
    ),
    "build.folder-in-use": Code(
        "error", "another command changes the folder", "Two commands at once could each undo a part of the other.",
        message="another extery command is changing {folder}",
        hint="wait until it has ended, then run the command again",
        example={"folder": "/home/ada/gear_tool"},
    ),
    "build.source-date": Code(
        "error", "SOURCE_DATE_EPOCH is not a time", "A reproducible build sets the time of all files to it: seconds since 1970, in digits.",
        message="SOURCE_DATE_EPOCH must be seconds since 1970, found {value!r}",
        hint="set it to a number, for example: export SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)",
        example={"value": "today"},
    ),
}  # fmt: skip
