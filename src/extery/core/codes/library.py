"""Codes of Python libraries in a package index, and of the wheels that `extery wheels` takes from it."""

from __future__ import annotations

from extery.core.codes import Code

_INDEX = "https://pypi.org/simple/"
_MISSING = "{library} {version}{who} has no wheel for {targets}; available: {there}"
_WAYS = {
    "source": "build a wheel with 'pip wheel {library}=={version}' on each platform and list it, or use another library",
    "python": "ask for another version, leave out the Blenders with Python {pythons}, or build wheels with 'pip wheel'",
    "platform": "ask for another version, leave out the platforms ({platforms}), or build wheels with 'pip wheel'",
    "system": "if your code imports it on some systems only, add {options}; else ask for another version",
    "some": "ask for another version, leave out platforms ({platforms}) or Blenders, or build wheels with 'pip wheel'",
}
_NO_WHEEL = {
    f"{kind}{needed}": (_MISSING.replace("{who}", who), ways)
    for kind, ways in _WAYS.items()
    for needed, who in (("", ""), ("-needed", ", which {parents} needs,"))
}
_UNVERIFIED = "take the file of the index (extery wheels add {library}), or tell reviewers where it is from; another index is given with --index"
_CONFLICT = "no version of {library} can be used"

CODES = {
    "library.requirement": Code(
        "error", "the name of a library cannot be read", "A library is given by its name in the package index, perhaps with versions: shapely, 'shapely>=2,<3' or shapely==2.0.6.",
        message="{text} is not a library: {reason}",
        hint="write for example shapely or 'shapely==2.0.6'",
        variants={
            "nothing": ("{text} names no library", "give names of libraries, or --from with a file that has dependencies"),
            "no-target": ("{text} is for none of the platforms and Pythons", "check its marker, the part behind the ';'"),
        },
        example={"text": "'shapely=2'", "reason": "expected the end, or a version"},
    ),
    "library.source": Code(
        "error", "the dependencies in a file cannot be read", "Dependencies are read from project.dependencies of a pyproject.toml, or from a uv.lock.",
        message="{file} cannot be read: {reason}",
        hint="check the file",
        variants={
            "no-dependencies": ("{file} has no dependencies", "list them in project.dependencies"),
            "not-in-index": ("{file} has {library} from a folder or a repository, not from a package index", "build its wheels with 'pip wheel' and list them in the manifest"),
            "unknown": ("{file} is neither a pyproject.toml nor a uv.lock", "give one of these"),
        },
        example={"file": "pyproject.toml", "reason": "it is not valid TOML", "library": "gearlib"},
    ),
    "library.unknown": Code(
        "error", "a library is not in the package index", "The name is misspelled, or the library is in another index.",
        message="{library} is not in {index}",
        hint="check the name: that of a library can differ from the name to import; give another index with --index",
        variants={"needed": ("{library}, which {parents} needs, is not in {index}", "give the index that has it with --index")},
        example={"library": "gearz", "index": _INDEX, "parents": "gearlib 2.0"},
    ),
    "library.page": Code(
        "error", "the answer of a package index cannot be read", "An index answers with JSON or HTML by PEP 503 and 691.",
        message="{url} is not the page of a package index",
        hint="check the address of the index: it usually ends in /simple/",
        variants={"not-whole": ("the answer of {index} about {library} is not a whole page of a package index", "")},
        example={"url": "https://example.org/gears/", "index": _INDEX, "library": "gearlib"},
    ),
    "library.no-wheel": Code(
        "error", "a library has no wheel for a platform or Python", "Blender installs wheels only. Each platform and each Python of the manifest's Blenders needs one, unless a wheel is for all.",
        message=_NO_WHEEL["source"][0],
        hint=_NO_WHEEL["source"][1],
        variants=_NO_WHEEL,
        example={
            "variant": "python", "library": "gearlib", "version": "2.0", "parents": "gearkit 1.1", "targets": "Python 3.13 on windows-x64",
            "there": "wheels for cp39, cp310 and cp311 on win amd64", "options": "--platform linux-x64", "platforms": "windows-x64", "pythons": "3.13",
        },
    ),
    "library.conflict": Code(
        "error", "no version of a library fulfils all requirements", "Blender has one version of each library for all add-ons. Those that Blender ships cannot be replaced without a risk for other add-ons.",
        message=f"{_CONFLICT}: {{wanted}}; the newest is {{newest}}",
        hint="ask for other versions",
        variants={
            "several": (f"{_CONFLICT}: {{wanted}}", "ask for other versions of these libraries"),
            "shipped": (f"{_CONFLICT}: {{wanted}}, and Blender ships {{shipped}}", "ask for an older version of what needs it, leave out some Blenders, or bundle a newer one: name {library} too, with --with-shipped"),
        },
        example={"library": "gearlib", "wanted": "you asked for gearlib==9", "newest": "2.0", "shipped": "1.24.3 (Blender 4.2)"},
    ),
    "library.shipped": Code(
        "warning", "Blender ships a library", "A bundled library would replace Blender's own for Blender's scripts and all other add-ons.",
        message="{library} is not bundled: Blender ships {versions}",
        hint="import it as it is; to bundle it in spite of that, add --with-shipped",
        variants={"unfit": ("{library} is not bundled: Blender ships {versions}, which {wanted} does not allow", "change your code to work with these, or add --with-shipped")},
        example={"library": "numpy", "versions": "1.24.3 (Blender 4.2)", "wanted": "numpy>=2"},
    ),
    "library.passed-over": Code(
        "warning", "a newer version of a library lacks wheels", "The newest version that has wheels for all platforms and Pythons is taken.",
        message="{library} {newest} is newer than {version}, but has no wheel for {targets}",
        hint="to use it, leave these out with --platform or --blender",
        example={"library": "gearlib", "newest": "2.0", "version": "1.9", "targets": "Python 3.13 on windows-x64"},
    ),
    "library.optional": Code(
        "warning", "a library has no wheel for Macs with Intel processors", "Blender 4.2 to 4.5 run on them, newer ones do not. A manifest that lists no platforms offers the add-on there too.",
        message="{library} has no wheel for {targets}",
        hint="to offer the add-on elsewhere only, add a line to the manifest: platforms = [{platforms}]",
        example={"library": "gearlib", "targets": "Python 3.11 on macos-x64", "platforms": '"windows-x64", "macos-arm64", "linux-x64"'},
    ),
    "library.split": Code(
        "warning", "a library has another version for each Python", "No version has wheels for all Pythons of the manifest's Blenders, so your code runs with different ones.",
        message="no version of {library} has wheels for all Pythons: {versions}",
        hint="try your code with each of them",
        example={"library": "gearlib", "versions": "1.9 for 3.11, 2.0 for 3.13"},
    ),
    "library.damaged": Code(
        "error", "a file differs from its hash in the index", "A file that differs from its hash is never used.",
        message="{file} is not the file of {index}: its size or SHA-256 differs",
        hint="try again; if it happens again, report it to the owner of the index",
        example={"file": "gearlib-2.0-py3-none-any.whl", "index": _INDEX},
    ),
    "library.size": Code(
        "error", "a wheel is too large, or its size is not known", "The size limits what a server can send.",
        message="{url} does not state a size of at most {limit}",
        hint="use another index",
        example={"url": "https://example.org/gearlib-2.0-py3-none-any.whl", "limit": "2.0 GB"},
    ),
    "library.no-metadata": Code(
        "error", "a wheel has no metadata", "They list the libraries that it needs.",
        message="{file} has no METADATA",
        hint="use another version of the library",
        example={"file": "gearlib-2.0-py3-none-any.whl"},
    ),
    "library.too-many": Code(
        "error", "a library needs too many others", "The limit keeps an index from sending a command from page to page without end.",
        message="more than {limit:,} libraries would be looked at",
        hint="ask for exact versions",
        variants={
            "requirements": ("{file} needs more than {limit:,} libraries", "use another version of the library"),
            "wheels": ("{file} has more than {limit:,} wheels", "bundle fewer libraries"),
            "rounds": ("no set of versions was found in {limit:,} steps", ""),
        },
        example={"limit": 300, "file": "gearlib-2.0-py3-none-any.whl"},
    ),
    "library.changed": Code(
        "error", "a bundled wheel is not the file of the index", "It was changed, or replaced by a build with the same name.",
        message="{file} is not the file of {index}: its SHA-256 is {sha256}",
        hint="download it again with 'extery wheels add {requirement}', or give your own build another version",
        example={"file": "wheels/gearlib-2.0-py3-none-any.whl", "index": _INDEX, "sha256": "9f86d081884c7d65…", "requirement": "gearlib==2.0"},
    ),
    "library.withdrawn": Code(
        "warning", "a bundled wheel was withdrawn", "Its authors have withdrawn the version (yanked), usually because of a serious fault.",
        message="{file} was withdrawn by its authors",
        hint="replace it: extery wheels add {library}",
        example={"file": "wheels/gearlib-2.0-py3-none-any.whl", "library": "gearlib"},
    ),
    "library.unverified": Code(
        "warning", "a bundled wheel is not in the index", "It is your own build, or from another index, so its hash cannot be compared.",
        message="{file} is not in {index}, so it was not compared",
        hint=_UNVERIFIED,
        variants={
            "offline": ("{file} was not compared with the index: the network is not used", "run the command without --offline"),
            "file": ("{index} has {library}, but not {file}", _UNVERIFIED),
            "project": ("{index} has no library {library}, so {file} was not compared", _UNVERIFIED),
            "renamed": ("{file} is {other} of {index} under another name", "use the wheel under its own name: extery wheels add {library}"),
            "name": ("{file} has no valid name of a wheel, so it was not compared", "use the wheel under the name that it has in its index"),
            "no-hash": ("{index} states no SHA-256 of {file}, so it was not compared", "compare it with an index that states hashes: --index"),
        },
        example={"file": "wheels/gearlib-2.0-py3-none-any.whl", "index": _INDEX, "library": "gearlib", "other": "gearlib-2.0-py3-none-any.whl"},
    ),
    "library.vulnerable": Code(
        "warning", "a bundled library has a known vulnerability", "Databases such as OSV list the versions that are affected. Whether your add-on uses the affected part, they do not know.",
        message="{library} {version} has a known vulnerability of {level} severity, {ids}: {summary}",
        hint="replace it by {fixed} or newer: extery wheels add '{library}>={fixed}'",
        variants={"no-fix": ("", "there is no fixed version yet: read {url}, and do without the library if your add-on uses what is affected")},
        example={
            "library": "gearlib", "version": "2.0", "level": "high", "ids": "PYSEC-2026-1, CVE-2026-10001", "summary": "Code of a gear file is run", "fixed": "2.0.1",
            "url": "https://osv.dev/vulnerability/PYSEC-2026-1",
        },
    ),
    "library.malware": Code(
        "error", "a bundled library is malware", "The database of malicious packages lists this version: it was published to harm those who use it.",
        message="{library} {version} is listed as malware: {id}",
        hint="remove {file} and do not run it; read {url}, also for what to do if you have run it",
        example={"library": "gearlibs", "version": "2.0", "id": "MAL-2026-1", "file": "wheels/gearlibs-2.0-py3-none-any.whl", "url": "https://osv.dev/vulnerability/MAL-2026-1"},
    ),
    "library.osv": Code(
        "error", "the dump of vulnerabilities cannot be read", "It is the all.zip of PyPI as osv.dev publishes it, a folder of its files, or one of them. One that cannot be read as a whole is not used: what is missing in it would look harmless.",
        message="{file} cannot be read as a dump of OSV: {reason}",
        hint="download it again: https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip",
        variants={
            "entry": ("{entry} in {file} is not an entry of OSV", ""),
            "empty": ("{file} has no entry about a library on PyPI", ""),
        },
        example={"file": "all.zip", "reason": "it is not a zip archive", "entry": "PYSEC-2026-1.json"},
    ),
    "library.osv-index": Code(
        "error", "the index of vulnerabilities cannot be written", "The dump is read once into a file of the cache, in which libraries are found quickly.",
        message="{path} cannot be written: {reason}",
        hint="check the permissions and the free space of the folder, or choose another with EXTERY_CACHE",
        variants={"damaged": ("{path} is damaged", "remove the file: it is made again from the dump")},
        example={"path": "~/.cache/extery/wheels/osv.sqlite", "reason": "No space left on device"},
    ),
    "library.platform": Code(
        "error", "wheels cannot be chosen for a platform", "Platforms are named as in the manifest.",
        message="{value} is not a platform of Blender",
        hint="choose from: {known}",
        variants={"similar": ("", "write {similar}")},
        example={"value": "'win64'", "known": "windows-x64, linux-x64", "similar": "windows-x64"},
    ),
    "library.no-target": Code(
        "error", "no Blender is left to find wheels for", "The range of Blender versions and the platforms leave none.",
        message="there is no Blender in {range} on {platforms}",
        hint="check blender_version_min, blender_version_max and platforms, or --blender and --platform",
        example={"range": "4.2.0 up to, not including, 4.2.0", "platforms": "linux-x64"},
    ),
    "library.not-bundled": Code(
        "error", "a library is not bundled", "The manifest lists no wheel of it.",
        message="the manifest lists no wheel of {library}",
        hint="the libraries are: {bundled}",
        variants={"none": ("the manifest lists no wheels", "there is nothing to remove")},
        example={"library": "gearz", "bundled": "gearlib, gearkit"},
    ),
    "library.manifest": Code(
        "error", "the list of wheels cannot be written", "The manifest is changed as text, so that comments stay; the result must say what was meant.",
        message="wheels cannot be changed in {file}",
        hint="write the list as: {lines}",
        example={"file": "blender_manifest.toml", "lines": 'wheels = ["./wheels/gearlib-2.0-py3-none-any.whl"]'},
    ),
    "library.edited": Code(
        "error", "the manifest was changed meanwhile", "Someone edited it while wheels were downloaded; these changes would be lost.",
        message="{file} was changed while the wheels were downloaded",
        hint="run the command again",
        example={"file": "blender_manifest.toml"},
    ),
    "library.unwritable": Code(
        "error", "the folder cannot be changed", "The operating system refused it; the manifest and the wheels are as before.",
        message="{path} cannot be written: {reason}",
        hint="check the permissions of the folder",
        example={"path": "my_addon/wheels", "reason": "Permission denied"},
    ),
}  # fmt: skip
